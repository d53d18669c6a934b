import { cjt188FrameAt } from "@weir/device-profiles/cjt188.ts";
import { type Discovery, type Hearing, lineOf, type Question } from "../discover.ts";
import { hearFrames, isAddressed, prefixes } from "../meter-frames.ts";
import { addressQuestion, encodeQuestion, type Meter } from "./codec.ts";

const anyAddress = "AAAAAAAAAAAAAA";
const anyType = "AA";
/** CJ/T 188-2004 table 1: water cold, hot, drinking, reclaimed; heat, cooling; gas; electricity. */
const types = ["10", "11", "12", "13", "20", "21", "30", "40"];
const lead = new Uint8Array(4).fill(0xfe);
/** Meters answer within half a second. */
const timeoutMs = 550;
const longestAnswer = 24;
const fromMeter = 0x80;

/** A CJ/T 188 meter tells its address to anybody (03); where several do at once, they are told apart by type, then by the low digits. */
export const cjt188Discovery: Discovery = {
  over: ["serial", "raw-tcp", "rfc2217"],
  settings: ["2400 8E1", "9600 8E1", "9600 8N1", "4800 8E1", "2400 8N1"].map(lineOf),
  anybody: [false, true].map((lowFirst) => question({ type: anyType, address: anyAddress }, lowFirst)),
};

function question(meter: Meter, lowFirst: boolean): Question {
  const { type, address } = meter;
  const digits = address.replaceAll("A", "");
  const kind = type === anyType ? "any CJ/T 188 meter" : `CJ/T 188 meters of type ${type}`;
  return {
    who: digits === "" ? kind : `${kind} …${digits}`,
    frame: Uint8Array.from([...lead, ...encodeQuestion(meter, addressQuestion(lowFirst, 0))]),
    hear: (bytes) => hear(bytes, meter),
    longestAnswer,
    timeoutMs,
    narrow: () =>
      type === anyType
        ? types.map((type) => question({ type, address }, lowFirst))
        : prefixes(address).map((address) => question({ type, address }, lowFirst)),
  };
}

function hear(bytes: Uint8Array, asked: Meter): Hearing {
  return hearFrames(bytes, cjt188FrameAt, ({ address, type, control }) => {
    const own = (control & fromMeter) !== 0 && isAddressed(asked.address, address) && isAddressed(asked.type, type);
    return own && /^\d+$/.test(address) ? { address, said: `type ${type}` } : undefined;
  });
}
