import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { head, identity, pace, part, scaling, trust } from "./parts.ts";
import { textExample, textLink, wantedUnit } from "./text.ts";

const fieldNumber = z.int().min(1).max(80);

/** Where a value stands in NMEA 0183. */
export const nmeaAddress = z
  .strictObject({
    sentence: z
      .string()
      .regex(
        /^([A-Z]{3}|P[A-Z0-9]{2,9})$/,
        "expected the three letters of a sentence, such as MWV, or a maker's own, such as PGRME",
      )
      .describe("Which sentence: its three letters, whoever the talker is, or the whole name of a maker's own."),
    field: fieldNumber
      .optional()
      .describe(
        "Which field, counted from 1 behind the sentence's name. Its status is heeded where the standard has one.",
      ),
    transducer: z
      .string()
      .regex(/^[A-Z]$/, "expected one letter, such as C for a temperature")
      .optional()
      .describe(
        "XDR only, instead of field: the type of the transducer: C temperature, H humidity, P pressure, U voltage.",
      ),
    name: z
      .string()
      .max(30)
      .optional()
      .describe("XDR only: the transducer's name; the first of its type when left out."),
    as: wantedUnit,
    unit: fieldNumber
      .optional()
      .describe("The field that holds the unit letter, for sentences that the standard does not lay out."),
    status: fieldNumber.optional().describe("A field that must be A; another letter means that there is no value."),
    where: z
      .record(
        z.string().regex(/^\d{1,2}$/, "expected the number of a field"),
        z.string('write it in quotes, such as "1"'),
      )
      .optional()
      .describe(
        "What other fields must hold for the sentence to count: `{ 2: R }` of MWV is the wind relative to the mast.",
      ),
  })
  .refine(
    (at) =>
      (at.field === undefined) !== (at.transducer === undefined) &&
      (at.sentence === "XDR") === (at.transducer !== undefined),
    "give transducer for XDR, and field for any other sentence",
  );

export const nmeaPoint = z.strictObject({
  ...identity,
  at: nmeaAddress.describe("Where the value stands. Points of one sentence are taken from the same one."),
  ...part,
  ...scaling,
  ...trust,
});

/** An instrument that speaks NMEA 0183. */
export const nmeaProfile = z.strictObject({
  ...head,
  protocol: z.literal("nmea").describe("What the instrument speaks: NMEA 0183."),
  link: textLink(4800).prefault({}).describe("Serial line settings as shipped by the maker."),
  checksum: z
    .enum(["required", "optional"])
    .default("required")
    .describe("optional: sentences without a checksum count too, for old instruments; a wrong one never does."),
  query: z
    .string()
    .regex(
      /^\$[^*\r\n]*\{sentence\}[^*\r\n]*$/,
      "expected $, what the instrument takes and {sentence}: $--WIQ,{sentence}",
    )
    .optional()
    .describe(
      "How a sentence is asked for; checksum and line end are added. Left out: the instrument speaks by itself.",
    ),
  timeout: duration
    .prefault("3s")
    .describe("How long to wait for the sentences: longer than the slowest one's period when it speaks by itself."),
  ...pace,
  points: z.array(nmeaPoint).min(1).describe("The values of the instrument, one entry each."),
  examples: z.array(textExample).min(1).describe("Lines and what they must come to. The test suite runs every one."),
});
