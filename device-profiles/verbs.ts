import { relative } from "node:path";
import { UsageError } from "@weir/config/command-line.ts";
import { formatFault } from "@weir/config/fault.ts";
import { suggest } from "@weir/config/spelling.ts";
import { formatTable } from "@weir/config/table.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { parseBinaryFrame } from "./binary-frame.ts";
import { type Content, evaluate, type Reading, whyText } from "./evaluate.ts";
import { findProfile } from "./find.ts";
import { parseReports } from "./firmata-values.ts";
import { readFrame } from "./frame.ts";
import { parseFrames } from "./frames.ts";
import { loadProfiles, profileFiles, readProfile } from "./load.ts";
import { metricOf } from "./metric.ts";
import { parseNodeValues } from "./opcua-values.ts";
import { parseRegisters, type Registers } from "./registers.ts";
import { domains, type Profile } from "./schema.ts";
import { parseDialogue } from "./sdi12.ts";
import { describeProfile } from "./show.ts";
import { isText, parseTextLines } from "./text/text-lines.ts";

/** What a command has to say, and whether all is well. */
export type Said = { readonly text: string; readonly ok: boolean };
type Options = { readonly json: boolean; readonly dir?: string | undefined };

const json = (value: unknown) => JSON.stringify(value, null, 2);

/** One line an instrument, of one domain or of all. */
export function listProfiles({ json: asJson, dir, domain }: Options & { readonly domain?: string | undefined }): Said {
  if (domain !== undefined && !domains.includes(domain))
    throw new UsageError(`no domain "${domain}"; ${suggest(domain, domains)}`);
  const profiles = [...loadProfiles(dir).values()].filter((profile) => !domain || profile.domain === domain);
  if (asJson) {
    const briefs = profiles.map(({ id, vendor, model, names, domain, kind, template, points }) => {
      return { id, vendor, model, names, domain, kind, template, metrics: points.map(metricOf) };
    });
    return { text: json(briefs), ok: true };
  }
  const rows = profiles.map(({ id, names, kind, points, template }) => {
    return [id, template ? `${kind} (template)` : kind, String(points.length), names.en, names.zh];
  });
  return { text: formatTable([["id", "kind", "points", "name", "名称"], ...rows]), ok: true };
}

/** Where the values of one instrument stand and what they mean. */
export function showProfile(name: string, { json: asJson, dir }: Options): Said {
  const profile = findProfile(name, dir);
  if (asJson) return { text: json(profile), ok: true };
  return { text: describeProfile(profile), ok: true };
}

/** Every fault of the given files, or of every profile of the folder. */
export function checkFiles(given: readonly string[], { json: asJson, dir }: Options): Said {
  const files = given.length > 0 ? given : profileFiles(dir).map((file) => relative(process.cwd(), file));
  const results = files.map((file) => ({ file, read: readProfile(file) }));
  const ok = results.every(({ read }) => "value" in read);
  if (asJson) {
    const report = results.map(({ file, read }) => ({ file, faults: "faults" in read ? read.faults : [] }));
    return { text: json(report), ok };
  }
  const lines = results.flatMap(({ file, read }) => {
    if ("faults" in read) return read.faults.map(formatFault);
    const { points, examples } = read.value;
    return [`${file}: right; ${points.length} points, ${examples.length} examples`];
  });
  return { text: lines.join("\n"), ok };
}

/** What given bytes come to, point by point. Not all well when a point that the bytes hold is bad, or they hold none. */
export function tryProfile(name: string, hex: string, options: Options & { readonly at?: string | undefined }): Said {
  const profile = findProfile(name, options.dir);
  const readings = evaluate(profile, contentIn(hex, profile, options.at));
  const given = readings.filter((reading) => !reading.missing);
  const ok = given.length > 0 && given.every((reading) => reading.quality !== "bad");
  if (options.json) {
    const report = readings.map(({ point: _, ...reading }) => {
      return { ...reading, unit: infoOf(reading.metric)?.unit, ...(reading.why ? { why: whyText[reading.why] } : {}) };
    });
    return { text: json(report), ok };
  }
  const rows = readings.map((reading) => [
    reading.metric,
    reading.value === null ? "–" : String(reading.value),
    infoOf(reading.metric)?.display ?? "",
    reading.missing ? "" : reading.quality,
    told(reading),
  ]);
  const table = formatTable([["metric", "value", "unit", "quality", ""], ...rows]);
  if (given.length > 0) return { text: table, ok };
  return { text: `${table}\n\n${nothingFound[profile.protocol]}`, ok };
}

function told({ missing, why, raw }: Reading): string {
  if (missing) return `not given: ${missing}`;
  return why ? `${whyText[why]} (raw ${raw})` : "";
}

const framesFound =
  "No point stands in these frames; check that the answers are among them, and whether the identifiers are these.";
const linesFound = "No point stands in these lines; check that they are whole.";
const nothingFound: Readonly<Record<Profile["protocol"], string>> = {
  modbus: "No point stands in these registers; check table and first register (--at).",
  dlt645: framesFound,
  cjt188: framesFound,
  sdi12: "No point stands in these answers; check that its command is among them, and how many values it gave.",
  frame: "No point stands in this frame; it is shorter than the profile says.",
  nmea: linesFound,
  vaisala: linesFound,
  line: linesFound,
  firmata: "No point stands in these messages; check that they are what the board sends: E0 00 04 is A0.",
  opcua: "None of these nodes is a point's; write them as the profile does (weir-profile show).",
};

function contentIn(hex: string, profile: Profile, at: string | undefined): Content {
  if (profile.protocol === "modbus") return registersIn(hex, at);
  if (at !== undefined) throw new UsageError("--at is for Modbus answers; other answers name what they hold");
  if (isText(profile)) return parseTextLines(hex, profile);
  if (profile.protocol === "firmata") return parseReports(hex);
  if (profile.protocol === "sdi12") return parseDialogue(hex);
  if (profile.protocol === "opcua") return parseNodeValues(hex);
  return profile.protocol === "frame" ? parseBinaryFrame(hex, profile) : parseFrames(hex, profile.protocol);
}

function registersIn(hex: string, at: string | undefined): Registers {
  if (/^\s*(coil|discrete|input|holding)\b/i.test(hex)) return parseRegisters(hex);
  const digits = hex.replace(/0x|[\s,:-]/gi, "");
  if (!/^([0-9a-f]{2})+$/i.test(digits))
    throw new UsageError('hex is pairs of hex digits, or registers such as "input 0000: 43 66 33 33"');
  const answer = readFrame(Uint8Array.from(Buffer.from(digits, "hex")));
  const first = at === undefined ? answer.first : Number(at);
  if (first === undefined)
    throw new UsageError(
      "an answer does not say where it begins: add --at <first register>, or put the request before it",
    );
  if (!Number.isInteger(first) || first < 0 || first > 0xffff)
    throw new UsageError(`--at ${at} is no register; use 0 to 65535 or 0x0000 to 0xFFFF`);
  const none = new Map<number, number>();
  const words = new Map(answer.words.map((word, i) => [first + i, word]));
  return { coil: none, discrete: none, input: none, holding: none, [answer.table]: words };
}
