import { commandReason } from "@weir/wire/command-reason.ts";
import { type Quantity, type QuantityInfo, quantities } from "@weir/wire/quantities.ts";
import type { Quality } from "@weir/wire/sample.ts";
import { bytesOf } from "./decode.ts";
import { bitsOf } from "./place.ts";
import type { ProfilePoint } from "./schema.ts";
import { shortestFloat } from "./shortest-float.ts";

/**
 * Why a sample is not good. not-a-number: NaN, infinity or a bcd nibble above 9. no-value: the maker's pattern for none.
 * outside-valid: the raw number is outside `valid`. no-such-state: `states` does not name it. decimals: the number of decimals
 * was not read or is not 0 to 9. implausible: a value outside the quantity's plausible range, kept but uncertain.
 * bad-status, doubted: the instrument itself says so.
 */
export type Why =
  | "not-a-number"
  | "no-value"
  | "outside-valid"
  | "no-such-state"
  | "decimals"
  | "implausible"
  | "bad-status"
  | "doubted";

export type Interpreted = { readonly value: number | null; readonly quality: Quality; readonly why?: Why };

/**
 * Raw number → value in the quantity's unit, and how far to trust it. Pure.
 * raw: what decodeRegisters or decodeField gave. decimals: the raw number of the point's decimals register, where it has one.
 * The value carries the digits that raw and scale have and no binary noise: 189 × 0.1 is 18.9, a float that shows 230.2 is 230.2.
 */
export function interpret(point: ProfilePoint, raw: number, decimals?: number): Interpreted {
  if (!Number.isFinite(raw)) return bad("not-a-number");
  for (const pattern of point.invalid) if (isPattern(raw, pattern, point)) return bad("no-value");
  if (point.valid && (raw < point.valid.min || raw > point.valid.max)) return bad("outside-valid");
  const taken = take(point, raw);
  if (point.states) {
    const state = point.states[String(taken)];
    return state ? judge(point, state.value) : bad("no-such-state");
  }
  let digits = 0;
  if (point.decimals) {
    if (decimals === undefined) return bad("decimals");
    digits = takeMask(decimals, point.decimals.mask);
    if (!Number.isInteger(digits) || digits < 0 || digits > 9) return bad("decimals");
  }
  return judge(point, scaled(point, taken, digits));
}

/**
 * Value in the quantity's unit → the raw number to write; the inverse of interpret for a point that `write` allows.
 * Throws RangeError, saying what would be right, for a value outside the point's limits or not among its states.
 */
export function toRaw(point: ProfilePoint, value: number, decimals = 0): number {
  if (!point.write) throw new RangeError(`${point.quantity} may not be written`);
  const { min, max } = point.write;
  if (!(value >= min && value <= max))
    throw new RangeError(commandReason("outside", { quantity: point.quantity, min, max, value }));
  if (point.states) {
    const raw = Object.entries(point.states).find(([, state]) => state.value === value)?.[0];
    if (raw !== undefined) return Number(raw);
    const known = Object.values(point.states).map((state) => `${state.value} (${state.en})`);
    throw new RangeError(commandReason("noState", { quantity: point.quantity, states: known.join(", "), value }));
  }
  const raw = ((value - point.offset) * 10 ** decimals) / point.scale;
  return isFloat(point) ? raw : Math.round(raw);
}

function bad(why: Why): Interpreted {
  return { value: null, quality: "bad", why };
}

function judge(point: ProfilePoint, value: number): Interpreted {
  const info: QuantityInfo | undefined = quantities[point.quantity as Quantity];
  if (info && (value < info.plausible[0] || value > info.plausible[1]))
    return { value, quality: "uncertain", why: "implausible" };
  return { value, quality: "good" };
}

function isFloat({ at }: ProfilePoint): boolean {
  return "type" in at && ["f32", "f64", "Float", "Double"].includes(at.type);
}

/** 0x8000 and -32768 are the same i16: a pattern matches as a number or as bits. */
function isPattern(raw: number, pattern: number, point: ProfilePoint): boolean {
  if (raw === pattern) return true;
  if (raw >= 0 || isFloat(point)) return false;
  const bits = "table" in point.at ? bytesOf(point.at.type) * 8 : bitsOf(point.at);
  return bits !== undefined && raw + 2 ** bits === pattern;
}

function take({ bit, mask }: ProfilePoint, raw: number): number {
  return bit === undefined ? takeMask(raw, mask) : (raw >> bit) & 1;
}

function takeMask(raw: number, mask: number | undefined): number {
  if (mask === undefined) return raw;
  const lowest = mask & -mask;
  return (raw & mask) >>> (31 - Math.clz32(lowest));
}

function scaled(point: ProfilePoint, raw: number, decimals: number): number {
  const exact = "type" in point.at && point.at.type === "f32" ? shortestFloat(raw) : raw;
  if (point.scale === 1 && point.offset === 0 && decimals === 0) return exact;
  const value = (exact * point.scale) / 10 ** decimals + point.offset;
  const places = Math.max(placesOf(exact) + knownPlaces(point.scale) + decimals, knownPlaces(point.offset));
  return roundTo(value, places);
}

/** Whole numbers up to 2^53 divided by a power of ten give the nearest double, which prints as the decimal that was meant. */
function roundTo(value: number, places: number): number {
  const whole = places > 22 ? Number.NaN : Math.round(value * 10 ** places);
  return Number.isSafeInteger(whole) ? whole / 10 ** places : value;
}

/** How many decimal places a number is written with. */
function placesOf(value: number): number {
  if (Number.isInteger(value)) return 0;
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (digits.split(".")[1]?.length ?? 0) - Number(exponent));
}

const placesSeen = new Map<number, number>();

/** placesOf, remembered: profiles have few scales and offsets. */
function knownPlaces(value: number): number {
  let places = placesSeen.get(value);
  if (places === undefined) {
    places = placesOf(value);
    placesSeen.set(value, places);
  }
  return places;
}
