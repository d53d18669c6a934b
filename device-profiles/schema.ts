import { z } from "zod";

/** `500ms`, `5s`, `2m`, `1h` → milliseconds. */
export const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, "a duration such as 500ms, 5s, 2m or 1h")
  .transform((text) => Number.parseFloat(text) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[text.replace(/[\d.]/g, "") as "ms"]);

export const modbusTypes = ["bit", "u16", "i16", "u32", "i32", "f32", "u64", "i64", "f64", "bcd16", "bcd32"] as const;

/** Where a value stands in a Modbus device. `register` is as printed in the document; the profile's `base` says what the document counts from. */
export const modbusAddress = z.strictObject({
  table: z.enum(["coil", "discrete", "input", "holding"]).describe("coil FC1/5/15, discrete FC2, input FC4, holding FC3/6/16"),
  register: z.int().min(0).max(0x10000).describe("As the document prints it; see `base`."),
  type: z.enum(modbusTypes),
  order: z
    .enum(["ABCD", "CDAB", "BADC", "DCBA"])
    .default("ABCD")
    .describe("ABCD big-endian; CDAB low word first; BADC bytes swapped in each word; DCBA little-endian. The same four rules hold for 64 bits."),
});

/** One step of a start–wait–read measurement. `read` with count 0 is what Yosemitech probes take as a command. */
const step = z.union([
  z.strictObject({ write: z.strictObject({ table: z.enum(["coil", "holding"]), register: z.int(), values: z.array(z.int()).max(123), multiple: z.boolean().default(false) }) }),
  z.strictObject({ read: z.strictObject({ table: z.enum(["input", "holding"]), register: z.int(), count: z.int().min(0).max(125) }) }),
  z.strictObject({ wait: duration }),
]);

export const point = z.strictObject({
  quantity: z.string().describe("A name of wire/quantities.ts."),
  channel: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/).optional().describe("Where a device has several of one quantity: l1, in, 2."),
  at: modbusAddress,
  bit: z.int().min(0).max(31).optional().describe("Take this bit of the raw integer: 0 or 1."),
  mask: z.int().optional().describe("AND the raw integer with this, then shift right to the mask's lowest set bit."),
  scale: z.number().default(1).describe("value = raw × scale ÷ 10^decimals + offset, in the vocabulary's unit."),
  offset: z.number().default(0),
  decimals: modbusAddress.optional().describe("A register that holds the number of decimals."),
  invalid: z.array(z.union([z.int(), z.literal("NaN")])).default([]).describe("Raw bit patterns that mean: no value (0x7FFF, 0xFFFF, NaN)."),
  states: z.record(z.string(), z.strictObject({ value: z.int(), en: z.string(), zh: z.string() })).optional().describe("raw → state; a raw value not named here is a bad sample."),
  every: duration.optional().describe("Poll period of this point, where it differs from the device's."),
  deadband: z.union([z.strictObject({ absolute: z.number().positive() }), z.strictObject({ percent: z.number().positive() })]).optional().describe("Report only when the value moved by more than this. percent is of the last reported value."),
  at_least_every: duration.default(60_000).describe("Report even an unchanged value this often."),
  write: z.strictObject({ min: z.number(), max: z.number(), function: z.enum(["single", "multiple"]).default("single") }).optional().describe("Present: the point may be written, within these limits, in the vocabulary's unit."),
});

export const example = z.strictObject({
  note: z.string(),
  registers: z.string().describe("`holding 0000: 43 66 33 33 | input 0034: 41 C8 00 00`: hex register, hex bytes as on the wire. Bits: `coil 0000: 1 0 1`."),
  samples: z.record(z.string(), z.number().nullable()).describe("metric → value in the vocabulary's unit; null where the point must be bad."),
});

export const profile = z.strictObject({
  model: z.string(),
  vendor: z.string(),
  names: z.strictObject({ en: z.string(), zh: z.string() }),
  domain: z.enum(["water", "air", "pipe", "light", "hazmat"]),
  kind: z.string().regex(/^[a-z][a-z0-9-]*$/).describe("What sort of instrument, as a tag: power-meter, level-probe."),
  source: z.string().describe("Where the register map was read."),
  protocol: z.literal("modbus"),
  link: z.strictObject({ baud: z.int().default(9600), parity: z.enum(["none", "even", "odd"]).default("none"), stop_bits: z.union([z.literal(1), z.literal(2)]).default(1), unit: z.int().min(1).max(255).default(1) }).describe("As shipped by the maker."),
  base: z.union([z.literal(0), z.literal(1)]).default(0).describe("What the document counts registers from."),
  registers_per_read: z.int().min(1).max(125).default(125),
  gap: duration.default(0).describe("Least pause between two requests to this device."),
  holes: z.boolean().default(true).describe("false: never read across registers that no point names."),
  timeout: duration.default(1000),
  every: duration.default(5000),
  measure: z.strictObject({ warm_up: duration.optional(), start: z.array(step).min(1), stop: z.array(step).default([]) }).optional().describe("Start–wait–read: done before each read of the points; the bus is free during waits."),
  points: z.array(point).min(1),
  examples: z.array(example).min(1),
});

export type ModbusAddress = z.output<typeof modbusAddress>;
export type ProfilePoint = z.output<typeof point>;
export type MeasureStep = z.output<typeof step>;
/** A profile as loaded: durations are ms, `register`s are zero-based as sent on the wire, `id` is `<domain>/<vendor>-<model>` (its path). */
export type Profile = z.output<typeof profile> & { readonly id: string };
