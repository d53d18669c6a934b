import type { OpcuaPoint } from "@weir/device-profiles/schema.ts";
import { type Quantity, type QuantityInfo, quantities } from "@weir/wire/quantities.ts";

const ranges: Readonly<Partial<Record<OpcuaPoint["at"]["type"], readonly [low: number, high: number]>>> = {
  Boolean: [0, 1],
  SByte: [-128, 127],
  Byte: [0, 255],
  Int16: [-32_768, 32_767],
  UInt16: [0, 65_535],
  Int32: [-(2 ** 31), 2 ** 31 - 1],
  UInt32: [0, 2 ** 32 - 1],
  Int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  UInt64: [0, Number.MAX_SAFE_INTEGER],
};

/**
 * Value in the quantity's unit → what the variable's type holds of it, where the point's bits stand. Pure. Whole numbers are
 * rounded; a gauge stops at the end of the type, a counter starts again from 0.
 */
export function rawOf(point: OpcuaPoint, value: number): number {
  const raw = point.states ? stateOf(point, value) : (value - point.offset) / point.scale;
  const range = point.bit !== undefined ? ([0, 1] as const) : ranges[point.at.type];
  if (!range) return point.at.type === "Float" ? Math.fround(raw) : raw;
  const [low, high] = point.mask === undefined ? range : [0, point.mask / lowestOf(point.mask)];
  const info: QuantityInfo | undefined = quantities[point.quantity as Quantity];
  const whole = Math.round(raw);
  const held = info?.kind === "counter" && whole > high ? whole % (high + 1) : Math.min(Math.max(whole, low), high);
  return held * (point.bit === undefined ? lowestOf(point.mask ?? 1) : 2 ** point.bit);
}

/** What a number that somebody wrote means, in the quantity's unit; undefined for a state without a name. */
export function meaningOf(point: OpcuaPoint, raw: number): number | undefined {
  if (point.states) return point.states[String(raw)]?.value;
  return raw * point.scale + point.offset;
}

function stateOf({ states }: OpcuaPoint, value: number): number {
  const named = Object.entries(states ?? {}).find(([, state]) => state.value === value);
  return named ? Number(named[0]) : value;
}

function lowestOf(mask: number): number {
  return 2 ** (31 - Math.clz32(mask & -mask));
}
