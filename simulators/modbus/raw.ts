import type { ModbusPoint } from "@weir/device-profiles/schema.ts";
import { type Quantity, type QuantityInfo, quantities } from "@weir/wire/quantities.ts";
import { rangeOf, wordCount } from "./words.ts";

/**
 * Value in the quantity's unit → the raw number an instrument of this profile would show for it. Pure.
 * Integers are rounded to the resolution; a gauge stops at the end of its range as a real one does, a counter starts again
 * from 0 beyond it. A pattern that the profile calls invalid is never shown for a value: its neighbour is.
 * decimals: what the point's decimals register shows.
 */
export function rawOf(point: ModbusPoint, value: number, decimals = 0): number {
  const raw = point.states ? stateOf(point, value) : ((value - point.offset) * 10 ** decimals) / point.scale;
  const range = rangeOf(point.at.type);
  if (range === undefined) return point.at.type === "bit" ? Number(raw !== 0) : raw;
  const [low, high] = point.bit !== undefined ? [0, 1] : point.mask === undefined ? range : [0, widthOf(point.mask)];
  let whole = Math.round(raw);
  const info: QuantityInfo | undefined = quantities[point.quantity as Quantity];
  if (info?.kind === "counter" && whole > high && Number.isFinite(whole)) whole %= high + 1;
  whole = Math.min(Math.max(whole, low), high);
  const away = whole === low ? 1 : -1;
  while (isPattern(point, whole)) whole += away;
  return whole;
}

/** What a raw number written to an instrument means, in the quantity's unit. */
export function meaningOf(point: ModbusPoint, raw: number): number | undefined {
  if (point.states) return point.states[String(raw)]?.value;
  return raw * point.scale + point.offset;
}

/** Two decimals where they fit 16 bits, otherwise as many as do: how analysers with a floating point choose. */
export function decimalsFor(point: ModbusPoint, value: number): number {
  const high = rangeOf(point.at.type)?.[1] ?? 0x7fffffff;
  for (const digits of [2, 1])
    if (Math.abs(rawIn(point, value)) * 10 ** digits <= Math.min(high, 0x7fffffff)) return digits;
  return 0;
}

/** 0x8000 and −32768 are the same 16 bits. */
function isPattern({ invalid, at }: ModbusPoint, whole: number): boolean {
  return invalid.includes(whole) || (whole < 0 && invalid.includes(whole + 2 ** (16 * wordCount(at.type))));
}

function rawIn(point: ModbusPoint, value: number): number {
  return (value - point.offset) / point.scale;
}

/** A state that the profile does not name is shown as it is; whoever reads it has to find it bad. */
function stateOf(point: ModbusPoint, value: number): number {
  const named = Object.entries(point.states ?? {}).find(([, state]) => state.value === value);
  return named ? Number(named[0]) : Math.round(value);
}

function widthOf(mask: number): number {
  return (mask >>> (31 - Math.clz32(mask & -mask))) >>> 0;
}
