import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { checksumKinds } from "../checksum.ts";
import { dataBits, head, identity, note, pace, parity, part, samples, scaling, stopBits, trust } from "./parts.ts";

const bytes = z
  .string('write bytes in quotes, such as "FF 01 86"')
  .regex(/^[0-9a-f]{2}( [0-9a-f]{2})*$/i, "expected bytes in hex with blanks between, such as FF 01 86");

export const fieldTypes = [
  "u8",
  "i8",
  "u16",
  "i16",
  "u24",
  "i24",
  "u32",
  "i32",
  "f32",
  "bcd8",
  "bcd16",
  "bcd32",
] as const;

const order = z.enum(["big", "little"]).default("big").describe("big: the high byte comes first. little: the low one.");
const place = z.int().min(0).max(1023);

/** Where a value stands in an instrument's frame. */
export const frameAddress = z.strictObject({
  from: place.describe("First byte of the value, counted from 0 at the first start byte."),
  type: z.enum(fieldTypes).describe("u unsigned, i signed, f floating point, bcd decimal digits; the number is bits."),
  order,
});

export const framePoint = z.strictObject({
  ...identity,
  at: frameAddress.describe("Where the value stands in the frame."),
  ...part,
  ...scaling,
  ...trust,
});

const lengthField = z.strictObject({
  from: place.describe("Where the length stands, counted from 0 at the first start byte."),
  type: z.enum(["u8", "u16"]).describe("One byte or two."),
  order,
  plus: z.int().min(0).max(64).default(0).describe("Bytes of the frame that the length does not count."),
  max: z.int().min(2).max(1024).describe("Longest frame. A length beyond it is noise."),
});

const answer = z.strictObject({
  start: bytes.describe("The first bytes of every frame: as many as are always the same, kind or unit included."),
  length: z
    .union([z.int().min(2).max(1024), lengthField])
    .describe("Bytes of the whole frame: a number, or where the frame tells it."),
  checksum: z
    .strictObject({
      kind: z.enum(checksumKinds).describe("How it is reckoned; a 16 takes two bytes."),
      from: place.default(0).describe("First byte that it counts."),
      to: place.optional().describe("First byte that it counts no more; the checksum itself unless given."),
      order,
    })
    .optional()
    .describe("It stands at the end of the frame, before the end bytes. A frame that tells its own length needs one."),
  fixed: z
    .array(z.strictObject({ from: place.describe("Where they stand."), bytes: bytes.describe("What they are.") }))
    .prefault([])
    .describe("Bytes further on that are always the same: kind of gas, unit, number of decimals."),
  end: bytes.optional().describe("The last bytes of every frame."),
});

const link = z.strictObject({
  baud: z.int().min(110).max(4_000_000).default(9600).describe("Bits per second."),
  data_bits: dataBits.default(8).describe("Data bits."),
  parity: parity.default("none").describe("Parity bit."),
  stop_bits: stopBits.default(1).describe("Stop bits."),
});

export const frameExample = z.strictObject({
  note,
  frames: z.string().describe("A whole frame in hex as it was captured; a request before it does no harm."),
  samples,
});

/** An instrument that speaks in binary frames of its own. */
export const frameProfile = z.strictObject({
  ...head,
  protocol: z
    .literal("frame")
    .describe("What the instrument speaks: binary frames of its own, told by `answer`. It is alone on its line."),
  link: link.prefault({}).describe("Serial line settings as shipped by the maker."),
  request: bytes
    .optional()
    .describe("What it is asked with. Left out: it speaks by itself, and its next frame is waited for."),
  answer: answer.describe("What its frames look like."),
  timeout: duration
    .prefault("2s")
    .describe("How long to wait for a frame: longer than the period of one that speaks by itself."),
  ...pace,
  points: z.array(framePoint).min(1).describe("The values of the instrument, one entry each."),
  examples: z.array(frameExample).min(1).describe("Frames and what they must come to. The test suite runs every one."),
});
