import { duration } from "@weir/config/fields.ts";
import { z } from "zod";

/** What a profile says of its instrument, whatever it speaks. */
export const head = {
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
  source: z
    .string()
    .min(1)
    .describe(
      "Where the register map or the data identifiers were read: document and page, or repository @commit path.",
    ),
  template: z
    .boolean()
    .default(false)
    .describe("true: the places of the values are placeholders; copy the file and fill in those of your device."),
};

/** When it is asked, and how patiently. */
export const pace = {
  gap: duration.prefault("0ms").describe("Least pause between two requests to this device."),
  every: duration.prefault("5s").describe("Poll period of its points."),
};

/** Which quantity a value is. */
export const identity = {
  quantity: z.string().describe("A name of wire/quantities.ts; the value is in its unit."),
  channel: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, "use lower-case letters, digits, - and _, such as l1, in or 2")
    .optional()
    .describe("Where a device has several of one quantity: l1, in, 2."),
};

/** From a raw integer to the part of it that counts. */
export const part = {
  bit: z.int().min(0).max(31).optional().describe("Only this bit of the raw integer: 0 or 1. 0 is the lowest."),
  mask: z
    .int()
    .min(1)
    .max(0xffffffff)
    .optional()
    .describe("Only these bits of the raw integer, shifted right until the lowest of them is bit 0."),
};

/** From a raw number to a value. */
export const scaling = {
  scale: z
    .number()
    .refine((scale) => scale !== 0, "0 would make every value 0; leave `scale` out for raw × 1")
    .default(1)
    .describe("value = raw × scale ÷ 10^decimals + offset."),
  offset: z.number().default(0).describe("Added after scaling, in the quantity's unit."),
};

/** Which raw numbers are none, and when a value is worth reporting. */
export const trust = {
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
};

/** What may be written, in the quantity's unit. */
export const writeLimits = {
  min: z.number().describe("Least value that may be written."),
  max: z.number().describe("Greatest value that may be written."),
};

/** What an example must come to. */
export const note = z.string().describe("What the instrument shows and where the bytes come from.");
export const samples = z
  .record(z.string(), z.number().nullable())
  .describe("metric → value in the quantity's unit; null where the sample must be bad.");

/** Settings of a serial line. */
export const parity = z.enum(["none", "even", "odd"]);
export const dataBits = z.union([z.literal(7), z.literal(8)]);
export const stopBits = z.union([z.literal(1), z.literal(2)]);
