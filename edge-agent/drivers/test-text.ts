import { loadProfiles } from "@weir/device-profiles/load.ts";
import { placeOf } from "@weir/device-profiles/place.ts";
import {
  type LineProfile,
  type NmeaProfile,
  profile as schema,
  type TextProfile,
  type VaisalaProfile,
} from "@weir/device-profiles/schema.ts";
import { type Driver, LinkError } from "./driver.ts";
import { inText, transcripts } from "./test-transcript.ts";

type Input = Readonly<Record<string, unknown>>;
type Text = { readonly nmea: NmeaProfile; readonly vaisala: VaisalaProfile; readonly line: LineProfile };

/** For tests: an instrument that speaks text, with these points; what is left out is what the schema says. */
export function textProfile<P extends keyof Text>(protocol: P, points: readonly Input[], rest: Input = {}): Text[P] {
  const parsed = schema.parse({
    model: "T-1",
    vendor: "Test",
    names: { en: "test instrument", zh: "测试仪" },
    domain: "air",
    kind: "weather-station",
    source: "made up for tests",
    protocol,
    points,
    examples: [{ note: "none", lines: "", samples: {} }],
    ...rest,
  });
  return { ...parsed, id: "air/test" } as Text[P];
}

export const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
export const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/**
 * The transcripts of a folder, in text. `instrument air/gill-windsonic Q`: a shipped profile, and its address. `? wind`: the points
 * of that message, or those whose place begins with it, are read.
 */
export function textTranscripts<P extends TextProfile>(folder: string, driver: Driver<P>): void {
  const profiles = loadProfiles();
  transcripts(folder, inText, ([id = "", address], line) => {
    const profile = profiles.get(id)! as P;
    const options = { profile, timeoutMs: 1000, ...(address !== undefined && { address }) };
    const connection = driver.open(options, line);
    return async (what, turn) => {
      const places = profile.points
        .map(({ at }): P["points"][number]["at"] => at)
        .filter((at) => placeOf(at).startsWith(what));
      const results = await connection.read(places, turn);
      return results.map((result) => {
        if ("error" in result) throw new LinkError(result.error, what);
        return result.raw;
      });
    };
  });
}
