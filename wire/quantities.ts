import { air } from "./quantities/air.ts";
import { gateway } from "./quantities/gateway.ts";
import { hazmat } from "./quantities/hazmat.ts";
import { light } from "./quantities/light.ts";
import { pipe } from "./quantities/pipe.ts";
import { water } from "./quantities/water.ts";

export type Domain = "water" | "air" | "pipe" | "light" | "hazmat" | "gateway";

/** gauge: any number now; counter: only grows until it wraps or is reset; state: a small integer, 0 and 1 where it is yes or no. */
export type Kind = "gauge" | "counter" | "state";

export type QuantityInfo = Entry & { readonly domain: Domain };

export type Entry = {
  readonly kind: Kind;
  /** UCUM code (`mg/L`, `Cel`, `1`). Braces hold what UCUM has no unit for: `{NTU}`. */
  readonly unit: string;
  /** The unit as people read it (`mg/L`, `°C`, empty for a pure number). */
  readonly display: string;
  /** Values outside are kept but marked uncertain. */
  readonly plausible: readonly [low: number, high: number];
  readonly en: string;
  readonly zh: string;
  /** What a state's values mean, where that is the same for every device. */
  readonly states?: Readonly<Record<number, { readonly en: string; readonly zh: string }>>;
  /** HJ 212-2017 factor code, where the standard has one. The standard may report in another unit of the same quantity. */
  readonly hj212?: string;
  /** SL 651-2014 element identifier (hex), where the standard has one: the first, where it has several of a kind (WP1 … WP8). */
  readonly sl651?: string;
};

const entries = { ...water, ...air, ...pipe, ...light, ...hazmat, ...gateway };

export type Quantity = keyof typeof entries;

/** Every quantity the platform can carry. A profile may name only these; a dashboard takes its unit and its name from here. */
export const quantities: Readonly<Record<Quantity, QuantityInfo>> = {
  ...inDomain("water", water),
  ...inDomain("air", air),
  ...inDomain("pipe", pipe),
  ...inDomain("light", light),
  ...inDomain("hazmat", hazmat),
  ...inDomain("gateway", gateway),
};

function inDomain<Name extends string>(domain: Domain, table: Readonly<Record<Name, Entry>>) {
  const rows = Object.entries<Entry>(table).map(([name, entry]) => [name, { domain, ...entry }]);
  return Object.fromEntries(rows) as Record<Name, QuantityInfo>;
}

const channelPattern = /^[a-z0-9][a-z0-9_-]*$/;

/** The quantity of a metric name, with or without a channel: `voltage/l1` → `voltage`. undefined when the vocabulary has none. */
export function quantityOf(metric: string): Quantity | undefined {
  const slash = metric.indexOf("/");
  const name = slash < 0 ? metric : metric.slice(0, slash);
  const known = Object.hasOwn(quantities, name) && (slash < 0 || channelPattern.test(metric.slice(slash + 1)));
  return known ? (name as Quantity) : undefined;
}

/** What the vocabulary says about a metric name, with or without a channel. */
export function infoOf(metric: string): QuantityInfo | undefined {
  const quantity = quantityOf(metric);
  return quantity && quantities[quantity];
}
