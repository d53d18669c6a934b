import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { loadProfiles } from "./load.ts";
import { metricOf } from "./metric.ts";
import { type Profile, profile as profileSchema } from "./schema.ts";

/** What `node device-profiles/generate.ts` writes into docs/generated; a test fails when the files there are older than their sources. */
export function generated(): Readonly<Record<string, string>> {
  return {
    "profile.schema.json": `${JSON.stringify(jsonSchema(), null, 2)}\n`,
    "profiles.md": reference([...loadProfiles().values()]),
  };
}

type Shape = {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly additionalProperties?: Shape | boolean;
  readonly anyOf?: readonly Shape[];
};

function jsonSchema(): Shape {
  return z.toJSONSchema(profileSchema, { io: "input" }) as Shape;
}

function reference(profiles: readonly Profile[]): string {
  return `<!-- Written by device-profiles/generate.ts; do not edit. -->

# Device profiles

A profile says where the values of one instrument model stand and what they mean. How to write one is told in
[device-profiles/README.md](../../device-profiles/README.md).

## Fields

\`[]\` stands for each entry of a list, \`<…>\` for a name that you choose. A field without default must be given, unless it is optional.

${table(["Field", "Type", "Default", "Meaning"], rows("", jsonSchema(), true, new Map()))}

## Instruments · 仪表目录

${profiles.length} instruments, with their metrics.

${table(["Profile", "Instrument", "名称", "Kind", "Metrics", "Source"], profiles.map(catalogueRow))}
`;
}

function catalogueRow({ id, names, kind, template, points, source }: Profile): string[] {
  const channels = Map.groupBy(points, (point) => point.quantity);
  const metrics = [...channels].map(([quantity, group]) =>
    group.length === 1
      ? metricOf(group[0]!)
      : `${quantity} (${group.map((point) => point.channel ?? "total").join(", ")})`,
  );
  return [`\`${id}\``, names.en, names.zh, template ? `${kind}, template` : kind, metrics.join(", "), source];
}

/** Rows of a field and of the fields in it; `told` holds the lists whose fields have been told already, and where. */
function rows(path: string, shape: Shape, required: boolean, told: Map<string, string>): string[][] {
  const fallback = shape.default === undefined ? (required ? "" : "optional") : `\`${JSON.stringify(shape.default)}\``;
  const entry = JSON.stringify(shape.items);
  const before = shape.items?.anyOf && told.get(entry);
  if (shape.items) told.set(entry, path);
  const type = before ? `list as in \`${before}\`` : typeText(shape);
  const own = path === "" ? [] : [[`\`${path}\``, type, fallback, shape.description ?? ""]];
  return before ? own : [...own, ...inner(path, shape, told)];
}

function inner(path: string, shape: Shape, told: Map<string, string>): string[][] {
  if (shape.anyOf) return shape.anyOf.flatMap((form) => inner(path, form, told));
  if (shape.items) return inner(`${path}[]`, shape.items, told);
  const named = Object.entries(shape.properties ?? {}).flatMap(([key, field]) =>
    rows(path === "" ? key : `${path}.${key}`, field, shape.required?.includes(key) ?? false, told),
  );
  return typeof shape.additionalProperties === "object"
    ? [...named, ...inner(`${path}.<name>`, shape.additionalProperties, told)]
    : named;
}

function typeText(shape: Shape): string {
  if (shape.anyOf) return shape.anyOf.map(typeText).join(" or ");
  if (shape.const !== undefined) return `\`${shape.const}\``;
  if (shape.enum) return shape.enum.map((value) => `\`${value}\``).join(", ");
  if (shape.items) return `list of ${typeText(shape.items)}`;
  if (shape.properties) return `{ ${Object.keys(shape.properties).join(", ")} }`;
  if (typeof shape.additionalProperties === "object") return `map of ${typeText(shape.additionalProperties)}`;
  if (shape.pattern?.includes("ms|s|m|h")) return "duration";
  return [shape.type === "integer" ? "whole number" : shape.type, rangeText(shape)].filter(Boolean).join(", ");
}

function rangeText({ minimum, maximum, exclusiveMinimum }: Shape): string {
  if (exclusiveMinimum !== undefined)
    return `above ${exclusiveMinimum}${maximum === undefined ? "" : ` up to ${maximum}`}`;
  if (minimum === undefined || minimum === Number.MIN_SAFE_INTEGER) return "";
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum}` : `${minimum} to ${maximum}`;
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}

if (import.meta.main) {
  const folder = join(import.meta.dirname, "../docs/generated");
  for (const [name, text] of Object.entries(generated())) writeFileSync(join(folder, name), text);
}
