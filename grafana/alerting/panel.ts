import type { Limit } from "@weir/alarms/limits/limit.ts";
import { kindIn, type Water, waters } from "@weir/wire/kind.ts";
import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { panelId, uidOf } from "../board.ts";
import { boards } from "../boards.ts";
import { justAbove, type Thresholds } from "../limit.ts";
import { quantitiesOf, queriesOf } from "../rest.ts";
import type { Panel } from "../shape.ts";
import { quantityOfField } from "./choices.ts";
import type { AlertRule } from "./rule.ts";

/** Where an alert is looked at: a board's name and a panel of it. */
export type Place = {
  readonly board: string;
  readonly panel: Panel;
  /** Further variables of the board, where the panel shows whatever they name. */
  readonly chosen?: Readonly<Record<string, string>>;
};

/** Boards where the rules of a group are looked at first. */
const boardsOfGroup: Readonly<Record<string, readonly string[]>> = {
  water: ["water"],
  air: ["air"],
  pipes: ["pipes"],
  drainage: ["drainage"],
  streetlights: ["lights"],
  hazmat: ["hazmat"],
  delivery: ["delivery", "gateways"],
};

/** What a reader of an alert is best served by, first to last. */
const kinds: readonly string[] = [
  "timeseries",
  "state-timeline",
  "bargauge",
  "table",
  "stat",
] satisfies Panel["type"][];

type Candidate = Place & {
  readonly open: boolean;
  readonly shown: ReadonlySet<Quantity>;
  /** Where its instruments may be. */
  readonly waters: ReadonlySet<Water>;
};

/** The course of whatever quantity is chosen. */
const course = boards
  .find(({ name }) => name === "point")!
  .sections.flatMap(({ panels }) => panels)
  .find(({ key }) => key === "course")!;

const condition = /"kind" (=~|!~) \/(.*?)\/(?= AND| GROUP|$)/;

/** Waters whose instruments a query, or a condition in one, lets through. */
function watersOf(text: string): ReadonlySet<Water> {
  const [, how, pattern] = condition.exec(text) ?? [];
  const lets = (kind: string) => pattern === undefined || new RegExp(pattern).test(kind) === (how === "=~");
  return new Set(waters.filter((water) => lets(kindIn("any", water))));
}

/** Panels of boards where people choose a site and a device; not the newest of everything, which asks by pattern. */
const candidates: readonly Candidate[] = boards
  .filter(
    ({ name, variables }) => name !== "home" && name !== "point" && variables.some((each) => each.name === "site"),
  )
  .flatMap(({ name, sections }) =>
    sections.flatMap((section) =>
      section.panels.map((panel) => ({
        board: name,
        panel,
        open: section.closed !== true,
        shown: quantitiesOf(queriesOf([{ ...section, panels: [panel] }])),
        waters: watersOf(queriesOf([{ ...section, panels: [panel] }])[0] ?? ""),
      })),
    ),
  );

/**
 * The panel that shows what a rule judges, best with the very figures of its limits; then one of its group's boards, a course over time, one
 * that is open, and one that shows little else; what is judged in every water is shown on the board of one point. undefined when no panel shows it.
 * Pure.
 */
export function panelOf(rule: Pick<AlertRule, "group" | "limits" | "steps">): Place | undefined {
  const quantity = judgedBy(rule);
  if (quantity === undefined) return undefined;
  const group = boardsOfGroup[rule.group] ?? [];
  const judged = watersOf(queriesOfRule(rule)[0]!);
  const rank = ({ board, panel, open, shown }: Candidate): readonly number[] => [
    drawsAll(panel, quantity, rule.limits) ? 0 : 1,
    group.includes(board) ? group.indexOf(board) : group.length,
    kinds.indexOf(panel.type),
    open ? 0 : 1,
    shown.size,
  ];
  const [best] = candidates
    .filter(({ shown, waters }) => shown.has(quantity) && judged.isSubsetOf(waters))
    .map((candidate) => ({ candidate, rank: rank(candidate) }))
    .sort((a, b) => a.rank.map((value, n) => value - b.rank[n]!).find((difference) => difference !== 0) ?? 0)
    .map(({ candidate: { board, panel } }) => ({ board, panel }));
  if (best || candidates.every(({ shown }) => !shown.has(quantity))) return best;
  return { board: "point", panel: course, chosen: { domain: quantities[quantity].domain, field: quantity } };
}

/** What the first query of a rule asks for: the value that people are told. */
function judgedBy({ steps }: Pick<AlertRule, "steps">): Quantity | undefined {
  return quantityOfField(/"([^"]+)"/.exec(queriesOfRule({ steps })[0] ?? "")?.[1] ?? "");
}

const queriesOfRule = ({ steps }: Pick<AlertRule, "steps">): readonly string[] =>
  steps.flatMap(({ model }) => ("query" in model ? [model.query] : []));

/** A panel before or after it is written, as far as its colours go. */
type Coloured = {
  readonly fieldConfig?: {
    readonly defaults: { readonly thresholds?: unknown };
    readonly overrides: readonly {
      readonly matcher: { readonly options?: unknown };
      readonly properties: readonly { readonly id: unknown; readonly value?: unknown }[];
    }[];
  };
};

/** Whether a panel draws the figures of all limits, as its own thresholds or as those of the quantity's column. */
export function drawsAll({ fieldConfig }: Coloured, quantity: Quantity, limits: readonly Limit[]): boolean {
  const columns = (fieldConfig?.overrides ?? []).filter(({ matcher }) => matcher.options === quantity);
  const properties = columns.flatMap(({ properties }) => properties.filter(({ id }) => id === "thresholds"));
  const drawn = [fieldConfig?.defaults.thresholds, ...properties.map(({ value }) => value)]
    .flatMap((thresholds) => (thresholds as Thresholds | undefined)?.steps ?? [])
    .map(({ value }) => value);
  return limits.every(({ value }) => drawn.includes(value) || drawn.includes(justAbove(value)));
}

/**
 * That panel with the alert's own device chosen, in the reader's language, as a Go template says it. `externalURL` is the address of Grafana,
 * which only Grafana knows; `urlquery` is Go's own.
 */
export function panelUrl({ board, panel, chosen = {} }: Place, language: "zh" | "en"): string {
  const variables = [
    ...["site", "device"].map((name) => `{{ with .Labels.${name} }}&var-${name}={{ urlquery . }}{{ end }}`),
    ...Object.entries(chosen).map(([name, value]) => `&var-${name}=${value}`),
  ];
  return `{{ externalURL }}d/${uidOf(board, language)}?viewPanel=${panelId(panel.key)}${variables.join("")}`;
}
