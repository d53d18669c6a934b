import { dlt645FrameAt } from "@weir/device-profiles/dlt645.ts";
import { type Discovery, type Hearing, lineOf, type Question } from "../discover.ts";
import { hearFrames, isAddressed, prefixes } from "../meter-frames.ts";
import { encodeQuestion } from "./codec.ts";

const anyMeter = "AAAAAAAAAAAA";
const lead = new Uint8Array(4).fill(0xfe);
/** A DL/T 645-2007 meter answers within 500 ms. */
const timeoutMs = 550;
const longestAnswer = 24;
/** Answers carry this bit. */
const fromMeter = 0x80;

/**
 * A DL/T 645 meter tells its address to anybody (13); meters of 1997 have no such question and are asked for
 * their energy. Where several answer at once, they are told apart by the low digits of their addresses.
 */
export const dlt645Discovery: Discovery = {
  over: ["serial", "raw-tcp", "rfc2217"],
  settings: ["2400 8E1", "9600 8E1", "4800 8E1", "1200 8E1", "19200 8E1", "9600 8N1"].map(lineOf),
  anybody: [
    question("any DL/T 645 meter", anyMeter, encodeQuestion(anyMeter, { kind: "read-address" })),
    question("any DL/T 645-1997 meter", anyMeter, encodeQuestion(anyMeter, { kind: "read", di: "9010" })),
  ],
};

function question(who: string, asked: string, frame: Uint8Array): Question {
  return {
    who,
    frame: Uint8Array.from([...lead, ...frame]),
    hear: (bytes) => hear(bytes, asked),
    longestAnswer,
    timeoutMs,
    narrow: () => prefixes(asked).map(narrowed),
  };
}

/**
 * A read of the energy, which every meter has, at an address whose high digits are AA: any meter with these low digits answers
 * (abbreviated addressing of the 2007 edition). A refusal is an answer too.
 */
function narrowed(address: string): Question {
  const digits = address.replaceAll("A", "");
  return question(`DL/T 645 meters …${digits}`, address, encodeQuestion(address, { kind: "read", di: "00010000" }));
}

function hear(bytes: Uint8Array, asked: string): Hearing {
  return hearFrames(bytes, dlt645FrameAt, ({ address, control }) => {
    const own = (control & fromMeter) !== 0 && isAddressed(asked, address) && /^\d+$/.test(address);
    return own ? { address } : undefined;
  });
}
