import { registersOf } from "@weir/device-profiles/decode.ts";
import type { ModbusAddress, ModbusTable } from "@weir/device-profiles/schema.ts";
import { dataBytes, isBitTable, protocolLimits, type Request } from "./pdu.ts";

export type ReadRequest = Extract<Request, { kind: "read" }>;

/** One request and the values to take out of its reply. */
export type PlannedRead = { readonly request: ReadRequest; readonly values: readonly PlannedValue[] };
/** index: place in the asked addresses. offset: registers (bits in a bit table) from the start of the request. */
export type PlannedValue = { readonly index: number; readonly address: ModbusAddress; readonly offset: number };

/** What one request costs its bus. */
export type Timing = {
  /** 11 bits a character on a serial line; next to nothing on a network. */
  readonly msPerByte: number;
  /** Running average of the device's reply delay, plus the pauses around a request. */
  readonly overheadMs: number;
};

export type PlanOptions = {
  readonly registersPerRead: number;
  /** false: registers that nobody asked for are never read. */
  readonly holes: boolean;
  /** A request is predicted to hold the bus at most this long; see longestMs. */
  readonly budgetMs: number;
  readonly timing: Timing;
  /** True: this value starts a request of its own, or the device refuses. */
  readonly startsAnew: (address: ModbusAddress) => boolean;
  /** Registers that the device does not have; no request covers them. */
  readonly unsupported: readonly Pick<ModbusAddress, "table" | "register" | "type">[];
};

const requestFrameBytes = 8;
const replyFrameBytes = 5;

/** Predicted bus time of one read, ms. */
export function predictMs(request: ReadRequest, { msPerByte, overheadMs }: Timing): number {
  return overheadMs + (requestFrameBytes + replyFrameBytes + dataBytes(request)) * msPerByte;
}

/**
 * The reads that fetch all these addresses in the least predicted bus time; among equals the fewest.
 * Every address that is not unsupported is in exactly one request, whole. Pure.
 */
export function planReads(addresses: readonly ModbusAddress[], options: PlanOptions): readonly PlannedRead[] {
  const byTable = new Map<ModbusTable, Span[]>();
  const gone = new Set(options.unsupported.map(({ table, register }) => `${table} ${register}`));
  addresses.forEach((address, index) => {
    if (gone.has(`${address.table} ${address.register}`)) return;
    const spans = byTable.get(address.table) ?? [];
    if (spans.length === 0) byTable.set(address.table, spans);
    spans.push({ index, address, start: address.register, end: address.register + registersOf(address.type) });
  });
  return [...byTable].flatMap(([table, spans]) => {
    const barriers = options.unsupported.filter((address) => address.table === table).map(({ register }) => register);
    return planTable(table, spans.sort(inOrder), barriers, options);
  });
}

type Span = { readonly index: number; readonly address: ModbusAddress; readonly start: number; readonly end: number };

function inOrder(a: Span, b: Span): number {
  return a.start - b.start || a.end - b.end;
}

/** Cheapest way to cut the sorted spans into requests: for each span, the best cost of all up to it (dynamic programming). */
function planTable(
  table: ModbusTable,
  spans: readonly Span[],
  barriers: readonly number[],
  options: PlanOptions,
): PlannedRead[] {
  const reach: number[] = [];
  for (const { end } of spans) reach.push(Math.max(end, reach.at(-1) ?? 0));
  const cost = [0];
  const firstOfLast = [0];
  for (let end = 1; end <= spans.length; end++) {
    let best = Number.POSITIVE_INFINITY;
    let bestFirst = end - 1;
    for (const { first, ms } of requestsEndingAt({ table, spans, reach, barriers }, end, options)) {
      const total = cost[first]! + ms;
      if (total <= best) {
        best = total;
        bestFirst = first;
      }
    }
    cost[end] = best;
    firstOfLast[end] = bestFirst;
  }
  const reads: PlannedRead[] = [];
  for (let end = spans.length; end > 0; end = firstOfLast[end]!) {
    reads.unshift(toRead(table, spans.slice(firstOfLast[end]!, end)));
  }
  return reads;
}

/** The spans of one table in order. reach[i]: where spans 0 to i end at the latest. barriers: registers not to cross. */
type Laid = {
  readonly table: ModbusTable;
  readonly spans: readonly Span[];
  readonly reach: readonly number[];
  readonly barriers: readonly number[];
};

/** Every allowed request whose last span is spans[end - 1], growing towards lower registers. */
function* requestsEndingAt(
  { table, spans, reach, barriers }: Laid,
  end: number,
  options: PlanOptions,
): Generator<{ readonly first: number; readonly ms: number }> {
  const limit = countLimit(table, options.registersPerRead);
  const longest = longestMs(options);
  let last = spans[end - 1]!.end;
  for (let first = end - 1; first >= 0; first--) {
    const span = spans[first]!;
    const next = spans[first + 1];
    if (first < end - 1 && next) {
      if (options.startsAnew(next.address) && next.start !== span.start) return;
      if (barriers.some((register) => register >= span.start && register <= next.start)) return;
      if (!options.holes && reach[first]! < next.start) return;
    }
    last = Math.max(last, span.end);
    const request: ReadRequest = { kind: "read", table, start: span.start, count: last - span.start };
    const ms = predictMs(request, options.timing);
    const alone = first === end - 1;
    if (!alone && (request.count > limit || ms > longest)) return;
    yield { first, ms };
  }
}

/** The budget; or for a device so slow that its delay would use it up, as long again as the delay. One value is never too long. */
export function longestMs({ budgetMs, timing }: Pick<PlanOptions, "budgetMs" | "timing">): number {
  return Math.max(budgetMs, 2 * timing.overheadMs);
}

/** How much of a table one request may ask for. */
export function countLimit(table: ModbusTable, registersPerRead: number): number {
  return isBitTable(table)
    ? Math.min(protocolLimits.readBits, registersPerRead * 16)
    : Math.min(protocolLimits.readRegisters, registersPerRead);
}

function toRead(table: ModbusTable, spans: readonly Span[]): PlannedRead {
  const start = spans[0]!.start;
  const end = Math.max(...spans.map((span) => span.end));
  return {
    request: { kind: "read", table, start, count: end - start },
    values: spans.map(({ index, address }) => ({ index, address, offset: address.register - start })),
  };
}

/** The request for some of the values of another: what splitting a refused read asks next. */
export function readOf(values: readonly PlannedValue[]): PlannedRead {
  const spans = values.map(({ index, address }) => ({
    index,
    address,
    start: address.register,
    end: address.register + registersOf(address.type),
  }));
  return toRead(values[0]!.address.table, spans.sort(inOrder));
}

/** The values of a read in runs without a hole between them. */
export function runsOf(read: PlannedRead): readonly (readonly PlannedValue[])[] {
  const runs: PlannedValue[][] = [];
  let end = -1;
  for (const value of read.values) {
    if (value.offset > end) runs.push([]);
    runs.at(-1)!.push(value);
    end = Math.max(end, value.offset + registersOf(value.address.type));
  }
  return runs;
}
