import { metricOf } from "@weir/device-profiles/metric.ts";
import type { ModbusAddress, ModbusPoint, ModbusProfile } from "@weir/device-profiles/schema.ts";
import { createMeasurement, type Measurement } from "./measurement.ts";
import type { Table, Unit } from "./pdu.ts";
import { decimalsFor, meaningOf, rawOf } from "./raw.ts";
import { fromWords, toWords, wordCount } from "./words.ts";

/** Values that were written to an instrument since it was switched on, by metric. */
export type Settings = ReadonlyMap<string, number>;

/** The value of a metric at an instant of the world, in the quantity's unit. */
export type Tell = (metric: string, at: number, settings: Settings) => number;

export type InstrumentOptions = {
  readonly profile: ModbusProfile;
  readonly tell: Tell;
  /** The instant of the world that is now. */
  readonly worldNow: () => number;
  /** ms that pass as a technician feels them, for warm-up and measuring times. */
  readonly monotonic: () => number;
};

/** Unnamed registers between two points are there, and 0, when they are at most this many. */
const widestHole = 64;

/** A Modbus unit that shows a place of the world in the registers of a device profile. */
export function createInstrument({ profile, tell, worldNow, monotonic }: InstrumentOptions): Unit {
  const settings = new Map<string, number>();
  const spans = spansOf(profile);
  const measurement = profile.measure && createMeasurement(profile.measure, monotonic);

  function show(point: ModbusPoint, at: number): number {
    const metric = metricOf(point);
    return settings.get(metric) ?? tell(metric, at, settings);
  }

  return {
    read(table, start, count) {
      const command = measurement?.command({ kind: "read", table, start, count }, worldNow) ?? false;
      if (count === 0) return command ? [] : { exception: 3 };
      if ((table === "holding" || table === "input") && count > profile.registers_per_read) return { exception: 3 };
      const known = isCovered(spans[table], start, count);
      if (!known) return command ? new Uint16Array(count) : { exception: 2 };
      return image(profile.points, { table, start, count }, show, shownAt(measurement, worldNow()));
    },
    write(table, start, values) {
      if (measurement?.command({ kind: "write", table, start, values }, worldNow)) return undefined;
      const changes = plan(profile.points, table, start, values);
      if ("exception" in changes) return changes;
      for (const [metric, value] of changes) settings.set(metric, value);
      return undefined;
    },
  };
}

type Shown = { readonly at: number; readonly trust: number };

/** The instant whose values are shown, and how far they have settled: 0 nothing measured yet, 1 wholly. */
function shownAt(measurement: Measurement | undefined, now: number): Shown {
  return measurement ? measurement.shown(now) : { at: now, trust: 1 };
}

function image(
  points: readonly ModbusPoint[],
  asked: { readonly table: Table; readonly start: number; readonly count: number },
  show: (point: ModbusPoint, at: number) => number,
  shown: Shown,
): Uint16Array {
  const words = new Uint16Array(asked.count);
  const put = (at: ModbusAddress, raw: number, shift: number, shared: boolean) => {
    for (const [i, word] of toWords(shift === 0 ? raw : raw * 2 ** shift, at).entries()) {
      const index = at.register + i - asked.start;
      if (index >= 0 && index < words.length) words[index] = shared ? words[index]! | word : word;
    }
  };
  const asks = (at: ModbusAddress) =>
    at.table === asked.table &&
    at.register < asked.start + asked.count &&
    at.register + wordCount(at.type) > asked.start;

  for (const point of points) {
    if (!asks(point.at) && !(point.decimals && asks(point.decimals))) continue;
    if (shown.trust === 0) continue;
    const value = point.states || shown.trust === 1 ? show(point, shown.at) : show(point, shown.at) * shown.trust;
    const decimals = point.decimals ? decimalsFor(point, value) : 0;
    if (asks(point.at)) put(point.at, rawOf(point, value, decimals), lowestBit(point), isShared(point));
    if (point.decimals && asks(point.decimals))
      put(
        point.decimals,
        decimals,
        point.decimals.mask ? trailing(point.decimals.mask) : 0,
        point.decimals.mask !== undefined,
      );
  }
  return words;
}

/** The settings that a write comes to, or why it is refused: 2 for registers that cannot be written, 3 for values beyond limits. */
function plan(
  points: readonly ModbusPoint[],
  table: "coil" | "holding",
  start: number,
  values: readonly number[],
): ReadonlyMap<string, number> | { readonly exception: 2 | 3 } {
  const changes = new Map<string, number>();
  let next = start;
  while (next < start + values.length) {
    const point = points.find((each) => each.write && each.at.table === table && each.at.register === next);
    if (!point?.write || isShared(point)) return { exception: 2 };
    const count = wordCount(point.at.type);
    const words = values.slice(next - start, next - start + count);
    if (words.length < count) return { exception: 2 };
    const value = meaningOf(point, fromWords(words, point.at));
    if (value === undefined || !(value >= point.write.min && value <= point.write.max)) return { exception: 3 };
    changes.set(metricOf(point), value);
    next += count;
  }
  return values.length === 0 ? { exception: 3 } : changes;
}

type Span = { readonly first: number; readonly last: number };

/** What can be read: the registers of points, and holes between them where the profile allows reading across. */
function spansOf(profile: ModbusProfile): Readonly<Record<Table, readonly Span[]>> {
  const spans: Record<Table, Span[]> = { coil: [], discrete: [], input: [], holding: [] };
  const places = profile.points
    .flatMap((point) => (point.decimals ? [point.at, point.decimals] : [point.at]))
    .toSorted((a, b) => a.register - b.register);
  for (const { table, register, type } of places) {
    const last = register + wordCount(type) - 1;
    const before = spans[table].at(-1);
    const near = before !== undefined && register - before.last - 1 <= (profile.holes ? widestHole : 0);
    if (near) spans[table][spans[table].length - 1] = { first: before.first, last: Math.max(before.last, last) };
    else spans[table].push({ first: register, last });
  }
  return spans;
}

function isCovered(spans: readonly Span[], start: number, count: number): boolean {
  return spans.some(({ first, last }) => start >= first && start + count - 1 <= last);
}

function isShared({ bit, mask }: ModbusPoint): boolean {
  return bit !== undefined || mask !== undefined;
}

function lowestBit({ bit, mask }: ModbusPoint): number {
  return bit ?? (mask === undefined ? 0 : trailing(mask));
}

function trailing(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
