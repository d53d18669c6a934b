import { metricOf } from "@weir/device-profiles/metric.ts";
import type { NmeaPoint } from "@weir/device-profiles/schema.ts";
import type { Speaker } from "./line-bus.ts";
import type { SpeakerOptions } from "./speakers.ts";

const periodMs = 1000;

/** Who says a sentence when the district does not tell, and its fields where nothing is known. A unit letter stays as it is. */
const sentences: Readonly<Record<string, readonly [talker: string, fields: string]>> = {
  MWV: ["WI", ",R,,N,A"],
  MDA: ["WI", ",I,,B,,C,,C,,,,C,,T,,M,,N,,M"],
  DBT: ["SD", ",f,,M,,F"],
  MTW: ["YX", ",C"],
};

/** What a vocabulary unit is in a letter's: 1 m/s is 1.943844 knots. Letters that are not here say the vocabulary's own. */
const perLetter: Readonly<Record<string, number>> = { N: 3600 / 1852, B: 0.01 };

/** A talker of NMEA 0183: all its sentences once a second. Its address is its talker letters. */
export function nmeaSpeaker({ name, profile, address, show }: SpeakerOptions): Speaker | undefined {
  if (profile.protocol !== "nmea") return undefined;
  const groups = Map.groupBy<string, NmeaPoint>(profile.points, ({ at }) => at.sentence);
  const say = () => {
    const lines = [...groups].map(([sentence, points]) => lineOf(sentence, points, { address, show }));
    return Uint8Array.from(Buffer.from(lines.join(""), "latin1"));
  };
  return { name, speak: { everyMs: periodMs, say } };
}

function lineOf(
  sentence: string,
  points: readonly NmeaPoint[],
  { address, show }: Pick<SpeakerOptions, "address" | "show">,
): string {
  const [talker, blank] = sentences[sentence]!;
  const fields = blank.split(",");
  for (const point of points) {
    const place = point.at.field! - 1;
    const letter = fields[place + 1] ?? "";
    const raw = (show(metricOf(point)) - point.offset) / point.scale;
    fields[place] = (raw * (point.at.as === undefined ? 1 : (perLetter[letter] ?? 1))).toFixed(letter === "B" ? 4 : 2);
  }
  const body = [`${address ?? talker}${sentence}`, ...fields].join(",");
  let sum = 0;
  for (const byte of Buffer.from(body, "latin1")) sum ^= byte;
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
}
