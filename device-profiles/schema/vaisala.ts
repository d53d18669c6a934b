import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { head, identity, pace, part, scaling, trust } from "./parts.ts";
import { textExample, textLink, wantedUnit } from "./text.ts";

/** Where a value stands in Vaisala's ASCII. */
export const vaisalaAddress = z.strictObject({
  message: z
    .enum(["R0", "R1", "R2", "R3", "R5"])
    .describe(
      "R1 wind, R2 pressure, temperature and humidity, R3 precipitation, R5 supervisor, R0 what the composite is set to.",
    ),
  key: z
    .string()
    .regex(/^[A-Z][a-z]$/, "expected two letters, such as Sm")
    .describe(
      "Which value: Sm mean wind speed, Dm its direction, Ta air temperature, Ua humidity, Pa pressure, Rc rain.",
    ),
  as: wantedUnit,
});

export const vaisalaPoint = z.strictObject({
  ...identity,
  at: vaisalaAddress.describe("Where the value stands. Points of one message are read with one request."),
  ...part,
  ...scaling,
  ...trust,
});

/** A weather transmitter that speaks Vaisala's ASCII. */
export const vaisalaProfile = z.strictObject({
  ...head,
  protocol: z.literal("vaisala").describe("What the instrument speaks: Vaisala's ASCII, polled or by itself."),
  link: textLink(19_200).prefault({}).describe("Serial line settings as shipped by the maker."),
  checksum: z
    .enum(["none", "crc"])
    .default("none")
    .describe("crc: queries and answers carry three check characters (0r1 instead of 0R1)."),
  mode: z
    .enum(["polled", "automatic"])
    .default("polled")
    .describe("polled: each message is asked for. automatic: the instrument sends its messages by itself."),
  timeout: duration
    .prefault("2s")
    .describe("How long to wait for an answer; in automatic mode longer than the slowest message's period."),
  ...pace,
  points: z.array(vaisalaPoint).min(1).describe("The values of the instrument, one entry each."),
  examples: z.array(textExample).min(1).describe("Lines and what they must come to. The test suite runs every one."),
});
