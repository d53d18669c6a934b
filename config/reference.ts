import { z } from "zod";

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
  readonly oneOf?: readonly Shape[];
};

/** A schema for editors (`# yaml-language-server: $schema=…`), as text. */
export function jsonSchemaText(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`;
}

/** A Markdown table of every field of a file: name, type, default, meaning. `[]` stands for each entry of a list, `<name>` for a name that one chooses. */
export function fieldTable(schema: z.ZodType): string {
  return markdownTable(
    ["Field", "Type", "Default", "Meaning"],
    rows("", z.toJSONSchema(schema, { io: "input" }) as Shape, true, new Map()),
  );
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
  if (shape.pattern?.includes("KiB|MiB")) return "size";
  return [shape.type === "integer" ? "whole number" : shape.type, rangeText(shape)].filter(Boolean).join(", ");
}

function rangeText({ minimum, maximum, exclusiveMinimum }: Shape): string {
  if (exclusiveMinimum !== undefined)
    return `above ${exclusiveMinimum}${maximum === undefined ? "" : ` up to ${maximum}`}`;
  if (minimum === undefined || minimum === Number.MIN_SAFE_INTEGER) return "";
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum}` : `${minimum} to ${maximum}`;
}

export function markdownTable(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}
