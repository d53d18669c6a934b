import type { Cjt188Profile } from "@weir/device-profiles/schema.ts";
import { createAsker } from "../asker.ts";
import { connectByIdentifier, type IdentifierAsker, meterLayout } from "../data-identifier.ts";
import type { Driver, Instrument, Line } from "../driver.ts";
import { answerReader, encodeQuestion, type Meter, type Question } from "./codec.ts";
import { isRefusal } from "./fault.ts";

/** A heat meter's answer is 59 bytes. */
const longestAnswer = 64;
const noWriting = "CJ/T 188 meters are only read; nothing was sent";

/** CJ/T 188, editions 2004 and 2018 without encryption, on serial lines and serial servers. */
export const cjt188: Driver<Cjt188Profile> = {
  open: (instrument, line) => {
    const asker = createCjt188Asker(instrument, line);
    return connectByIdentifier({ asker, layout: meterLayout, line, isRefusal, noWriting });
  },
};

/** One meter's questions. */
export function createCjt188Asker(
  { address = "AAAAAAAAAAAAAA", timeoutMs, profile }: Instrument<Cjt188Profile>,
  line: Line,
): IdentifierAsker {
  const asker = createAsker(
    { timeoutMs, gapMs: profile.gap, lead: new Uint8Array(profile.wake_up).fill(0xfe), longestAnswer },
    line,
  );
  const meter: Meter = { type: profile.meter_type, address };
  const lowFirst = profile.di_order === "low-first";
  let serial = 0;

  return {
    ask: async (di, turn) => {
      const question: Question = { kind: "read", di, lowFirst, serial };
      serial = (serial + 1) & 0xff;
      const exchange = { frame: encodeQuestion(meter, question), reader: answerReader(meter, question) };
      return (await asker.ask(exchange, turn)).data;
    },
    stats: asker.stats,
  };
}
