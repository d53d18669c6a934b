const msOf = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const durationForm = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
/** An unescaped `+` of a zone arrives as a space; it can mean nothing else there. */
const isoForm = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+ -]\d\d:?\d\d))?$/;

/** `500ms`, `10s`, `1.5m`, `6h`, `7d` → milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = durationForm.exec(text);
  return match === null ? undefined : Number(match[1]) * msOf[match[2] as keyof typeof msOf];
}

/**
 * A moment as people write it → epoch ms: ISO 8601 with a zone (a date alone is midnight UTC), epoch milliseconds, `now`, or a
 * duration before now (`-1h`). undefined for anything else, a day that no calendar has included.
 */
export function parseMoment(text: string, now: number): number | undefined {
  if (text === "now") return now;
  if (text.startsWith("-")) {
    const ago = parseDuration(text.slice(1));
    return ago === undefined ? undefined : now - ago;
  }
  if (/^\d{10,15}$/.test(text)) return Number(text);
  const match = isoForm.exec(text);
  if (match === null) return undefined;
  const [, date, time = "00:00", zone = "Z"] = match;
  const midnight = new Date(`${date}T00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date) return undefined;
  const at = Date.parse(`${date}T${time}${zone.replace(" ", "+").replace(/^([+-]\d\d)(\d\d)$/, "$1:$2")}`);
  return Number.isNaN(at) ? undefined : at;
}

/** An offset from UTC as ISO 8601 writes it (`+08:00`, `Z`) → ms; undefined for anything else, or more than 14 h. */
export function parseZone(text: string): number | undefined {
  if (text === "Z") return 0;
  // An unescaped `+` arrives as a space.
  const match = /^([+ -])(\d\d):?([0-5]\d)$/.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[2]) * msOf.h + Number(match[3]) * msOf.m;
  return ms > 14 * msOf.h ? undefined : match[1] === "-" ? -ms : ms;
}

/** Most windows that one answer may have. */
export const mostBuckets = 5000;
const wantedBuckets = 360;
const ladder = [
  1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 10_800_000,
  21_600_000, 43_200_000, 86_400_000,
];

/** The shortest round window (ms), no shorter than atLeastMs, that cuts the range into at most about 360 pieces. */
export function windowFor(rangeMs: number, atLeastMs = 0): number {
  return (
    ladder.find((everyMs) => everyMs >= atLeastMs && rangeMs / everyMs <= wantedBuckets) ??
    Math.ceil(rangeMs / wantedBuckets / 86_400_000) * 86_400_000
  );
}
