import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { field, meterExample, meterLink, oneForm, oneFormFault, wakeUp } from "./meter.ts";
import { head, identity, pace, part, scaling, trust } from "./parts.ts";

const di = z
  .string('write the identifier in quotes, such as "901F"')
  .regex(/^[0-9A-F]{4}$/i, "expected 4 hex digits, such as 901F")
  .toUpperCase()
  .describe("Data identifier as the standard prints it. In answers its two bytes may come in either order.");

/** Units that a value may be wanted in: those of the vocabulary. */
export const meterUnits = ["m3", "m3/h", "kWh", "kW"] as const;

const unit = z.strictObject({
  at: z.int().min(0).max(250).describe("Place of the unit byte, counted as `from`."),
  as: z
    .enum(meterUnits)
    .describe("The unit of the raw number. A meter that sends another of the same kind (L, MWh, GJ) is converted."),
});

/** Where a value stands in a CJ/T 188 meter. */
export const cjt188Address = z
  .strictObject({
    di,
    ...field,
    unit: unit
      .optional()
      .describe("A byte tells the unit of this value. A code that is not of its kind means no value."),
  })
  .refine(oneForm, oneFormFault);

export const cjt188Point = z.strictObject({
  ...identity,
  at: cjt188Address.describe("Where the value stands. Points of one identifier are read with one request."),
  ...part,
  ...scaling,
  ...trust,
});

/** A water, heat or gas meter that speaks CJ/T 188. */
export const cjt188Profile = z.strictObject({
  ...head,
  protocol: z
    .literal("cjt188")
    .describe("What the instrument speaks: CJ/T 188, editions 2004 and 2018 without encryption."),
  meter_type: z
    .string('write the code in quotes, such as "10"')
    .regex(/^([1-4]\d|AA)$/, "expected the standard's two digits: 10 cold water … 20 heat … 30 gas, or AA for any")
    .describe(
      "Type code T: 10 cold water, 11 hot, 12 drinking, 13 reclaimed, 20 heat, 21 cooling, 30 gas, 40 electricity, AA any.",
    ),
  di_order: z
    .enum(["low-first", "high-first"])
    .default("low-first")
    .describe("How the identifier is sent. low-first: 901F as 1F 90."),
  link: meterLink.prefault({}).describe("Serial line settings as shipped by the maker."),
  wake_up: wakeUp,
  timeout: duration.prefault("2s").describe("How long to wait for an answer."),
  ...pace,
  points: z.array(cjt188Point).min(1).describe("The values of the instrument, one entry each."),
  examples: z.array(meterExample).min(1).describe("Frames and what they must come to. The test suite runs every one."),
});
