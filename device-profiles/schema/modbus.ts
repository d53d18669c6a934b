import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { head, identity, note, pace, parity, part, samples, scaling, stopBits, trust, writeLimits } from "./parts.ts";

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

export const step = z.union([
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

export const modbusPoint = z.strictObject({
  ...identity,
  at: modbusAddress.describe("Where the value stands."),
  ...part,
  ...scaling,
  decimals: decimals.optional().describe("A register that holds the number of decimals of this value."),
  ...trust,
  write: z
    .strictObject({
      ...writeLimits,
      function: z
        .enum(["single", "multiple"])
        .default("single")
        .describe("single: functions 5 and 6. multiple: 15 and 16, needed by values of more than one register."),
    })
    .optional()
    .describe("Present: the point may be written within these limits, in the quantity's unit."),
});

export const modbusExample = z.strictObject({
  note,
  registers: z
    .string()
    .describe(
      "`holding 0000: 43 66 33 33 | input 0034: 41 C8 00 00`: first register in hex, counted from 0 as on the wire, and its bytes in hex. Bits: `coil 0000: 1 0 1`.",
    ),
  samples,
});

const link = z.strictObject({
  baud: z.int().min(110).max(4_000_000).default(9600).describe("Bits per second."),
  parity: parity.default("none").describe("Parity bit."),
  stop_bits: stopBits.default(1).describe("Stop bits."),
  unit: z.int().min(1).max(255).default(1).describe("Unit identifier (slave address)."),
});

const measure = z.strictObject({
  warm_up: duration
    .optional()
    .describe("Waited once before the first start after power-up, or after the device was lost and answers again."),
  start: z.array(step).min(1).describe("Done before each read of the points, in this order."),
  stop: z.array(step).prefault([]).describe("Done after each read."),
});

const place = {
  table: z.enum(["input", "holding"]).describe("input: function 4. holding: 3."),
  register,
};
const text = z.string().min(2).describe("What stands somewhere in it, in any case of letters.");

/** By what an instrument can be told from others. */
const sign = z.union([
  z.strictObject({
    ...place,
    count: z.int().min(1).max(60).describe("So many registers hold a text, one character or two in each."),
    text,
  }),
  z.strictObject({
    ...place,
    is: z.array(z.int().min(0).max(0xffff)).min(1).describe("Codes of this model, any of them, in one register."),
  }),
  z.strictObject({
    says: z
      .enum(["vendor", "product", "server id"])
      .describe("vendor and product: read device identification (43/14). server id: report server id (17)."),
    text,
  }),
]);

/** An instrument that speaks Modbus. */
export const modbusProfile = z.strictObject({
  ...head,
  protocol: z.literal("modbus").describe("What the instrument speaks."),
  link: link.prefault({}).describe("Serial line settings as shipped by the maker."),
  base: z
    .union([z.literal(0), z.literal(1)])
    .default(0)
    .describe("What the document counts registers from. 1: its register 1 is sent as 0."),
  registers_per_read: z.int().min(1).max(125).default(125).describe("Most registers that one request may ask for."),
  holes: z.boolean().default(true).describe("false: never read across registers that no point names."),
  timeout: duration.prefault("1s").describe("How long to wait for an answer."),
  ...pace,
  identify: z
    .array(sign)
    .optional()
    .describe("Where the instrument says what it is, as its documents have it; `weir-edge scan` compares."),
  measure: measure.optional().describe("Start–wait–read, for probes that measure only when told to."),
  points: z.array(modbusPoint).min(1).describe("The values of the instrument, one entry each."),
  examples: z
    .array(modbusExample)
    .min(1)
    .describe("Registers and what they must come to. The test suite runs every one."),
});
