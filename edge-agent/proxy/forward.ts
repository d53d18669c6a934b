import type { Clock } from "@weir/wire/clock.ts";
import { LinkError } from "../drivers/driver.ts";
import { createAsker } from "../drivers/modbus/ask.ts";
import { isSilence } from "../drivers/modbus/fault.ts";
import type { Request } from "../drivers/modbus/pdu.ts";
import type { Reach } from "../poll/poll.ts";
import { askBySerial, isBySerial } from "./by-serial.ts";
import { exceptionTo, isWrite, openRequest, replyTo } from "./request.ts";
import { createSilence } from "./silence.ts";

export type ForwardOptions = {
  /** undefined while there is no such bus. */
  readonly reach: (unit: number) => Reach | undefined;
  readonly write: boolean;
  /** Longest wait for the line. */
  readonly waitMs: number;
  readonly clock: Clock;
  readonly random: () => number;
};

/** Requests by what became of them; counts only grow. */
export type ForwardCounts = {
  readonly requests: number;
  /** Answered by an instrument, its exceptions too. */
  readonly answered: number;
  /** Not sent: a write though the proxy is read-only, a function it does not know, a broadcast, a request that is none. */
  readonly refused: number;
  /** The agent itself needed the line for longer than the client may wait. */
  readonly busy: number;
  /** No answer, or none that could be read. */
  readonly silent: number;
  /** The line was not there. */
  readonly cut: number;
};

/** Asks on a bus for others, behind the agent's own requests. */
export type Forwarder = {
  /** The reply PDU to a request PDU; an exception where there is no other. Never rejects. `receivedAt`: monotonic ms. */
  answer(unit: number, pdu: Uint8Array, receivedAt: number): Promise<Uint8Array>;
  counts(): ForwardCounts;
};

/** Modbus application protocol V1.1b3, 7. */
const exceptions = { function: 1, busy: 6, path: 10, target: 11 } as const;
const broadcast = 0;

export function createForwarder({ reach, write, waitMs, clock, random }: ForwardOptions): Forwarder {
  const counts = { requests: 0, answered: 0, refused: 0, busy: 0, silent: 0, cut: 0 };
  const silence = createSilence(clock, random);
  const never = new AbortController().signal; // what has gone out is waited for: the line would not be free before

  async function answer(unit: number, pdu: Uint8Array, receivedAt: number): Promise<Uint8Array> {
    counts.requests++;
    const no = (outcome: Exclude<keyof typeof counts, "requests">, code: number) => {
      counts[outcome]++;
      return exceptionTo(pdu, code);
    };
    if (isWrite(pdu) && !write) return no("refused", exceptions.function);
    const way = reach(unit);
    if (isBySerial(unit, pdu)) {
      if (!way) return no("cut", exceptions.path);
      if (way.line.transport.kind === "tcp") return no("refused", exceptions.path);
      const { outcome, reply, exception } = await askAll(pdu, way, receivedAt + waitMs);
      counts[outcome]++;
      return reply ?? exceptionTo(pdu, exception);
    }
    const opened = openRequest(pdu);
    if ("exception" in opened) return no("refused", opened.exception);
    if (!way) return no("cut", exceptions.path);
    const isBroadcast = unit === broadcast && (way.line.transport.kind !== "tcp" || isWrite(pdu));
    if (isBroadcast) return no("refused", exceptions.path);
    const admission = silence.admit(unit, way.trusted);
    if (admission === "silent") return no("silent", exceptions.target);
    if (admission === "busy") return no("busy", exceptions.busy);
    const { outcome, reply, exception } = await ask(unit, opened.request, way, receivedAt + waitMs);
    silence.note(unit, outcome === "cut" || outcome === "busy" ? "unknown" : outcome, way.timeoutMs);
    counts[outcome]++;
    return reply ?? exceptionTo(pdu, exception);
  }

  const turnBefore = (deadline: number) => ({ urgent: false, deadline, signal: never, guest: true }) as const;

  async function askAll(pdu: Uint8Array, { line }: Reach, deadline: number) {
    try {
      const reply = await askBySerial(line, pdu, turnBefore(deadline));
      if (reply) return { outcome: "answered", reply, exception: 0 } as const;
      return { outcome: "silent", exception: exceptions.target } as const;
    } catch (error) {
      const isBusy = error instanceof LinkError && error.code === "busy";
      if (isBusy) return { outcome: "busy", exception: exceptions.busy } as const;
      return { outcome: "cut", exception: exceptions.path } as const;
    }
  }

  async function ask(unit: number, request: Request, { line, timeoutMs, gapMs }: Reach, deadline: number) {
    try {
      const turn = turnBefore(deadline);
      const data = await createAsker({ unit, timeoutMs, gapMs }, line).ask(request, turn);
      return { outcome: "answered", reply: replyTo(request, data), exception: 0 } as const;
    } catch (error) {
      const code = error instanceof LinkError ? error.code : "closed";
      if (code.startsWith("exception-")) {
        const exception = Number(code.slice("exception-".length));
        return { outcome: isSilence(code) ? "silent" : "answered", exception } as const;
      }
      if (code === "busy") return { outcome: "busy", exception: exceptions.busy } as const;
      if (code === "closed" || code === "refused") return { outcome: "cut", exception: exceptions.path } as const;
      return { outcome: "silent", exception: exceptions.target } as const;
    }
  }

  return { answer, counts: () => ({ ...counts }) };
}
