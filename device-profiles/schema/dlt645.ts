import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { field, meterExample, meterLink, oneForm, oneFormFault, wakeUp } from "./meter.ts";
import { head, identity, pace, part, scaling, trust } from "./parts.ts";

const di = z
  .string('write the identifier in quotes, such as "02010100"')
  .regex(
    /^([0-9A-F]{8}|[0-9A-F]{4})$/i,
    "expected 8 hex digits DI3 to DI0, such as 02010100, or 4 of the 1997 edition, such as 9010",
  )
  .toUpperCase()
  .describe("Data identifier as the standard prints it, high byte first. 4 digits: asked as the 1997 edition asks.");

/** Where a value stands in a DL/T 645 meter. */
export const dlt645Address = z
  .strictObject({
    di,
    ...field,
    signed: z.boolean().default(false).describe("true: the highest bit is a minus sign, as in powers and currents."),
  })
  .refine(oneForm, oneFormFault);

export const dlt645Point = z.strictObject({
  ...identity,
  at: dlt645Address.describe("Where the value stands. Points of one identifier are read with one request."),
  ...part,
  ...scaling,
  ...trust,
});

/** An electricity meter that speaks DL/T 645. */
export const dlt645Profile = z.strictObject({
  ...head,
  protocol: z
    .literal("dlt645")
    .describe("What the instrument speaks: DL/T 645-2007, or of the 1997 edition its reads."),
  link: meterLink.prefault({}).describe("Serial line settings as shipped by the maker."),
  wake_up: wakeUp,
  timeout: duration.prefault("2s").describe("How long to wait for an answer."),
  ...pace,
  points: z.array(dlt645Point).min(1).describe("The values of the instrument, one entry each."),
  examples: z.array(meterExample).min(1).describe("Frames and what they must come to. The test suite runs every one."),
});
