import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { checksumKinds } from "../checksum.ts";
import { head, identity, pace, part, scaling, trust } from "./parts.ts";
import { textExample, textLink } from "./text.ts";

const name = z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/, "use lower-case letters, digits, - and _, such as read");
const group = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, "expected the name of a group of the pattern");

/** Where a value stands in a line of text. */
export const lineAddress = z
  .strictObject({
    message: name.describe("Which message, by its name in `messages`."),
    group: group.describe(
      "The group of its pattern that holds the value. An empty group, or one that took no part, is no value.",
    ),
    number: z
      .enum(["point", "comma", "hex"])
      .default("point")
      .describe("How it is written: 1.5 or 1.5E+01; 1,5; or hexadecimal without a sign."),
    words: z
      .record(z.string(), z.int())
      .optional()
      .describe("Instead of a number, texts and the raw number that each stands for. Another text is no value."),
  })
  .refine((at) => at.words === undefined || at.number === "point", "give either words or number");

export const linePoint = z.strictObject({
  ...identity,
  at: lineAddress.describe("Where the value stands. Points of one message are read with one request."),
  ...part,
  ...scaling,
  ...trust,
});

const checksum = z.strictObject({
  kind: z
    .enum(checksumKinds)
    .describe("How it is reckoned over the characters: xor8 their exclusive or, sum8 the low byte of their sum."),
  over: group.describe("The group of the pattern that holds the characters it is made of."),
  given: group.describe("The group that holds the checksum as the instrument sends it, in hex."),
});

const message = z.strictObject({
  send: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      "What it is asked for with: \\r, \\n, \\t and \\xHH for control characters, {address} for the instrument's address. Left out: the instrument sends it by itself.",
    ),
  pattern: z
    .string()
    .min(1)
    .describe(
      "What its line looks like: a regular expression with named groups `(?<value>…)`, without lookaround and back references; {address} as above. It is matched in time proportional to the line.",
    ),
  checksum: checksum.optional().describe("A line whose checksum is wrong is not believed."),
  refused: z.string().min(1).optional().describe("What a line looks like by which the instrument says no: `^\\*ER`."),
});

/** An instrument that speaks lines of text of its own. */
export const lineProfile = z.strictObject({
  ...head,
  protocol: z.literal("line").describe("What the instrument speaks: lines of text, laid out by `messages`."),
  link: textLink(9600).prefault({}).describe("Serial line settings as shipped by the maker."),
  ends: z
    .string()
    .min(1)
    .max(4)
    .optional()
    .describe(
      "The characters that end a line, such as \\r or >; a carriage return, a line feed or both when left out.",
    ),
  messages: z
    .record(name, message)
    .refine((messages) => Object.keys(messages).length > 0, "name at least one message")
    .refine(
      (messages) => new Set(Object.values(messages).map(({ send }) => send === undefined)).size === 1,
      "either all messages have `send`, or none",
    )
    .describe("The lines of the instrument, each under a name of your choice: asked for, or sent by itself."),
  timeout: duration
    .prefault("2s")
    .describe(
      "How long to wait for an answer; longer than the slowest message's period when the instrument speaks by itself.",
    ),
  ...pace,
  points: z.array(linePoint).min(1).describe("The values of the instrument, one entry each."),
  examples: z.array(textExample).min(1).describe("Lines and what they must come to. The test suite runs every one."),
});
