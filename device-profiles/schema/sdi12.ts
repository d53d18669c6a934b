import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { dataBits, head, identity, note, pace, parity, part, samples, scaling, stopBits, trust } from "./parts.ts";

const command = z
  .string()
  .regex(/^([MC][1-9]?|R\d)$/, "expected M, M1 to M9, C, C1 to C9 or R0 to R9: what stands between address and !");

/** Where a value stands in an SDI-12 sensor. */
export const sdi12Address = z.strictObject({
  command: command.describe("The command that gives the value, as in `commands`."),
  value: z.int().min(1).max(99).describe("Which of the command's values, counted from 1, over all its data answers."),
});

export const sdi12Point = z.strictObject({
  ...identity,
  at: sdi12Address.describe("Where the value stands. Points of one command share its measurement."),
  ...part,
  ...scaling,
  ...trust,
});

export const sdi12Example = z.strictObject({
  note,
  dialogue: z
    .string()
    .describe(
      "What was said on the line, commands and answers in turn: `0C! 000103 0D0! 0+1.2-3+4`. Check characters must fit.",
    ),
  samples,
});

const commands = z.record(
  command,
  z.strictObject({
    values: z
      .int()
      .min(1)
      .max(99)
      .describe("How many values it gives. Another number means that places have shifted, and no value is taken."),
    crc: z
      .boolean()
      .default(false)
      .describe("true: asked with check characters (MC, CC, RC); the sensor needs SDI-12 1.3."),
    longest: duration
      .prefault("1m")
      .describe("Longest measurement. A sensor that promises more has been misheard, and is asked again next time."),
  }),
);

const link = z.strictObject({
  baud: z.int().min(110).max(4_000_000).default(1200).describe("Bits per second, of the adapter."),
  data_bits: dataBits.default(7).describe("Data bits, of the adapter."),
  parity: parity.default("even").describe("Parity bit, of the adapter."),
  stop_bits: stopBits.default(1).describe("Stop bits."),
});

/** A sensor on an SDI-12 line. */
export const sdi12Profile = z.strictObject({
  ...head,
  protocol: z
    .literal("sdi12")
    .describe("What the instrument speaks: SDI-12 1.0 to 1.4, behind an adapter that passes its characters."),
  link: link.prefault({}).describe("Serial line settings of the standard; adapters may have their own."),
  commands: commands
    .refine((given) => Object.keys(given).length > 0, "name at least one command, such as C: { values: 3 }")
    .describe(
      "What is asked. C measures while the line is free for others; M keeps the line until the sensor is ready; R is ready at once.",
    ),
  identify: z
    .array(
      z.strictObject({
        says: z.enum(["vendor", "product"]).describe("Which part of the answer to aI!."),
        text: z.string().min(2).describe("What stands somewhere in it, in any case of letters."),
      }),
    )
    .optional()
    .describe("What it answers to aI!, as its documents or captures have it; `weir-edge scan` compares."),
  timeout: duration
    .prefault("2s")
    .describe("How long to wait for an answer. At 1200 baud the longest takes 0.7 s of it."),
  ...pace,
  points: z.array(sdi12Point).min(1).describe("The values of the instrument, one entry each."),
  examples: z
    .array(sdi12Example)
    .min(1)
    .describe("Dialogues and what they must come to. The test suite runs every one."),
});
