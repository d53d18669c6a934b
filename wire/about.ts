import { names } from "./names.ts";
import { DataType, type Metric, type Payload, type PropertySet } from "./sparkplug/payload.ts";

/** What people call a place or a thing. */
export type Title = { readonly en: string; readonly zh: string };

/** What a birth says about the thing itself. */
export type About = {
  readonly kind?: string;
  readonly model?: string;
  /** Id of the profile it is read by. */
  readonly profile?: string;
  readonly title?: Title;
  /** While it answers, something of it is reported at least this often, ms: below 2^32. */
  readonly everyMs?: number;
};

/** The birth's metric `Device/Kind`: the kind as its value, the rest as its properties. */
export function aboutMetric({ kind = "", model, profile, title, everyMs }: About): Metric {
  const given = { Model: model, Profile: profile, "Title en": title?.en, "Title zh": title?.zh };
  const properties: Record<string, PropertySet[string]> = {};
  for (const [key, value] of Object.entries(given))
    if (value !== undefined) properties[key] = { type: DataType.String, value };
  if (everyMs !== undefined) properties["Report Every"] = { type: DataType.UInt32, value: Math.ceil(everyMs) };
  return { name: names.deviceKind, datatype: DataType.String, value: kind, properties };
}

/** What a birth's `Device/Kind` says; empty for a birth without it. A title in one language only is taken for both. */
export function aboutOf({ metrics }: Payload): About {
  const { value, properties } = metrics.find(({ name }) => name === names.deviceKind) ?? {};
  const text = (key: string) => textOf(properties?.[key]?.value);
  const [kind, model, profile] = [textOf(value), text("Model"), text("Profile")];
  const [en, zh] = [text("Title en"), text("Title zh")];
  const every = properties?.["Report Every"]?.value;
  return {
    ...(kind !== undefined && { kind }),
    ...(model !== undefined && { model }),
    ...(profile !== undefined && { profile }),
    ...((en ?? zh) !== undefined && { title: { en: (en ?? zh)!, zh: (zh ?? en)! } }),
    ...(typeof every === "number" && every > 0 && { everyMs: every }),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
