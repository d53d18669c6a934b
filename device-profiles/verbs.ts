import { relative } from "node:path";
import { UsageError } from "@weir/config/command-line.ts";
import { formatFault } from "@weir/config/fault.ts";
import { suggest } from "@weir/config/spelling.ts";
import { formatTable } from "@weir/config/table.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { evaluate, type Reading, whyText } from "./evaluate.ts";
import { findProfile } from "./find.ts";
import { readFrame } from "./frame.ts";
import { loadProfiles, profileFiles, readProfile } from "./load.ts";
import { metricOf } from "./metric.ts";
import { formatRegister, parseRegisters, type Registers } from "./registers.ts";
import { type MeasureStep, type Profile, type ProfilePoint, profile as schema } from "./schema.ts";

/** What a command has to say, and whether all is well. */
export type Said = { readonly text: string; readonly ok: boolean };
type Options = { readonly json: boolean; readonly dir?: string | undefined };

const json = (value: unknown) => JSON.stringify(value, null, 2);

/** One line an instrument, of one domain or of all. */
export function listProfiles({ json: asJson, dir, domain }: Options & { readonly domain?: string | undefined }): Said {
  const domains: readonly string[] = schema.shape.domain.options;
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
  const { id, vendor, model, names, kind, source, link, template } = profile;
  const points = profile.points.map((point) => [
    metricOf(point),
    infoOf(point.quantity)?.display ?? "",
    point.at.table,
    formatRegister(point.at.register),
    point.at.type,
    point.at.order,
    meaning(point),
    point.write ? `${point.write.min} to ${point.write.max}` : "",
    infoOf(point.quantity)?.zh ?? "",
  ]);
  const states = profile.points.flatMap((point) =>
    point.states ? ["", `${metricOf(point)}:`, ...stateLines(point)] : [],
  );
  const lines = [
    `${id}: ${vendor} ${model}, ${names.en} · ${names.zh}`,
    ...(template ? ["A template: copy the file and fill in the registers of your device."] : []),
    `kind ${kind}; shipped as unit ${link.unit}, ${link.baud} baud, parity ${link.parity}, ${link.stop_bits} stop`,
    `read every ${profile.every / 1000} s, at most ${profile.registers_per_read} registers at once, pause ${profile.gap} ms`,
    ...measureLines(profile),
    `source: ${source}`,
    "",
    formatTable([["metric", "unit", "table", "register", "type", "order", "value", "write", "名称"], ...points]),
    "",
    "Registers are hex, counted from 0 as on the wire.",
    ...states,
  ];
  return { text: lines.join("\n"), ok: true };
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
  const readings = evaluate(profile, registersIn(hex, options.at));
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
  return { text: `${table}\n\nNo point stands in these registers; check table and first register (--at).`, ok };
}

function told({ missing, why, raw }: Reading): string {
  if (missing) return `not given: ${missing}`;
  return why ? `${whyText[why]} (raw ${raw})` : "";
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

function meaning({ bit, mask, scale, offset, decimals, states }: ProfilePoint): string {
  return [
    ...(bit === undefined ? [] : [`bit ${bit}`]),
    ...(mask === undefined ? [] : [`mask 0x${mask.toString(16).toUpperCase()}`]),
    ...(scale === 1 ? [] : [`× ${scale}`]),
    ...(decimals ? [`decimals in ${decimals.table} ${formatRegister(decimals.register)}`] : []),
    ...(offset === 0 ? [] : [`${offset < 0 ? "−" : "+"} ${Math.abs(offset)}`]),
    ...(states ? ["state"] : []),
  ].join(" ");
}

function stateLines({ states }: ProfilePoint): string[] {
  return Object.entries(states ?? {}).map(([raw, { value, en, zh }]) => {
    return `  raw ${raw} is ${value}: ${en} · ${zh}`;
  });
}

function measureLines({ measure }: Profile): string[] {
  if (!measure) return [];
  const warmUp = measure.warm_up === undefined ? [] : [`after power-up: wait ${measure.warm_up / 1000} s`];
  const steps = [...measure.start.map(stepText), "read the points", ...measure.stop.map(stepText)];
  return [...warmUp, `each time: ${steps.join(", ")}`];
}

function stepText(step: MeasureStep): string {
  if ("wait" in step) return `wait ${step.wait / 1000} s`;
  if ("read" in step)
    return `read ${step.read.count} of ${step.read.table} ${formatRegister(step.read.register)} as a command`;
  return `write ${step.write.values.join(" ")} to ${step.write.table} ${formatRegister(step.write.register)}`;
}
