import { z } from "zod";
import { note, parity, samples, stopBits } from "./parts.ts";

/** Where a value stands in the data that follows a data identifier. */
export const field = {
  from: z.int().min(0).max(250).default(0).describe("First byte of the value, counted from 0 behind the identifier."),
  format: z
    .string()
    .regex(
      /^(?=(?:\.?X\.?X){1,7}$)X+(\.X+)?$/,
      "expected the standard's way to write it, such as XXX.X or XXXXXX.XX: an even number of X, 2 to 14",
    )
    .optional()
    .describe(
      "Decimal digits as the standard writes them, two in a byte, low byte first: `XXXXXX.XX` takes four bytes. The raw number is what the meter shows.",
    ),
  bytes: z
    .int()
    .min(1)
    .max(6)
    .optional()
    .describe("Instead of `format`: so many bytes as one whole number, low byte first. For status words."),
};

export const oneForm = (at: { readonly format?: string | undefined; readonly bytes?: number | undefined }) =>
  (at.format === undefined) !== (at.bytes === undefined);
export const oneFormFault = "give either format (decimal digits) or bytes (a status word)";

export const meterExample = z.strictObject({
  note,
  frames: z
    .string()
    .describe(
      "Whole frames in hex as they were captured, from 68 to 16, one after the other; wake-up bytes FE and requests among them do no harm.",
    ),
  samples,
});

export const meterLink = z.strictObject({
  baud: z.int().min(110).max(4_000_000).default(2400).describe("Bits per second."),
  parity: parity.default("even").describe("Parity bit."),
  stop_bits: stopBits.default(1).describe("Stop bits."),
});

export const wakeUp = z
  .int()
  .min(0)
  .max(100)
  .default(4)
  .describe("Bytes FE sent before each request, to wake the meter up.");
