import type { Dlt645Profile } from "@weir/device-profiles/schema.ts";
import { createAsker } from "../asker.ts";
import { connectByIdentifier, type IdentifierAsker, meterLayout } from "../data-identifier.ts";
import type { Driver, Instrument, Line, Turn } from "../driver.ts";
import { type Answer, answerReader, encodeQuestion, type Question } from "./codec.ts";
import { endlessFault, isRefusal } from "./fault.ts";

/** A read answers with at most 200 bytes of data; most answers are far shorter. */
const longestAnswer = 64;
const mostFrames = 16;
const noWriting = "DL/T 645 meters are only read; nothing was sent";

/** DL/T 645-2007 and the reads of its 1997 edition, on serial lines and serial servers. */
export const dlt645: Driver<Dlt645Profile> = {
  open: (instrument, line) => {
    const asker = createDlt645Asker(instrument, line);
    return connectByIdentifier({ asker, layout: meterLayout, line, isRefusal, noWriting });
  },
};

/** One meter's questions. An answer that has more to follow is fetched whole or not at all. */
export function createDlt645Asker(
  { address = "AAAAAAAAAAAA", timeoutMs, profile }: Instrument<Dlt645Profile>,
  line: Line,
): IdentifierAsker {
  const meter = createAsker(
    { timeoutMs, gapMs: profile.gap, lead: new Uint8Array(profile.wake_up).fill(0xfe), longestAnswer },
    line,
  );

  function askOnce(question: Question, turn: Turn): Promise<Answer> {
    return meter.ask({ frame: encodeQuestion(address, question), reader: answerReader(address, question) }, turn);
  }

  async function ask(di: string, turn: Turn): Promise<Uint8Array> {
    const first = await askOnce({ kind: "read", di }, turn);
    if (!first.more || di.length !== 8) return first.data;
    const parts = [first.data];
    for (let number = 1, more = true; more; number++) {
      if (number > mostFrames) throw endlessFault(address, di, mostFrames);
      const next = await askOnce({ kind: "read-on", di, number }, turn);
      parts.push(next.data);
      more = next.more;
    }
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  }

  return { ask, stats: meter.stats };
}
