import { say } from "@weir/wire/sentences.ts";
import { z } from "zod";
import type { Fault, Path } from "./fault.ts";
import { list, suggest } from "./spelling.ts";
import { texts } from "./texts.ts";

/** Every issue that a schema has with an input, in words for the person who wrote the file. Pure. */
export function explainIssues(
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
  input: unknown,
): readonly Fault[] {
  const about: About = { whole: z.toJSONSchema(schema, { io: "input" }) as Shape, input };
  return issues.flatMap((issue) => explain(issue, [], about));
}

/** The JSON Schema of the whole file, and what stands in the file. */
type About = { readonly whole: Shape; readonly input: unknown };

type Issue = z.core.$ZodIssue;
type Shape = {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly additionalProperties?: Shape | boolean;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly const?: unknown;
  readonly description?: string;
};

function explain(issue: Issue, above: Path, about: About): Fault[] {
  const path = [...above, ...(issue.path as (string | number)[])];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path, about) }));
  const found = valueAt(about.input, path);
  const choices = choicesOf(issue);
  if (choices && found !== undefined)
    return [{ path, message: say(texts.notKnown, { found: show(found), hint: suggest(found, choices) }) }];
  if (found === undefined && issue.code !== "custom") return [{ path, message: missing(issue, path, about) }];
  if (issue.code === "invalid_union") return explainUnion(issue, path, about);
  if (issue.code === "invalid_key")
    return [{ path, message: `"${path.at(-1)}": ${issue.issues.map((inner) => inner.message).join("; ")}` }];
  return [{ path, message: wrong(issue, found) }];
}

function wrong(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.message.startsWith("Invalid input")
        ? say(texts.wrongKind, { found: show(found), kind: articled(issue.expected) })
        : `${show(found)}: ${issue.message}`;
    case "invalid_value":
      return say(texts.notKnown, { found: show(found), hint: suggest(found, issue.values.map(String)) });
    case "too_small":
      if (issue.origin === "array" || issue.origin === "string")
        return say(texts.empty, { least: Number(issue.minimum) });
      return say(issue.inclusive ? texts.tooSmall : texts.tooSmallYet, {
        found: show(found),
        least: Number(issue.minimum),
      });
    case "too_big":
      if (issue.origin === "array") return say(texts.tooMany, { most: Number(issue.maximum) });
      return say(texts.tooBig, { found: show(found), most: Number(issue.maximum) });
    case "custom":
      return found === undefined || typeof found === "object" ? issue.message : `${show(found)}: ${issue.message}`;
    default:
      return `${show(found)}: ${issue.message}`;
  }
}

/** Of several allowed forms explains the one that was meant: the one whose own keys are there. */
function explainUnion(issue: Issue & { code: "invalid_union" }, path: Path, about: About): Fault[] {
  const found = valueAt(about.input, path);
  const values = issue.errors
    .flat()
    .flatMap((inner) => (inner.code === "invalid_value" ? inner.values.map(String) : []));
  if (values.length > 0)
    return [{ path, message: say(texts.notKnown, { found: show(found), hint: suggest(found, values) }) }];
  const meant = issue.errors.find((branch) => branch.every((inner) => inner.path.length > 0 && !absent(inner, found)));
  if (meant) return meant.flatMap((inner) => explain(inner as Issue, path, about));
  const forms = (shapeAt(path, about)?.anyOf ?? []).map((shape) => Object.keys(shape.properties ?? {}).join(", "));
  return [{ path, message: say(texts.noForm, { found: show(found), forms: forms.join(" | ") }) }];
}

/** What tells the forms of a union apart may be one of these. */
function choicesOf(issue: Issue): readonly string[] | undefined {
  return issue.code === "invalid_union" && "options" in issue ? (issue.options as unknown[]).map(String) : undefined;
}

function absent(issue: Issue, found: unknown): boolean {
  return valueAt(found, issue.path as (string | number)[]) === undefined;
}

function missing(issue: Issue, path: Path, about: About): string {
  const description = shapeAt(path, about)?.description;
  const choices = issue.code === "invalid_value" ? issue.values.map(String) : choicesOf(issue);
  const names = choices && list(choices);
  const more =
    names === undefined
      ? description
      : description
        ? say(texts.useMore, { names, more: description })
        : say(texts.use, { names });
  if (issue.code !== "invalid_type") return more ? say(texts.missingMore, { more }) : texts.missing.en;
  const kind = articled(issue.expected);
  return more ? say(texts.missingKindMore, { kind, more }) : say(texts.missingKind, { kind });
}

function unknownKey(key: string, path: Path, about: About): string {
  const shape = shapeAt(path, about);
  const forms = shape ? formsOf(shape, valueAt(about.input, path)) : [];
  const known = [...new Set(forms.flatMap((form) => Object.keys(form.properties ?? {})))];
  return say(texts.unknownKey, { hint: suggest(key, known) });
}

function articled(type: string): string {
  const names: Record<string, string> = {
    int: texts.integer.en,
    object: texts.map.en,
    array: texts.list.en,
    record: texts.map.en,
  };
  return names[type] ?? `a ${type}`;
}

function show(found: unknown): string {
  if (found === null) return texts.nothing.en;
  if (Array.isArray(found)) return texts.list.en;
  return typeof found === "object" ? texts.this.en : JSON.stringify(found);
}

function valueAt(input: unknown, path: Path): unknown {
  let found = input;
  for (const key of path) found = (found as Record<string | number, unknown> | null | undefined)?.[key];
  return found;
}

/** The JSON Schema of the field at a path. */
function shapeAt(path: Path, { whole, input }: About): Shape | undefined {
  let forms: Shape[] = [whole];
  let found = input;
  for (const key of path) {
    const here = found;
    found = valueAt(found, [key]);
    forms = forms
      .flatMap((form) => formsOf(form, here))
      .flatMap((form) => {
        const next = typeof key === "number" ? form.items : (form.properties?.[key] ?? form.additionalProperties);
        return typeof next === "object" ? [next] : [];
      });
  }
  return forms[0];
}

/** The forms that this may be: where a constant tells them apart, the one that was meant. */
function formsOf(form: Shape, found: unknown): readonly Shape[] {
  const forms = form.anyOf ?? form.oneOf;
  if (!forms) return [form];
  const meant = forms.filter((each) =>
    Object.entries(each.properties ?? {}).every(
      ([key, field]) => field.const === undefined || field.const === valueAt(found, [key]),
    ),
  );
  return meant.length > 0 ? meant : forms;
}
