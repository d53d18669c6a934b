import { protocolName } from "../../config-places.ts";
import { lineText, type Sighting } from "../../drivers/discover.ts";
import type { LineSettings } from "../../drivers/driver.ts";
import type { Language } from "../language.ts";
import type { Found } from "./found.ts";
import type { Candidate } from "./match.ts";
import type { Named } from "./name.ts";
import type { LineTransport } from "./plan.ts";
import { words } from "./words.ts";

/** `unit 7`, `123456789012`. */
export function placeText({ unit, address }: Sighting, language: Language): string {
  return address ?? (unit === undefined ? "" : words[language].unit(unit));
}

/** `9600 8N1`, or what carries the line where it sets them itself. */
export function settingsText(settings: LineSettings | undefined): string {
  return settings ? lineText(settings) : "";
}

/** Where the line is. */
export function transportText(transport: LineTransport): string {
  return "path" in transport ? transport.path : `${transport.host}:${transport.port}`;
}

/** `40 s`, `3 min`. */
export function timeText(ms: number, language: Language): string {
  const say = words[language];
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 100) return say.seconds(seconds);
  return seconds < 5400 ? say.minutes(Math.round(seconds / 60)) : say.hours((seconds / 3600).toFixed(1));
}

/** What an instrument was found to be, in lines: who, which profile and why; or the profiles that cannot be told apart. */
export function foundLines(found: Found, language: Language): readonly string[] {
  const { named, settings, protocol, said, anyUnit } = found;
  const say = words[language];
  const who = [
    settingsText(settings),
    protocolName(protocol),
    placeText(found, language),
    ...(said ? [`(${said})`] : []),
  ]
    .filter((part) => part !== "")
    .join(" ");
  const place = anyUnit ? say.anyUnit(who) : who;
  if (!named) return [place];
  const { ties, certain } = named.verdict;
  const spoken = Object.entries(named.texts);
  const says = spoken.length > 0 ? [`      ${say.says(spoken)}`] : [];
  const why = ({ reasons }: Candidate) => reasons.map((reason) => reason[language]).join(say.comma);
  const [best] = ties;
  if (!best) return [say.noProfile(place), ...says];
  if (ties.length === 1)
    return [
      `${place}${say.colon}${certain ? "" : say.perhaps}${best.profile.id}${say.comma}${best.profile.names[language]}`,
      `      ${why(best)}${certain ? "" : say.unsure}`,
      ...says,
    ];
  return [
    say.oneOf(place, ties.length),
    ...ties.slice(0, mostTies).map((tie) => {
      return `      ${tie.profile.id}${say.comma}${tie.profile.names[language]}${say.colon}${why(tie)}`;
    }),
    ...(ties.length > mostTies ? [`      ${say.andMore(ties.length - mostTies)}`] : []),
    ...says,
  ];
}

const mostTies = 8;

/** For programs: profiles by id. */
export function plainOf({ named, among: _, ...found }: Found): object {
  return { ...found, ...(named && plainNamed(named)) };
}

function plainNamed({ texts, verdict }: Named): object {
  const tied = new Set(verdict.ties);
  return {
    texts,
    certain: verdict.certain,
    candidates: verdict.candidates.map((candidate) => ({
      profile: candidate.profile.id,
      names: candidate.profile.names,
      score: Math.round(candidate.score * 10) / 10,
      tied: tied.has(candidate) && verdict.ties.length > 1,
      reasons: candidate.reasons.map(({ en }) => en),
    })),
  };
}
