import type { LineProfile, NmeaProfile, VaisalaProfile } from "@weir/device-profiles/schema.ts";
import { profile as schema } from "@weir/device-profiles/schema.ts";

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
