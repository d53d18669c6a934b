import type { LineProfile, NmeaProfile, TextAddress, TextProfile, VaisalaProfile } from "../schema.ts";
import type { Dialect, Message } from "./dialect.ts";
import { lineDialect, unescapeText } from "./line.ts";
import { wholeLines } from "./lines.ts";
import { nmeaDialect } from "./nmea.ts";
import { vaisalaDialect } from "./vaisala.ts";

/** What captured lines hold. */
export type TextLines = { readonly rawOf: (at: TextAddress) => number | undefined };

/** What lines mean to an instrument of this profile; address: which one, any when it is not given. */
export function dialectOf(profile: TextDialect, address?: string): Dialect<TextAddress> {
  switch (profile.protocol) {
    case "nmea":
      return nmeaDialect(profile, address) as Dialect<TextAddress>;
    case "vaisala":
      return vaisalaDialect(profile, address) as Dialect<TextAddress>;
    case "line":
      return lineDialect(profile.messages, address) as Dialect<TextAddress>;
  }
}

/** The part of a profile that tells what lines mean. */
type TextDialect =
  | Pick<NmeaProfile, "protocol" | "checksum">
  | Pick<VaisalaProfile, "protocol" | "checksum">
  | Pick<LineProfile, "protocol" | "messages">;

/** True for the profile of an instrument that speaks in lines of text. */
export function isText<P extends { readonly protocol: string }>(profile: P): profile is Extract<P, TextProfile> {
  return isTextProtocol(profile.protocol);
}

export function isTextProtocol(protocol: unknown): protocol is TextProfile["protocol"] {
  return protocol === "nmea" || protocol === "vaisala" || protocol === "line";
}

/** False for an instrument that speaks by itself. */
export function isAsked(profile: TextProfile): boolean {
  if (profile.protocol === "nmea") return profile.query !== undefined;
  if (profile.protocol === "vaisala") return profile.mode === "polled";
  return Object.values(profile.messages).every(({ send }) => send !== undefined);
}

/** The characters that end a line; undefined for the usual ones. */
export function endsOf(profile: TextProfile): string | undefined {
  return profile.protocol === "line" && profile.ends !== undefined ? unescapeText(profile.ends) : undefined;
}

/**
 * Captured lines, requests among them → what they hold, the first line of each message. Pure.
 * Throws RangeError when no line is one of this profile, and for a damaged line, saying what to do.
 */
export function parseTextLines(text: string, profile: TextProfile): TextLines {
  const dialect = dialectOf(profile);
  const ends = endsOf(profile);
  const bytes = Buffer.from(`${unescapeText(text)}${ends ?? "\n"}`, "latin1");
  const lines = [...wholeLines(bytes, ends)].map((line) => line.text);
  const found = (at: TextAddress): Message<TextAddress> | undefined => {
    for (const line of lines) {
      const message = dialect.take(line, at);
      if (message === "damaged")
        throw new RangeError(`${JSON.stringify(line)} fails its checksum or its form; copy whole lines`);
      if (typeof message === "object") return message;
    }
    return undefined;
  };
  const places: readonly TextAddress[] = profile.points.map(({ at }) => at);
  if (!places.map(found).some(Boolean))
    throw new RangeError("no line is one that this profile knows; copy whole lines, from their first character");
  return { rawOf: (at) => found(at)?.rawAt(at) };
}
