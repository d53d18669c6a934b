import { type Line, type Link, LinkError, lineSettings, type Turn } from "../driver.ts";
import { msPerByteAt, silenceMs } from "../line-timing.ts";
import { frameTcp, tcpReader } from "./mbap.ts";
import { createOwed, type Owed } from "./owed.ts";
import { encodeRequest, type Request, replyLength } from "./pdu.ts";
import type { Timing } from "./plan.ts";
import { frameRtu, rtuReader } from "./rtu.ts";

/** Longest pause inside a reply on a serial line; USB adapters hand bytes over every 16 ms. */
const quietAfterMs = 50;
const delayWeight = 0.2;
const firstDelayMs = 20;

/** One device's requests, one at a time on its line. */
export type Asker = {
  /** The data of the reply. Rejects with a LinkError. */
  ask(request: Request, turn: Turn): Promise<Uint8Array>;
  timing(): Timing;
  stats(): AskStats;
};

export type AskStats = {
  readonly requests: number;
  readonly replies: number;
  readonly lastReplyAt: number | undefined;
  readonly replyDelayMs: number;
  readonly lastError: string | undefined;
};

export type AskOptions = { readonly unit: number; readonly timeoutMs: number; readonly gapMs: number };

/** Keeps the device's gap, the line's silence, and to what it asked: a reply to anything else is never taken. */
export function createAsker({ unit, timeoutMs, gapMs }: AskOptions, line: Line): Asker {
  const { transport, clock } = line;
  const framed = transport.kind === "tcp" ? tcp : rtu;
  const settings = lineSettings(transport);
  const msPerByte = settings ? msPerByteAt(settings.baud) : 0;
  const silence = settings ? silenceMs(settings.baud) : 0;
  const station = stationOn(line, unit);
  const { owed } = station;
  let requests = 0;
  let replies = 0;
  let lastReplyAt: number | undefined;
  let replyDelayMs = firstDelayMs;
  let lastError: string | undefined;

  async function ask(request: Request, turn: Turn): Promise<Uint8Array> {
    const first = transport.kind === "tcp" ? undefined : owed.questionBefore(request, clock.monotonic());
    if (first) await onTurn(first, turn).catch(throwUnlessException);
    return onTurn(request, turn);
  }

  async function onTurn(request: Request, turn: Turn): Promise<Uint8Array> {
    const pause = station.freeAt - clock.monotonic();
    if (pause > 0) await clock.sleep(pause, turn.signal);
    const job = (link: Link) => transact(link, request, turn.signal);
    try {
      return await line.exchange(turn, job);
    } catch (error) {
      // Many devices close an idle connection; a read may be asked again on the next one.
      const again = request.kind === "read" && codeOf(error) === "closed" && !turn.signal.aborted;
      if (!again) throw error;
      return await line.exchange(turn, job);
    }
  }

  async function transact(link: Link, request: Request, signal: AbortSignal): Promise<Uint8Array> {
    const earliest = Math.max(station.freeAt, link.lastByteAt() + silence);
    const pause = earliest - clock.monotonic();
    if (pause > 0) await clock.sleep(pause, signal);
    const pdu = encodeRequest(request);
    const { frame, reader } = framed(link, unit, request, pdu);
    const ownMs = (frame.length + replyLength(request) + 3) * msPerByte;
    const sentAt = clock.monotonic();
    requests++;
    if (framed === rtu) link.discard();
    link.send(frame);
    try {
      const data = await link.receive(reader, {
        timeoutMs: timeoutMs + ownMs,
        signal,
        ...(settings && { quietMs: quietAfterMs + silence }),
      });
      replied(clock.monotonic() - sentAt - ownMs);
      return data;
    } catch (error) {
      const code = codeOf(error);
      lastError = error instanceof Error ? error.message : String(error);
      if (code?.startsWith("exception-")) replied();
      else if (code === "timeout" || code === "mismatch" || code === "closed") owed.note(request, sentAt);
      throw error;
    } finally {
      station.freeAt = clock.monotonic() + gapMs;
    }
  }

  function replied(delayMs?: number) {
    replies++;
    lastReplyAt = clock.now();
    owed.settle();
    if (delayMs !== undefined) replyDelayMs += delayWeight * (Math.max(0, delayMs) - replyDelayMs);
  }

  return {
    ask,
    timing: () => ({ msPerByte, overheadMs: replyDelayMs + silence + gapMs }),
    stats: () => ({ requests, replies, lastReplyAt, replyDelayMs, lastError }),
  };
}

/** What all who ask one unit must know of each other. */
type Station = { readonly owed: Owed /** Monotonic ms: its pause is over. */; freeAt: number };

const stations = new WeakMap<Line, Map<number, Station>>();

/** Kept per line and unit: two devices of the configuration may be one instrument, and a guest may ask it too. */
function stationOn(line: Line, unit: number): Station {
  const units = stations.get(line) ?? new Map<number, Station>();
  stations.set(line, units);
  const station = units.get(unit) ?? { owed: createOwed(), freeAt: 0 };
  units.set(unit, station);
  return station;
}

const transactions = new WeakMap<Link, number>();

function tcp(link: Link, unit: number, request: Request, pdu: Uint8Array) {
  const transaction = ((transactions.get(link) ?? 0) + 1) & 0xffff;
  transactions.set(link, transaction);
  return { frame: frameTcp(transaction, unit, pdu), reader: tcpReader(transaction, unit, request) };
}

function rtu(_link: Link, unit: number, request: Request, pdu: Uint8Array) {
  return { frame: frameRtu(unit, pdu), reader: rtuReader(unit, request) };
}

function throwUnlessException(error: unknown): void {
  if (!codeOf(error)?.startsWith("exception-")) throw error;
}

/** The code of a LinkError, undefined for anything else. */
export function codeOf(error: unknown) {
  return error instanceof LinkError ? error.code : undefined;
}
