import { z } from "zod";
import { letterUnits } from "../text/units.ts";
import { note, parity, samples, stopBits } from "./parts.ts";

/** Settings of the line of an instrument that speaks text, as NMEA 0183 has them unless its manual says otherwise. */
export const textLink = (baud: number) =>
  z.strictObject({
    baud: z.int().min(110).max(4_000_000).default(baud).describe("Bits per second."),
    data_bits: z
      .union([z.literal(7), z.literal(8)])
      .default(8)
      .describe("Data bits."),
    parity: parity.default("none").describe("Parity bit."),
    stop_bits: stopBits.default(1).describe("Stop bits."),
  });

export const wantedUnit = z
  .enum(letterUnits)
  .optional()
  .describe(
    "The unit of the raw number: what comes with another unit letter of the same kind (knots, mph, inHg) is converted.",
  );

export const textExample = z.strictObject({
  note,
  lines: z
    .string()
    .describe(
      "Lines as the instrument sent them, checksums included; \\x02 and the like for control characters. Requests among them do no harm.",
    ),
  samples,
});
