import type { Sdi12Address, Sdi12Profile } from "@weir/device-profiles/schema.ts";
import { createAsker, type Exchange } from "../asker.ts";
import { connectByIdentifier, type IdentifierAsker, type Layout } from "../data-identifier.ts";
import { type Driver, type Instrument, type Line, LinkError, type Turn } from "../driver.ts";
import { pollingStopped } from "../faults.ts";
import { alone } from "./alone.ts";
import {
  acknowledgeReader,
  encodeCommand,
  type Promised,
  promiseReader,
  serviceReader,
  valuesReader,
} from "./codec.ts";
import { faultOf, isRefusal, misfitText, nothingThere, tooLongFault } from "./fault.ts";

/** An address, 75 characters of values, three check characters, CR LF. */
const longestAnswer = 81;
/** D0 to D9. */
const mostAnswers = 10;
/** A service request may come this long after the promised time. */
const serviceSlackMs = 1000;
const noWriting = "SDI-12 sensors are only read; nothing was sent";

/** What a command gave, and how many values the profile says it gives. */
type Measured = { readonly values: readonly number[]; readonly promised: number; readonly expected: number };

/** SDI-12 1.0 to 1.4 through an adapter that passes characters, on serial lines and serial servers. */
export const sdi12: Driver<Sdi12Profile> = {
  open: (instrument, line) => {
    const { address, ask, acknowledge, stats } = createSdi12Asker(instrument, line);
    const probe = (turn: Turn) => alone(line, address, turn.signal, () => acknowledge(turn));
    return connectByIdentifier({ asker: { ask, stats }, layout, line, isRefusal, noWriting, probe });
  },
};

/** Another number of values than the profile says means that places have shifted: then none is taken. */
const layout: Layout<Sdi12Address, Measured> = {
  identifierOf: ({ command }) => command,
  decode: ({ values, expected }, { value }) => (values.length === expected ? values[value - 1] : undefined),
  misfit: ({ values, promised, expected }, { command }) =>
    misfitText(command, { given: values.length, promised, expected }),
};

type Sdi12Asker = IdentifierAsker<Measured> & {
  readonly address: string;
  /** Resolves when the sensor answers. */
  acknowledge(turn: Turn): Promise<void>;
};

/** One sensor's measurements. C waits without the line, M with it: a break, which goes before any command to any sensor, would abort an M. */
export function createSdi12Asker(
  { address = "0", timeoutMs, profile }: Instrument<Sdi12Profile>,
  line: Line,
): Sdi12Asker {
  const asker = createAsker({ timeoutMs, gapMs: profile.gap, longestAnswer }, line);

  async function ask(command: string, turn: Turn): Promise<Measured> {
    const { values: expected, crc, longest } = profile.commands[command]!;
    const body = `${command[0]}${crc ? "C" : ""}${command.slice(1)}`;
    return alone(line, address, turn.signal, async () => {
      if (command.startsWith("R")) {
        const values = await collectOnce(body, crc, turn);
        if (values.length === 0) throw refused(body);
        return { values, promised: values.length, expected };
      }
      const promise = await start(body, longest, turn);
      if (promise.values === 0) throw refused(body);
      if (promise.values !== expected) return { values: [], promised: promise.values, expected };
      if (body.startsWith("C")) await line.clock.sleep(1000 * promise.seconds, turn.signal);
      return { values: await collect(expected, crc, turn), promised: promise.values, expected };
    });
  }

  async function start(body: string, longestMs: number, turn: Turn): Promise<Promised> {
    const linger: Exchange<Promised>["linger"] = ({ seconds, values }) =>
      values > 0 && seconds > 0 && 1000 * seconds <= longestMs
        ? { reader: serviceReader(address), timeoutMs: 1000 * seconds + serviceSlackMs }
        : undefined;
    const question = { frame: encodeCommand(address, body), reader: promiseReader(address, body) };
    const promise = await asker.ask({ ...question, ...(body.startsWith("M") && { linger }) }, turn);
    if (1000 * promise.seconds > longestMs) throw tooLongFault(address, body, promise.seconds, longestMs / 1000);
    return promise;
  }

  /** The values of the measurement that has just been made, from as many answers as they take. */
  async function collect(expected: number, crc: boolean, turn: Turn): Promise<readonly number[]> {
    const values: number[] = [];
    for (let i = 0; i < mostAnswers && values.length < expected; i++) {
      if (turn.signal.aborted) throw pollingStopped();
      const part = await collectOnce(`D${i}`, crc, turn);
      if (part.length === 0) break;
      values.push(...part);
    }
    return values;
  }

  /** Values stay in the sensor until it measures again: a spoilt answer is asked for once more. */
  async function collectOnce(body: string, crc: boolean, turn: Turn): Promise<readonly number[]> {
    const question = { frame: encodeCommand(address, body), reader: valuesReader(address, body, crc) };
    try {
      return await asker.ask(question, turn);
    } catch (error) {
      if (!(error instanceof LinkError && error.code === "crc") || turn.signal.aborted) throw error;
      return await asker.ask(question, turn);
    }
  }

  function refused(body: string): LinkError {
    return faultOf(nothingThere, address, body);
  }

  return {
    address,
    ask,
    acknowledge: async (turn) => {
      await asker.ask({ frame: encodeCommand(address, ""), reader: acknowledgeReader(address) }, turn);
    },
    stats: asker.stats,
  };
}
