/**
 * What reading one device once costs its bus at 9600 baud, for every shipped Modbus profile: requests and predicted milliseconds
 * of one request per point, of merging neighbours only, and of the planner. Prediction as in the driver: 11 bits a character,
 * T3.5 before each request, the profile's gap, and 20 ms until the device answers.
 * usage: node bench/planner.ts
 */
import { registersOf } from "@weir/device-profiles/decode.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { ModbusAddress, ModbusProfile } from "@weir/device-profiles/schema.ts";
import { msPerByteAt, silenceMs } from "@weir/edge-agent/drivers/line-timing.ts";
import {
  countLimit,
  type PlanOptions,
  planReads,
  predictMs,
  type ReadRequest,
} from "@weir/edge-agent/drivers/modbus/plan.ts";
import { layOut } from "@weir/edge-agent/poll/reading.ts";

const baud = 9600;
const replyDelayMs = 20;
const budgetMs = 300;

function requestFor({ table, register, type }: ModbusAddress): ReadRequest {
  return { kind: "read", table, start: register, count: registersOf(type) };
}

/** Values that stand side by side share a request, up to the limit. */
function mergeNeighbours(addresses: readonly ModbusAddress[], registersPerRead: number): readonly ReadRequest[] {
  const merged: ReadRequest[] = [];
  const sorted = [...addresses].sort((a, b) => a.table.localeCompare(b.table) || a.register - b.register);
  for (const next of sorted.map(requestFor)) {
    const last = merged.at(-1);
    const end = Math.max(next.start + next.count, last ? last.start + last.count : 0);
    const fits = last?.table === next.table && next.start <= last.start + last.count;
    if (last && fits && end - last.start <= countLimit(next.table, registersPerRead))
      merged[merged.length - 1] = { ...last, count: end - last.start };
    else merged.push(next);
  }
  return merged;
}

function rowOf(profile: ModbusProfile) {
  const addresses = layOut(profile.points).addresses as readonly ModbusAddress[];
  const timing = { msPerByte: msPerByteAt(baud), overheadMs: replyDelayMs + silenceMs(baud) + profile.gap };
  const options: PlanOptions = {
    registersPerRead: profile.registers_per_read,
    holes: profile.holes,
    budgetMs,
    timing,
    startsAnew: () => false,
    unsupported: [],
  };
  const cost = (requests: readonly ReadRequest[]) => ({
    requests: requests.length,
    ms: requests.reduce((sum, request) => sum + predictMs(request, timing), 0),
  });
  return {
    id: profile.id,
    points: profile.points.length,
    each: cost(profile.points.flatMap(({ at, decimals }) => [at, ...(decimals ? [decimals] : [])].map(requestFor))),
    neighbours: cost(mergeNeighbours(addresses, profile.registers_per_read)),
    planned: cost(planReads(addresses, options).map(({ request }) => request)),
  };
}

type Row = ReturnType<typeof rowOf>;
const rows = [...loadProfiles().values()].flatMap((profile) => (profile.protocol === "modbus" ? [rowOf(profile)] : []));
const sum = (pick: (row: Row) => number) => rows.reduce((total, row) => total + pick(row), 0);
const total: Row = {
  id: `all ${rows.length} profiles`,
  points: sum(({ points }) => points),
  each: { requests: sum(({ each }) => each.requests), ms: sum(({ each }) => each.ms) },
  neighbours: { requests: sum((row) => row.neighbours.requests), ms: sum((row) => row.neighbours.ms) },
  planned: { requests: sum(({ planned }) => planned.requests), ms: sum(({ planned }) => planned.ms) },
};

const cell = ({ requests, ms }: Row["each"]) => `${String(requests).padStart(6)}${ms.toFixed(0).padStart(8)} ms`;
console.log(`${"".padEnd(38)}points   one per point   neighbours only         planned   of one per point`);
for (const row of [...rows, total]) {
  const share = `${((100 * row.planned.ms) / row.each.ms).toFixed(0)} %`;
  console.log(
    `${row.id.padEnd(38)}${String(row.points).padStart(6)}${cell(row.each)}${cell(row.neighbours)}${cell(row.planned)}${share.padStart(12)}`,
  );
}
