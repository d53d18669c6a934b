import type { Cjt188Address, Dlt645Address } from "./schema.ts";

type Field = Pick<Dlt645Address & Cjt188Address, "from" | "format" | "bytes"> &
  Partial<Pick<Dlt645Address, "signed"> & Pick<Cjt188Address, "unit">>;

/** How many bytes a value takes: two decimal digits in each. */
export function fieldBytes({ format, bytes }: Pick<Field, "format" | "bytes">): number {
  return format === undefined ? bytes! : digitsOf(format) / 2;
}

/**
 * The value of a field in the data behind a data identifier, low byte first. Pure.
 * undefined: the data ends before it. NaN: a digit above 9, as in fields filled with FF, or a unit of another kind.
 */
export function decodeField(data: Uint8Array, field: Field): number | undefined {
  const { from, format, signed = false, unit } = field;
  const end = from + fieldBytes(field);
  if (end > data.length || (unit && unit.at >= data.length)) return undefined;
  if (format === undefined) return wholeNumber(data, from, end);
  const digits = decimalDigits(data, from, end, signed);
  const places = digitsOf(format.slice(format.indexOf(".") + 1));
  const ratio = unit ? ratioOf(data[unit.at]!, unit.as) : one;
  return (digits * ratio[0]) / ((format.includes(".") ? 10 ** places : 1) * ratio[1]);
}

function digitsOf(format: string): number {
  return format.replace(".", "").length;
}

function wholeNumber(data: Uint8Array, from: number, end: number): number {
  let value = 0;
  for (let i = end - 1; i >= from; i--) value = value * 256 + data[i]!;
  return value;
}

function decimalDigits(data: Uint8Array, from: number, end: number, signed: boolean): number {
  let value = 0;
  const negative = signed && (data[end - 1]! & 0x80) !== 0;
  for (let i = end - 1; i >= from; i--) {
    const byte = negative && i === end - 1 ? data[i]! & 0x7f : data[i]!;
    if (byte >> 4 > 9 || (byte & 15) > 9) return Number.NaN;
    value = value * 100 + (byte >> 4) * 10 + (byte & 15);
  }
  return negative && value !== 0 ? -value : value;
}

type Unit = NonNullable<Cjt188Address["unit"]>["as"];
type Ratio = readonly [times: number, by: number];
const one: Ratio = [1, 1];
const none: Ratio = [Number.NaN, 1];

/** Unit codes of CJ/T 188 and what brings them into the vocabulary's units; 1 kWh is 3.6 MJ. */
const units: Readonly<Record<number, readonly [Unit, ...Ratio]>> = {
  1: ["kWh", 1, 3_600_000], // J
  2: ["kWh", 1, 1000], // Wh
  5: ["kWh", 1, 1],
  8: ["kWh", 1000, 1], // MWh
  10: ["kWh", 100_000, 1], // 100 MWh
  11: ["kWh", 1, 3600], // kJ
  14: ["kWh", 10, 36], // MJ
  17: ["kWh", 10_000, 36], // GJ
  19: ["kWh", 1_000_000, 36], // 100 GJ
  20: ["kW", 1, 1000], // W
  23: ["kW", 1, 1],
  26: ["kW", 1000, 1], // MW
  41: ["m3", 1, 1000], // L
  44: ["m3", 1, 1],
  50: ["m3/h", 1, 1000], // L/h
  53: ["m3/h", 1, 1],
};

function ratioOf(code: number, wanted: Unit): Ratio {
  const [unit, times, by] = units[code] ?? [undefined, Number.NaN, 1];
  return unit === wanted ? [times, by] : none;
}
