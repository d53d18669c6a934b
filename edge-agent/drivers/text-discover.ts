import type { TextAddress } from "@weir/device-profiles/schema.ts";
import type { OwnWay } from "./discover.ts";
import { LinkError } from "./driver.ts";
import { lineReader, type TextInstrument } from "./text-lines.ts";

const longestAnswer = 120;

/** How an instrument that speaks in lines is asked for one of its places. A refusal is an answer. */
export function textWay<At extends TextAddress>(
  text: TextInstrument<At>,
  at: At,
  about: Pick<OwnWay, "id" | "model" | "settings"> & { readonly address?: string },
): OwnWay | undefined {
  if (text.request === undefined) return undefined;
  const request = Uint8Array.from(Buffer.from(text.request(at), "latin1"));
  const { find } = lineReader(text, at, request);
  const isAnswer = (bytes: Uint8Array) => {
    try {
      return find(bytes) !== undefined;
    } catch (error) {
      return error instanceof LinkError;
    }
  };
  return { ...about, request, timeoutMs: text.timeoutMs, longestAnswer, isAnswer };
}
