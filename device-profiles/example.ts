import { parseBinaryFrame } from "./binary-frame.ts";
import type { Content } from "./evaluate.ts";
import { parseReports } from "./firmata-values.ts";
import { parseFrames } from "./frames.ts";
import { parseNodeValues } from "./opcua-values.ts";
import { parseRegisters } from "./registers.ts";
import type { FrameProfile, Profile, ProfileExample, TextProfile } from "./schema.ts";
import { parseDialogue } from "./sdi12.ts";
import { isText, parseTextLines } from "./text/text-lines.ts";

/** What has to be known of a profile to take its examples apart. */
export type Speech =
  | { readonly protocol: BytesProtocol }
  | TextProfile
  | { readonly protocol: "frame"; readonly answer: FrameProfile["answer"] };

/** Protocols whose examples tell by themselves what they hold. */
export type BytesProtocol = Exclude<Profile["protocol"], "frame" | TextProfile["protocol"]>;

/** What the bytes or the words of an example hold. Throws RangeError, saying what is wrong with them. */
export function contentOf(speech: Speech, example: ProfileExample): Content {
  if ("registers" in example) return parseRegisters(example.registers);
  if ("dialogue" in example) return parseDialogue(example.dialogue);
  if ("messages" in example) return parseReports(example.messages, example.sensors);
  if ("lines" in example) {
    if (!isText(speech))
      throw new RangeError("lines are for instruments that speak text; give what this protocol takes");
    return parseTextLines(example.lines, speech);
  }
  if ("values" in example) return parseNodeValues(example.values);
  if (speech.protocol === "frame") return parseBinaryFrame(example.frames, speech);
  return parseFrames(example.frames, speech.protocol === "cjt188" ? "cjt188" : "dlt645");
}
