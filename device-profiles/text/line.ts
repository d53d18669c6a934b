import { checksumOf } from "../checksum.ts";
import type { LineAddress, LineProfile } from "../schema.ts";
import type { Dialect } from "./dialect.ts";
import { compilePattern, type Groups, type Pattern } from "./pattern.ts";
import { plainNumber } from "./units.ts";

type LineMessage = LineProfile["messages"][string];

/** `\r`, `\n`, `\t`, `\xHH` and `\\` in text that people write → the characters. Throws RangeError for another escape. */
export function unescapeText(text: string): string {
  return text.replace(/\\(x[0-9A-Fa-f]{2}|[\s\S]?)/g, (whole, code: string) => {
    if (code.startsWith("x") && code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const found = { r: "\r", n: "\n", t: "\t", "\\": "\\" }[code];
    if (found === undefined) throw new RangeError(`${whole} is not known; write \\r, \\n, \\t, \\xHH or \\\\`);
    return found;
  });
}

/** What is sent for a message. */
export function requestText(send: string, address = ""): string {
  return unescapeText(send).replaceAll("{address}", address);
}

/** A message's pattern with the instrument's address in it; without one, any address fits. */
export function patternOf({ pattern }: Pick<LineMessage, "pattern">, address?: string): Pattern {
  const place = address === undefined ? "[0-9A-Za-z]+" : address.replace(/[^0-9A-Za-z]/g, "\\$&");
  return compilePattern(pattern.replaceAll("{address}", place));
}

/** Compiles the profile's patterns. Throws RangeError for one that is none; profiles that were loaded have none such. */
export function lineDialect(messages: LineProfile["messages"], address?: string): Dialect<LineAddress> {
  const compiled = new Map(
    Object.entries(messages).map(([name, message]) => [
      name,
      {
        pattern: patternOf(message, address),
        refused: message.refused === undefined ? undefined : compilePattern(message.refused),
        checksum: message.checksum,
      },
    ]),
  );
  return {
    take: (line, { message }) => {
      const own = compiled.get(message)!;
      const groups = own.pattern.match(line);
      if (!groups) return own.refused?.match(line) ? "refused" : undefined;
      if (own.checksum && !isSound(groups, own.checksum)) return "damaged";
      return { rawAt: (at) => (at.group in groups ? numberIn(groups[at.group], at) : undefined) };
    },
  };
}

function isSound(groups: Groups, { kind, over, given }: NonNullable<LineMessage["checksum"]>): boolean {
  const [text, told] = [groups[over], groups[given]];
  if (text === undefined || told === undefined) return false;
  const bytes = Buffer.from(text, "latin1");
  return Number.parseInt(told, 16) === checksumOf(kind, bytes, 0, bytes.length);
}

function numberIn(text: string | undefined, { number, words }: LineAddress): number {
  const plain = text?.trim() ?? "";
  if (words) return Object.hasOwn(words, plain) ? words[plain]! : Number.NaN;
  if (number === "hex") return /^[0-9A-Fa-f]{1,12}$/.test(plain) ? Number.parseInt(plain, 16) : Number.NaN;
  const [, digits = "", exponent = "0"] = /^([+-]?\s*[^eE]*)(?:[eE]([+-]?\d{1,2}))?$/.exec(plain) ?? [];
  const value = plainNumber((number === "comma" ? digits.replace(",", ".") : digits).replace(/^([+-])\s+/, "$1"));
  return exponent === "0" ? value : Number(`${value}e${exponent}`);
}
