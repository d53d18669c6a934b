import { bytesOf, decodeRegisters } from "@weir/device-profiles/decode.ts";
import type { ModbusAddress } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { LinkErrorCode, Result, Turn } from "../driver.ts";
import { type Asker, codeOf } from "./ask.ts";
import { isRefusal, isSilence } from "./fault.ts";
import type { Knowledge } from "./knowledge.ts";
import { isBitTable } from "./pdu.ts";
import { type PlannedRead, type PlannedValue, planReads, readOf, runsOf } from "./plan.ts";

/** A request longer than this would keep commands and other devices waiting too long. */
const budgetMs = 300;
const retryUnsupportedMs = 3_600_000;
/** A request that got no answer so often in a row, while others did, reads a register that the device is silent about. */
const silencesToSplit = 3;
const silencesToCondemn = 10;

export type RangeReader = {
  /**
   * Fills results, one per address. Returns early, leaving the rest unset, only by a LinkError: the first silence or a lost
   * link, so that a dead device costs one time-out. A request that got no answer goes last the next time.
   */
  read(addresses: readonly ModbusAddress[], results: Result[], turn: Turn): Promise<void>;
  /** An address that is known to answer, or else the first that is not known not to. */
  known(addresses: readonly ModbusAddress[]): ModbusAddress;
};

export type ReadOptions = { readonly clock: Clock; readonly registersPerRead: number; readonly holes: boolean };

/** Reads by plan, and learns from refusals: splits until the guilty register is found, remembers it, keeps the good ones. */
export function createRangeReader(
  { ask, timing, stats }: Asker,
  knowledge: Knowledge,
  { clock, registersPerRead, holes }: ReadOptions,
): RangeReader {
  const plans = new WeakMap<
    readonly ModbusAddress[],
    { revision: number; overheadMs: number; reads: readonly PlannedRead[] }
  >();
  const silences = new Map<string, { count: number; replies: number }>();
  let good: ModbusAddress | undefined;

  function planFor(addresses: readonly ModbusAddress[]): readonly PlannedRead[] {
    const known = plans.get(addresses);
    const now = timing();
    // On a network bytes cost nothing, and then the same plan is best whatever the delay.
    const isOld = now.msPerByte > 0 && known && !isNear(known.overheadMs, now.overheadMs);
    if (known?.revision === knowledge.revision() && !isOld) return known.reads;
    const reads = planReads(addresses, {
      registersPerRead,
      holes,
      budgetMs,
      timing: now,
      startsAnew: knowledge.isCut,
      unsupported: knowledge.unsupported(),
    });
    plans.set(addresses, { revision: knowledge.revision(), overheadMs: now.overheadMs, reads });
    return reads;
  }

  async function read(addresses: readonly ModbusAddress[], results: Result[], turn: Turn): Promise<void> {
    const reads = planFor(addresses);
    const answering = silences.size === 0 ? reads : reads.filter((read) => !silences.has(keyOf(read)));
    for (const read of answering) await readRange(read, results, turn);
    if (answering.length < reads.length)
      for (const read of reads) if (silences.has(keyOf(read))) await readRange(read, results, turn);
    await readUnsupported(addresses, results, turn);
  }

  async function readRange(read: PlannedRead, results: Result[], turn: Turn): Promise<void> {
    const code = await attempt(read, results, turn);
    if (code === undefined) return;
    if (isRefusal(code)) return void (await isolate(read, results, turn));
    if (code === "crc" && (await attempt(read, results, turn)) === undefined) return;
    for (const { index } of read.values) results[index] ??= { error: code };
  }

  /** undefined: answered, and its values are in results. Rejects when there is no point in asking more now. */
  async function attempt(read: PlannedRead, results: Result[], turn: Turn): Promise<LinkErrorCode | undefined> {
    try {
      const data = await ask(read.request, turn);
      const at = clock.now();
      for (const value of read.values) results[value.index] = { raw: rawOf(data, value), at };
      good ??= read.values[0]!.address;
      if (silences.size > 0) silences.delete(keyOf(read));
      return undefined;
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined || code === "closed" || code === "refused") throw error;
      if (!isSilence(code) && code !== "frame" && code !== "mismatch") return code;
      learnFromSilence(read);
      throw error;
    }
  }

  function learnFromSilence(read: PlannedRead): void {
    const { replies } = stats();
    const key = keyOf(read);
    const before = silences.get(key);
    const count = before && replies > before.replies ? before.count + 1 : (before?.count ?? 1);
    silences.set(key, { count, replies });
    const [, ...rest] = partsOf(read);
    if (rest.length > 0 && count >= silencesToSplit) {
      silences.delete(key);
      for (const part of rest) knowledge.cutBefore(part[0]!.address);
    } else if (rest.length === 0 && count >= silencesToCondemn) {
      silences.delete(key);
      knowledge.joinAll();
      for (const { address } of read.values) knowledge.condemn(address, clock.monotonic() + retryUnsupportedMs);
    }
  }

  /** A refused read is asked in parts. Returns how many unsupported values were found in it. */
  async function isolate(read: PlannedRead, results: Result[], turn: Turn): Promise<number> {
    const parts = partsOf(read);
    if (parts.length === 1) {
      const again = await attempt(read, results, turn);
      if (again === undefined) return 0;
      for (const { index } of read.values) results[index] = { error: again };
      if (isRefusal(again)) knowledge.condemn(read.values[0]!.address, clock.monotonic() + retryUnsupportedMs);
      return isRefusal(again) ? 1 : 0;
    }
    let guilty = 0;
    for (const part of parts) {
      const smaller = readOf(part);
      const refused = await attempt(smaller, results, turn);
      if (refused === undefined) continue;
      if (isRefusal(refused)) guilty += await isolate(smaller, results, turn);
      else for (const { index } of part) results[index] = { error: refused };
    }
    // Every part is fine alone: the device refuses the hole between them, or so many at once.
    if (guilty === 0) for (const part of parts.slice(1)) knowledge.cutBefore(part[0]!.address);
    return guilty;
  }

  /** What is known as unsupported says so; one that is due is asked again, alone. */
  async function readUnsupported(addresses: readonly ModbusAddress[], results: Result[], turn: Turn): Promise<void> {
    let retry: PlannedRead | undefined;
    addresses.forEach((address, index) => {
      if (results[index]) return;
      results[index] = { error: "unsupported" };
      if (!retry && knowledge.retryAt(address)! <= clock.monotonic()) retry = readOf([{ index, address, offset: 0 }]);
    });
    if (!retry) return;
    const { address } = retry.values[0]!;
    if ((await attempt(retry, results, turn)) === undefined) knowledge.absolve(address);
    else knowledge.condemn(address, clock.monotonic() + retryUnsupportedMs);
  }

  return {
    read,
    known: (addresses) =>
      good ?? addresses.find((address) => knowledge.retryAt(address) === undefined) ?? addresses[0]!,
  };
}

/** The runs between its holes, or if it has none its halves; one part if it is one register's. */
function partsOf(read: PlannedRead): readonly (readonly PlannedValue[])[] {
  const runs = runsOf(read);
  if (runs.length > 1) return runs;
  const { values } = read;
  const register = values[Math.floor(values.length / 2)]!.address.register;
  const middle = values.findIndex(({ address }) => address.register === register);
  const cut = middle > 0 ? middle : values.findIndex(({ address }) => address.register > register);
  return cut > 0 ? [values.slice(0, cut), values.slice(cut)] : [values];
}

function rawOf(data: Uint8Array, { address, offset }: PlannedValue): number {
  if (isBitTable(address.table)) return (data[offset >> 3]! >> (offset & 7)) & 1;
  return decodeRegisters(data.subarray(2 * offset, 2 * offset + bytesOf(address.type)), address);
}

function keyOf({ request }: PlannedRead): string {
  return `${request.table} ${request.start} ${request.count}`;
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 5 + 0.25 * a;
}
