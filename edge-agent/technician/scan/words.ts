import { protocolName } from "../../config-places.ts";
import { lineText, type Sighting } from "../../drivers/discover.ts";
import type { LineSettings } from "../../drivers/driver.ts";
import type { Found } from "./found.ts";
import type { Named } from "./name.ts";
import type { LineTransport } from "./plan.ts";

/** `unit 7`, `address 123456789012`. */
export function placeText({ unit, address }: Sighting): string {
  return address ?? (unit === undefined ? "" : `unit ${unit}`);
}

/** `9600 8N1`, or what carries the line where it sets them itself. */
export function settingsText(settings: LineSettings | undefined): string {
  return settings ? lineText(settings) : "";
}

/** Where the line is. */
export function transportText(transport: LineTransport): string {
  return "path" in transport ? transport.path : `${transport.host}:${transport.port}`;
}

/** `about 40 s`, `about 3 min`. */
export function timeText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** What an instrument was found to be, in lines: who, which profile and why; or the profiles that cannot be told apart. */
export function foundLines(found: Found, language: "en" | "zh"): readonly string[] {
  const { named, settings, protocol, said, anyUnit } = found;
  const who = [settingsText(settings), protocolName(protocol), placeText(found), ...(said ? [`(${said})`] : [])]
    .filter((part) => part !== "")
    .join(" ");
  const place = anyUnit ? `${who} (answers to every unit number)` : who;
  if (!named) return [place];
  const { ties, certain } = named.verdict;
  const spoken = Object.entries(named.texts).map(([name, text]) => `${name} "${text}"`);
  const says = spoken.length > 0 ? [`      says ${spoken.join(", ")}`] : [];
  const [best] = ties;
  if (!best) return [`${place}: no profile fits what it answers`, ...says];
  if (ties.length === 1)
    return [
      `${place}: ${certain ? "" : "perhaps "}${best.profile.id}, ${best.profile.names[language]}`,
      `      ${best.reasons.join(", ")}${certain ? "" : "; too little to be sure, look at the instrument"}`,
      ...says,
    ];
  return [
    `${place}: one of ${ties.length} that cannot be told apart by what it answers`,
    ...ties.slice(0, mostTies).map(({ profile, reasons }) => {
      return `      ${profile.id}, ${profile.names[language]}: ${reasons.join(", ")}`;
    }),
    ...(ties.length > mostTies ? [`      and ${ties.length - mostTies} more: --json lists them`] : []),
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
      reasons: candidate.reasons,
    })),
  };
}
