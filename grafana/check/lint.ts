import { aqiLevels } from "@weir/alarms/aqi.ts";
import { limitsInForce } from "@weir/alarms/limits.ts";
import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { quantityOfField } from "../alerting/choices.ts";
import { namedChannels } from "../channels.ts";
import { asOf, justAbove } from "../limit.ts";
import { lengthOf, longestTitle } from "../panels.ts";
import { quantitiesOf } from "../rest.ts";
import { unitOf, units } from "../unit.ts";

type Json = Readonly<Record<string, unknown>>;

/** A panel of a dashboard file, as far as the rules look at it. */
export type FilePanel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly FileTarget[];
  readonly transformations?: readonly { readonly id: string; readonly options: Json }[];
  readonly timeFrom?: string;
  readonly interval?: string;
  readonly maxDataPoints?: number;
  readonly fieldConfig?: {
    readonly defaults: FileField;
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options?: unknown };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
  readonly options?: Json;
  readonly panels?: readonly FilePanel[];
};

export type FileField = {
  readonly unit?: string;
  readonly noValue?: string;
  readonly thresholds?: {
    readonly mode: string;
    readonly steps: readonly { readonly value: number | null; readonly color: string }[];
  };
  readonly [key: string]: unknown;
};

export type FileTarget = {
  readonly refId: string;
  readonly query: string;
  readonly alias?: string;
  readonly policy: string;
  readonly resultFormat: string;
  readonly datasource: { readonly type: string; readonly uid: string };
};

export type FileDashboard = {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly FilePanel[];
  readonly templating: { readonly list: readonly FileVariable[] };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly target: FileTarget }[] };
  readonly links: readonly { readonly title: string; readonly url?: string }[];
  readonly [key: string]: unknown;
};

export type FileVariable = {
  readonly name: string;
  readonly type: string;
  readonly query?: unknown;
  readonly multi?: boolean;
  readonly [key: string]: unknown;
};

/** Panels of a dashboard with those inside closed rows; rows themselves left out. */
export function panelsOf({ panels }: Pick<FileDashboard, "panels">): readonly FilePanel[] {
  return panels.flatMap((panel) => (panel.type === "row" ? (panel.panels ?? []) : [panel]));
}

/** What Grafana replaces by itself, in queries and in links. */
const builtIn = ["timeFilter", "__interval", "__interval_ms", "tag_site", "tag_device", "tag_kind", "col", "m"];
const ofLinks = ["__field.labels", "__data.fields", "__url_time_range", "__value"];

const tags = ["site", "device", "kind", "time"];
/** The measurement that the cloud writes alarms into; not quantities, so it has its own columns. */
const eventColumns = ["domain", "severity", "title_zh", "title_en", "text_zh", "text_en", "state", "title", "text"];
const tiers = ["default", "5m", "1h", "$" + "{tier}"];
const parts = ["min", "max", "last", "mean", "count", "valid"];
const domains = new Set(Object.values(quantities).map(({ domain }) => domain));
const withoutData = ["text", "alertlist", "row"];

/**
 * All that is wrong with dashboard files, one sentence each: `weir-water: panel 12 (title): what is wrong; what would be right`. Pure.
 * files: by path, as parsed from JSON.
 */
export function faultsOfDashboards(files: Readonly<Record<string, FileDashboard>>): readonly string[] {
  const all = Object.values(files);
  return [
    ...doubled(all.map(({ uid }) => uid)).map(
      (uid) => `${uid}: two dashboards have this uid; Grafana would load neither`,
    ),
    ...doubled(all.map(({ title }) => title)).map(
      (title) => `"${title}": two dashboards have this title; Grafana refuses the folder`,
    ),
    ...all.flatMap(faultsOfDashboard),
    ...all
      .filter(({ uid }) => !uid.endsWith("-en"))
      .flatMap((zh) =>
        faultsOfTwins(
          zh,
          all.find(({ uid }) => uid === `${zh.uid}-en`),
        ),
      ),
    ...quantitiesNowhere(all).map(
      (name) => `${name}: on no dashboard; name it in a panel of grafana/boards, or give its domain a board`,
    ),
  ];
}

function faultsOfDashboard(dashboard: FileDashboard): readonly string[] {
  const { uid, panels, templating, annotations, links } = dashboard;
  const variables = templating.list.map(({ name }) => name);
  const inside = panelsOf(dashboard);
  const at = (panel: FilePanel) => `${uid}: panel ${panel.id} (${panel.title})`;
  const faults: string[] = [];
  for (const id of doubled([...panels, ...inside.filter((panel) => !panels.includes(panel))].map((panel) => panel.id)))
    faults.push(`${uid}: two panels have the id ${id}; rename the key of one`);
  for (const title of doubled(inside.map((panel) => panel.title))) faults.push(`${uid}: two panels ask "${title}"`);
  for (const [n, panel] of inside.entries()) {
    faults.push(...faultsOfPanel(panel, variables).map((fault) => `${at(panel)}: ${fault}`));
    const other = inside.slice(0, n).find((before) => overlap(before, panel));
    if (other) faults.push(`${at(panel)}: lies over panel ${other.id} (${other.title})`);
  }
  for (const variable of templating.list)
    for (const fault of faultsOfVariable(variable, variables))
      faults.push(`${uid}: variable ${variable.name}: ${fault}`);
  for (const { name, target } of annotations.list)
    for (const fault of faultsOfQuery(target.query, variables)) faults.push(`${uid}: annotation ${name}: ${fault}`);
  for (const { title, url = "" } of links)
    for (const name of unknownVariables(url, [...variables, ...ofLinks]))
      faults.push(`${uid}: link ${title}: $${name} is not a variable`);
  return faults;
}

function faultsOfPanel(panel: FilePanel, variables: readonly string[]): readonly string[] {
  const { type, title, description = "", gridPos, targets = [], datasource, fieldConfig } = panel;
  const faults: string[] = [];
  if (!/[?？]$/.test(title)) faults.push("its title is no question; people look for an answer");
  if (lengthOf(title) > longestTitle(gridPos.w))
    faults.push(`its title is cut: ${lengthOf(title)} letters, and ${longestTitle(gridPos.w)} fit`);
  if (description.trim() === "") faults.push("has no description; say what it shows and where its limits come from");
  if (gridPos.x < 0 || gridPos.w < 1 || gridPos.x + gridPos.w > 24)
    faults.push(`x ${gridPos.x} + w ${gridPos.w} leaves the 24 columns`);
  if (withoutData.includes(type)) return faults;
  if (datasource?.uid !== "weir") faults.push(`its data source is ${datasource?.uid}; weir is the one provisioned`);
  if (targets.length === 0) faults.push("has no query");
  for (const refId of doubled(targets.map((target) => target.refId)))
    faults.push(`two queries have the refId ${refId}`);
  for (const { refId, query, alias = "", policy, datasource: own } of targets) {
    const say = (fault: string) => faults.push(`query ${refId}: ${fault}`);
    if (own.uid !== "weir") say(`its data source is ${own.uid}; weir is the one provisioned`);
    if (!tiers.includes(policy)) say(`policy ${policy} is no tier; there are ${tiers.join(", ")}`);
    for (const fault of faultsOfQuery(query, variables)) say(fault);
    for (const name of unknownVariables(alias, [...variables, ...builtIn]))
      say(`$${name} in its alias is not a variable`);
  }
  const fields = [
    fieldConfig?.defaults ?? {},
    ...(fieldConfig?.overrides ?? []).map(
      ({ properties }) => Object.fromEntries(properties.map(({ id, value }) => [id, value])) as FileField,
    ),
  ];
  if (fieldConfig?.defaults.unit === undefined) faults.push("has no unit; say none where there is none");
  if (fieldConfig?.defaults.noValue === undefined) faults.push("does not say what an empty panel shows (noValue)");
  for (const [name, field] of namedFields(panel)) faults.push(...faultsOfMeaning(name, field));
  if (/No limit applies|没有(适用的)?限值/.test(description))
    for (const name of quantitiesOf(targets.map(({ query }) => query)))
      if (limitsInForce(asOf, { quantity: name }).length > 0)
        faults.push(`says that no limit applies, but ${name} has one; see alarms/limits.ts`);
  for (const { unit, thresholds } of fields) {
    if (unit !== undefined && !knownUnits.has(unit))
      faults.push(`unit ${unit} is none of grafana/unit.ts; Grafana would print it as text`);
    if (thresholds) faults.push(...faultsOfSteps(thresholds));
  }
  for (const text of JSON.stringify(fieldConfig ?? {}).matchAll(/"url":"([^"]*)"/g))
    for (const name of unknownVariables(text[1]!, [...variables, ...ofLinks]))
      faults.push(`link: $${name} is not a variable`);
  return faults;
}

/** A panel's fields by the quantity that they show: the columns of a table, or the one quantity of a plain query. */
function namedFields({ type, targets = [], fieldConfig }: FilePanel): readonly (readonly [Quantity, FileField])[] {
  const columns = (fieldConfig?.overrides ?? []).flatMap(({ matcher, properties }) => {
    const column = matcher.id === "byName" ? quantityOfField(String(matcher.options).replace(/^last_/, "")) : undefined;
    return column === undefined
      ? []
      : [[column, Object.fromEntries(properties.map(({ id, value }) => [id, value])) as FileField] as const];
  });
  const plain = targets.every(({ query }) => /^SELECT (mean|last|min|max)\([^)]*\)+( AS "[^"]*")? FROM/.test(query));
  const shown = [...quantitiesOf(targets.map(({ query }) => query))];
  const alone = type !== "table" && type !== "geomap" && plain && shown.length === 1 && fieldConfig;
  return alone ? [...columns, [shown[0]!, fieldConfig.defaults]] : columns;
}

/** Steps of the scales that are coloured whole: levels of the air quality index, classes of water. */
const scales: Partial<Record<Quantity, readonly number[]>> = {
  aqi: aqiLevels.map(({ to }) => to + 1),
  water_class: [1.5, 2.5, 3.5, 4.5, 5.5],
};

/** Is the unit the quantity's own, and is every step a limit of it? */
function faultsOfMeaning(name: Quantity, { unit, thresholds }: FileField): readonly string[] {
  const own = unitOf(quantities[name]);
  const faults: string[] = [];
  if (unit !== undefined && unit !== own && unit !== "dtdurations")
    faults.push(`unit ${unit}, but ${name} is in ${own}`);
  const known = [
    ...limitsInForce(asOf, { quantity: name }).flatMap(({ value }) => [value, justAbove(value)]),
    ...(scales[name] ?? []),
  ];
  if (known.length > 0)
    for (const { value } of thresholds?.steps ?? [])
      if (value !== null && !known.includes(value))
        faults.push(`thresholds: ${value} is no limit of ${name}; see alarms/limits.ts`);
  return faults;
}

/** Units of quantities, and those of figures that are computed. */
export const knownUnits: ReadonlySet<string> = new Set([...units, "none", "dtdurations", "percentunit", "suffix:m/h"]);

function faultsOfSteps({ mode, steps }: NonNullable<FileField["thresholds"]>): readonly string[] {
  const values = steps.map(({ value }) => value ?? Number.NEGATIVE_INFINITY);
  return [
    ...(mode === "absolute" || mode === "percentage" ? [] : [`thresholds: ${mode} is no mode`]),
    ...(values[0] === Number.NEGATIVE_INFINITY ? [] : ["thresholds: the first step must begin without a value"]),
    ...(values.every((value, n) => n === 0 || value > values[n - 1]!) ? [] : ["thresholds: steps do not ascend"]),
  ];
}

/** What is wrong with an InfluxQL query: names that are not in the vocabulary, variables that are not there, unsafe comparison. */
export function faultsOfQuery(query: string, variables: readonly string[]): readonly string[] {
  const faults: string[] = [];
  const [, measurement = ""] = /\bFROM "([^"]+)"/.exec(query) ?? [];
  const free = measurement.startsWith("$");
  if (!query.startsWith("SHOW ") && !free && measurement !== "event" && !domains.has(measurement as never))
    faults.push(`measurement "${measurement}" is no domain of the vocabulary`);
  if (/\bFROM "[^"]+"\./.test(query))
    faults.push("names a database or retention policy in FROM; choose the tier by policy");
  if (/"\s*=\s*'?\$/.test(query)) faults.push("compares a variable with =; write =~ /^$" + "{name:regex}$/");
  const labels = new Set([...query.matchAll(/\bAS "([^"]+)"/g)].map((match) => match[1]!));
  for (const [whole, name] of query.matchAll(/"([^"]+)"/g)) {
    if (name!.startsWith("$") || name === measurement || tags.includes(name!)) continue;
    if (labels.has(name!) && query.includes(`AS ${whole}`) && !isField(name!, measurement)) continue;
    const known =
      measurement === "event"
        ? eventColumns.includes(name!)
        : free || query.startsWith("SHOW ") || isField(name!, measurement);
    if (!known)
      faults.push(`"${name}" is neither a tag nor a field of ${measurement}; see docs/generated/quantities.md`);
  }
  for (const [, pattern] of query.matchAll(/\(\/\^([a-z0-9_]+?)(?=\(|\$)/g))
    if (!isField(pattern!, measurement)) faults.push(`pattern ${pattern} matches no field of ${measurement}`);
  for (const name of unknownVariables(query, [...variables, ...builtIn]))
    faults.push(`$${name} is not a variable of this dashboard`);
  if (!query.startsWith("SHOW ") && !query.includes("$timeFilter"))
    faults.push("has no $timeFilter; it would read everything there is");
  return faults;
}

function isField(name: string, measurement: string): boolean {
  const [field = "", part] = name.replace(/_q$/, "").split("__");
  const quantity = quantityOfField(field);
  if (quantity === undefined || quantities[quantity].domain !== measurement) return false;
  const channel = field.slice(quantity.length + 1);
  return (channel === "" || namedChannels(quantity).includes(channel)) && (part === undefined || parts.includes(part));
}

function faultsOfVariable({ type, query }: FileVariable, variables: readonly string[]): readonly string[] {
  if (type !== "query") return [];
  const text = typeof query === "string" ? query : String((query as Json | undefined)?.query ?? "");
  return [
    ...unknownVariables(text, variables).map((name) => `$${name} is not a variable`),
    ...faultsOfQuery(text, [...variables]),
  ];
}

/** Variables in a text that are none of these. `$` at the end of a regular expression is no variable. */
function unknownVariables(text: string, known: readonly string[]): readonly string[] {
  const used = [...text.matchAll(/\$\{([^}:]+)[^}]*\}|\$(?!\{)([A-Za-z_]\w*)/g)].map(
    (match) => (match[1] ?? match[2])!,
  );
  return [...new Set(used)].filter((name) => !known.some((each) => name === each || name.startsWith(`${each}.`)));
}

function faultsOfTwins(zh: FileDashboard, en: FileDashboard | undefined): readonly string[] {
  if (!en) return [`${zh.uid}: has no English twin`];
  const shape = (dashboard: FileDashboard) =>
    JSON.stringify(
      panelsOf(dashboard).map(({ id, type, gridPos, targets = [] }) => [
        id,
        type,
        gridPos,
        targets.map(({ refId }) => refId),
      ]),
    );
  const faults = shape(zh) === shape(en) ? [] : [`${zh.uid}: its English twin has other panels, places or queries`];
  const chinese = withoutUnits(JSON.stringify({ ...en, links: [] })).match(/[\u4e00-\u9fff]+/);
  return chinese ? [...faults, `${en.uid}: says "${chinese[0]}" in Chinese`] : faults;
}

/** The vocabulary writes two units in Chinese for both languages. */
function withoutUnits(text: string): string {
  return Object.values(quantities).reduce(
    (left, { display }) => (/[\u4e00-\u9fff]/.test(display) ? left.replaceAll(display, "") : left),
    text,
  );
}

/** Quantities of the vocabulary that no query of any dashboard asks for. */
export function quantitiesNowhere(all: readonly FileDashboard[]): readonly string[] {
  const asked = quantitiesOf(
    all.flatMap((each) => panelsOf(each).flatMap(({ targets = [] }) => targets.map(({ query }) => query))),
  );
  return Object.keys(quantities).filter((name) => !asked.has(name as never));
}

function overlap({ gridPos: a }: FilePanel, { gridPos: b }: FilePanel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function doubled<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values.filter((value, n) => values.indexOf(value) !== n))];
}
