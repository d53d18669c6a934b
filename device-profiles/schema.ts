import { duration } from "@weir/config/fields.ts";
import { z } from "zod";

export const tables = ["coil", "discrete", "input", "holding"] as const;
export const modbusTypes = ["bit", "u16", "i16", "u32", "i32", "f32", "u64", "i64", "f64", "bcd16", "bcd32"] as const;
export const orders = ["ABCD", "CDAB", "BADC", "DCBA"] as const;

/** Where a value stands in a Modbus device. */
export const modbusAddress = z.strictObject({
  table: z.enum(tables).describe("coil: functions 1, 5 and 15. discrete: 2. input: 4. holding: 3, 6 and 16."),
  register: z.int().min(0).max(0x10000).describe("The first register or bit, as the document prints it; see `base`."),
  type: z
    .enum(modbusTypes)
    .describe(
      "u unsigned, i signed, f floating point, bcd decimal digits; the number is bits. bit: in coil and discrete only.",
    ),
  order: z
    .enum(orders)
    .default("ABCD")
    .describe(
      "ABCD: big-endian. CDAB: low word first. BADC: bytes swapped in each word. DCBA: little-endian. 64 bits follow the same four rules.",
    ),
});

const decimals = modbusAddress.extend({
  table: z.enum(["input", "holding"]).describe("input: function 4. holding: 3."),
  type: z.enum(["u16", "i16", "u32", "i32"]).describe("How that register is to be read."),
  mask: z.int().min(1).max(0xffff).optional().describe("Only these bits of the register count."),
});

const register = z.int().min(0).max(0x10000).describe("As the document prints it; see `base`.");

const step = z.union([
  z.strictObject({
    write: z
      .strictObject({
        table: z.enum(["coil", "holding"]).describe("coil: functions 5 and 15. holding: 6 and 16."),
        register,
        values: z.array(z.int().min(0).max(0xffff)).max(123).describe("Words, or 0 and 1 for coils."),
        multiple: z
          .boolean()
          .default(false)
          .describe("true: functions 15 and 16 even for one value; then `values` may be empty."),
      })
      .describe("Write as a command."),
  }),
  z.strictObject({
    read: z
      .strictObject({
        table: z.enum(["input", "holding"]).describe("input: function 4. holding: 3."),
        register,
        count: z.int().min(0).max(125).describe("How many registers to ask for."),
      })
      .describe("Read as a command; the answer is not used. Yosemitech probes start on a read of 0 registers."),
  }),
  z.strictObject({ wait: duration.describe("The bus is free for others meanwhile.") }),
]);

export const point = z.strictObject({
  quantity: z.string().describe("A name of wire/quantities.ts; the value is in its unit."),
  channel: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, "use lower-case letters, digits, - and _, such as l1, in or 2")
    .optional()
    .describe("Where a device has several of one quantity: l1, in, 2."),
  at: modbusAddress.describe("Where the value stands."),
  bit: z.int().min(0).max(31).optional().describe("Only this bit of the raw integer: 0 or 1. 0 is the lowest."),
  mask: z
    .int()
    .min(1)
    .max(0xffffffff)
    .optional()
    .describe("Only these bits of the raw integer, shifted right until the lowest of them is bit 0."),
  scale: z
    .number()
    .refine((scale) => scale !== 0, "0 would make every value 0; leave `scale` out for raw × 1")
    .default(1)
    .describe("value = raw × scale ÷ 10^decimals + offset."),
  offset: z.number().default(0).describe("Added after scaling, in the quantity's unit."),
  decimals: decimals.optional().describe("A register that holds the number of decimals of this value."),
  invalid: z
    .array(z.number())
    .prefault([])
    .describe("Raw numbers or bit patterns that mean no value (0x7FFF, 0xFFFF, -9999). NaN and infinities always do."),
  valid: z
    .strictObject({ min: z.number().describe("Lowest raw number."), max: z.number().describe("Highest raw number.") })
    .optional()
    .describe("A raw number outside means no value: 3.6 to 21 mA of a 4–20 mA loop."),
  states: z
    .record(
      z.string().regex(/^-?\d+$/, "name a raw integer, such as 0 or 0x10"),
      z.strictObject({
        value: z.int().describe("What is stored; 0 and 1 where the state is no and yes."),
        en: z.string().describe("Its name in English."),
        zh: z.string().describe("Its name in Chinese."),
      }),
    )
    .optional()
    .describe("Raw integer (after bit or mask) → state. A raw number that is not named is a bad sample."),
  every: duration.optional().describe("Poll period of this point, where it differs from the device's."),
  deadband: z
    .union([
      z.strictObject({ absolute: z.number().positive().describe("In the quantity's unit.") }),
      z.strictObject({ percent: z.number().positive().max(100).describe("Of the last reported value.") }),
    ])
    .optional()
    .describe("Report only when the value has moved by more than this, or at_least_every has passed."),
  at_least_every: duration.prefault("1m").describe("Heartbeat: report even an unchanged value this often."),
  write: z
    .strictObject({
      min: z.number().describe("Least value that may be written."),
      max: z.number().describe("Greatest value that may be written."),
      function: z
        .enum(["single", "multiple"])
        .default("single")
        .describe("single: functions 5 and 6. multiple: 15 and 16, needed by values of more than one register."),
    })
    .optional()
    .describe("Present: the point may be written within these limits, in the quantity's unit."),
});

export const example = z.strictObject({
  note: z.string().describe("What the instrument shows and where the bytes come from."),
  registers: z
    .string()
    .describe(
      "`holding 0000: 43 66 33 33 | input 0034: 41 C8 00 00`: first register in hex, counted from 0 as on the wire, and its bytes in hex. Bits: `coil 0000: 1 0 1`.",
    ),
  samples: z
    .record(z.string(), z.number().nullable())
    .describe("metric → value in the quantity's unit; null where the sample must be bad."),
});

const link = z.strictObject({
  baud: z.int().min(110).max(4_000_000).default(9600).describe("Bits per second."),
  parity: z.enum(["none", "even", "odd"]).default("none").describe("Parity bit."),
  stop_bits: z
    .union([z.literal(1), z.literal(2)])
    .default(1)
    .describe("Stop bits."),
  unit: z.int().min(1).max(255).default(1).describe("Unit identifier (slave address)."),
});

const measure = z.strictObject({
  warm_up: duration
    .optional()
    .describe("Waited once before the first start after power-up, or after the device was lost and answers again."),
  start: z.array(step).min(1).describe("Done before each read of the points, in this order."),
  stop: z.array(step).prefault([]).describe("Done after each read."),
});

export const profile = z.strictObject({
  model: z.string().min(1).describe("The maker's name of the model."),
  vendor: z.string().min(1).describe("The maker, or generic."),
  names: z
    .strictObject({
      en: z.string().min(1).describe("In English."),
      zh: z.string().min(1).describe("In Chinese."),
    })
    .describe("What people call it."),
  domain: z.enum(["water", "air", "pipe", "light", "hazmat"]).describe("Also the folder of the file."),
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, "use lower-case letters, digits and -, such as power-meter")
    .describe("What sort of instrument, as a tag: power-meter, level-probe."),
  source: z.string().min(1).describe("Where the register map was read: document and page, or repository @commit path."),
  template: z
    .boolean()
    .default(false)
    .describe("true: the registers are placeholders; copy the file and fill in those of your device."),
  protocol: z.literal("modbus").describe("What the instrument speaks."),
  link: link.prefault({}).describe("Serial line settings as shipped by the maker."),
  base: z
    .union([z.literal(0), z.literal(1)])
    .default(0)
    .describe("What the document counts registers from. 1: its register 1 is sent as 0."),
  registers_per_read: z.int().min(1).max(125).default(125).describe("Most registers that one request may ask for."),
  gap: duration.prefault("0ms").describe("Least pause between two requests to this device."),
  holes: z.boolean().default(true).describe("false: never read across registers that no point names."),
  timeout: duration.prefault("1s").describe("How long to wait for an answer."),
  every: duration.prefault("5s").describe("Poll period of its points."),
  measure: measure.optional().describe("Start–wait–read, for probes that measure only when told to."),
  points: z.array(point).min(1).describe("The values of the instrument, one entry each."),
  examples: z.array(example).min(1).describe("Registers and what they must come to. The test suite runs every one."),
});

export type ModbusTable = (typeof tables)[number];
export type ModbusType = (typeof modbusTypes)[number];
export type ByteOrder = (typeof orders)[number];
export type ModbusAddress = z.output<typeof modbusAddress>;
export type ProfilePoint = z.output<typeof point>;
export type MeasureStep = z.output<typeof step>;
export type ProfileExample = z.output<typeof example>;
/**
 * A profile as loaded: durations are ms; every `register` counts from 0 as sent on the wire, whatever the document's base was;
 * `id` is `<domain>/<file name>`, such as `light/eastron-sdm630`.
 */
export type Profile = z.output<typeof profile> & { readonly id: string };
