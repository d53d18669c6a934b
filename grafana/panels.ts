import type { Limit } from "@weir/alarms/limits/limit.ts";
import { infoOf, type Quantity, quantities } from "@weir/wire/quantities.ts";
import { noLimits, sentenceOf, stepsOf, type Thresholds } from "./limit.ts";
import { both, hasChannels, source, type Tier, trendTargets } from "./query.ts";
import type { DataLink, Drawing, Panel, Plain, Target, Text } from "./shape.ts";
import { unitOf } from "./unit.ts";

/** What every panel says of itself; `about` is completed with limits and the meaning of emptiness. */
export type Head = {
  readonly key: string;
  readonly title: Text;
  readonly about: Text;
  readonly width: number;
  readonly height?: number;
  readonly limits?: readonly Limit[];
  /** Limits that are told and not drawn: they hold only now and then. */
  readonly told?: readonly Limit[];
  /** What an empty panel means, where the usual sentence does not fit. */
  readonly empty?: Text;
};

/** Letters that a title takes: a Chinese character the room of two. */
export const lengthOf = (title: string): number => [...title].reduce((sum, each) => sum + (each > "\u2e80" ? 2 : 1), 0);

/** Letters of a title that a panel shows on a screen of 1600 pixels; the rest is cut. */
export const longestTitle = (width: number): number => Math.floor((width * 66 - 70) / 7);

const usual: Text = {
  zh: "若为空：所选时段内没有测点上报该量。",
  en: "When empty: no instrument reported this in the chosen time.",
};
export const none: Text = { zh: "无数据", en: "no data" };

export function headOf({ key, title, about, width, height = 8, limits = [], told = limits, empty = usual }: Head) {
  const limit = told.length > 0 ? sentenceOf(told) : undefined;
  const description = both((l) => [about[l], limit?.[l], empty[l]].filter((part) => part !== undefined).join("\n\n"));
  return { key, title, description, width, height };
}

/** From a value to everything known about its instrument, in the same time. */
export function toPoint(domain: string, field: string, from: "labels" | "fields" = "labels"): DataLink {
  const of = (name: string) => (from === "labels" ? `\${__field.labels.${name}}` : `\${__data.fields.${name}}`);
  return {
    title: { zh: "查看该测点", en: "This point in detail" },
    url: `/d/weir-point{twin}?var-site=${of("site")}&var-device=${of("device")}&var-domain=${domain}&var-field=${field}&\${__url_time_range}`,
  };
}

type Mapping = NonNullable<Extract<Drawing, { type: "stat" }>["fieldConfig"]["defaults"]["mappings"]>;

/** Names of a state's values, where the vocabulary has them; else 0 and 1 as no and yes for what is yes or no. */
export function mappingsOf(quantity: Quantity, colours: Readonly<Record<number, string>> = {}): Mapping {
  const { kind, plausible, states } = infoOf(quantity)!;
  const words = states ?? (kind === "state" && plausible[1] === 1 ? yesNo : undefined);
  if (words === undefined) return [];
  const entries = Object.entries(words).map(([value, text], index) => {
    const color = colours[Number(value)];
    return [value, { text: text as Text, index, ...(color !== undefined && { color }) }];
  });
  return [{ type: "value", options: Object.fromEntries(entries) }];
}

const yesNo: Readonly<Record<number, Text>> = { 0: { zh: "否", en: "no" }, 1: { zh: "是", en: "yes" } };

/** The one unit of several quantities. Throws a RangeError when they differ: one axis, one unit. */
function oneUnit(names: readonly Quantity[]): string {
  const found = [...new Set(names.map((name) => unitOf(quantities[name])))];
  if (found.length !== 1) throw new RangeError(`${names.join(", ")} have several units: ${found.join(", ")}`);
  return found[0]!;
}

/** As many points as a quarter of a screen shows: over a month one each 3 h. The server's work grows with every point it answers. */
const maxDataPoints = 240;

/** Beside a wide chart a table; a narrow one would lose most of its width to that, so its names stand in a line below. */
const legendOf = (width: number) =>
  width > 12
    ? ({ displayMode: "table", placement: "right", showLegend: true, calcs: ["lastNotNull", "max"] } as const)
    : ({ displayMode: "list", placement: "bottom", showLegend: true, calcs: ["lastNotNull"] } as const);
const tooltip = { mode: "multi", sort: "desc" } as const;

export type TrendOptions = Head & {
  readonly quantities: readonly Quantity[];
  readonly policy?: Tier;
  /** Further condition on tags: only instruments of a kind. */
  readonly where?: string;
  readonly draw?: "line" | "bars" | "steps";
  readonly targets?: readonly Target[];
  readonly unit?: string;
  readonly min?: number;
  readonly timeFrom?: string;
  readonly interval?: string;
};

/** Lines over time, one for each device; limits as dashed lines. A gap of two hours is a gap on the chart. */
export function trend(options: TrendOptions): Panel {
  const { quantities: names, policy, where, draw = "line", limits = [], min, timeFrom, interval } = options;
  const first = names[0]!;
  const steps: Thresholds = limits.length > 0 ? stepsOf(limits) : noLimits;
  return {
    ...headOf(options),
    type: "timeseries",
    maxDataPoints,
    targets: options.targets ?? trendTargets(names, { policy, where }),
    ...(timeFrom !== undefined && { timeFrom }),
    ...(interval !== undefined && { interval }),
    options: { legend: legendOf(options.width), tooltip },
    fieldConfig: {
      defaults: {
        unit: options.unit ?? oneUnit(names),
        ...(min !== undefined && { min }),
        noValue: none,
        thresholds: steps,
        color: { mode: "palette-classic" },
        mappings: names.length === 1 ? mappingsOf(first) : [],
        links: [toPoint(quantities[first].domain, hasChannels(first) ? "" : first)],
        custom: {
          drawStyle: draw === "bars" ? "bars" : "line",
          lineInterpolation: draw === "steps" ? "stepAfter" : "linear",
          lineWidth: 1,
          fillOpacity: draw === "bars" ? 60 : 0,
          showPoints: "auto",
          pointSize: 4,
          insertNulls: draw === "bars" ? false : 7_200_000,
          thresholdsStyle: { mode: limits.length > 0 ? "dashed+area" : "off" },
        },
      },
      overrides: [],
    },
  };
}

export type StatOptions = Head & {
  readonly targets: readonly Target[];
  readonly unit: string;
  readonly thresholds?: Thresholds;
  readonly mappings?: Mapping;
  readonly calc?: string;
  readonly decimals?: number;
  readonly transformations?: Panel["transformations"];
  readonly links?: readonly DataLink[];
  readonly graph?: true;
  readonly noValue?: Text;
};

/** Without a figure Grafana would show the colour of the lowest step, which is red where too little is what alarms. */
const noFigure: Mapping[number] = {
  type: "special",
  options: { match: "null", result: { text: none, color: "#6b7280" } },
};

/** One large figure for each series. */
export function stat(options: StatOptions): Panel {
  const { targets, unit, mappings = [], calc = "lastNotNull", decimals, transformations, links, limits = [] } = options;
  return {
    ...headOf({ height: 4, ...options }),
    type: "stat",
    targets,
    ...(transformations && { transformations }),
    options: {
      graphMode: options.graph ? "area" : "none",
      colorMode: "background",
      justifyMode: "auto",
      textMode: "auto",
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: "standard",
      orientation: "auto",
      reduceOptions: { calcs: [calc], fields: "", values: false },
    },
    fieldConfig: {
      defaults: {
        unit,
        ...(decimals !== undefined && { decimals }),
        noValue: options.noValue ?? none,
        thresholds: options.thresholds ?? (limits.length > 0 ? stepsOf(limits) : noLimits),
        color: { mode: "thresholds" },
        mappings: [...mappings, noFigure],
        ...(links && { links }),
      },
      overrides: [],
    },
  };
}

export type BarsOptions = Head & {
  readonly targets: readonly Target[];
  readonly unit: string;
  readonly min?: number;
  readonly max?: number;
  readonly thresholds?: Thresholds;
};

/** A bar for each device, coloured by the limits, to compare them at a glance. */
export function bars(options: BarsOptions): Panel {
  const { targets, unit, min, max, limits = [] } = options;
  return {
    ...headOf(options),
    type: "bargauge",
    targets,
    options: {
      displayMode: "basic",
      valueMode: "color",
      namePlacement: "auto",
      showUnfilled: true,
      sizing: "auto",
      minVizWidth: 8,
      minVizHeight: 16,
      maxVizHeight: 300,
      orientation: "horizontal",
      legend: { displayMode: "list", placement: "bottom", showLegend: false, calcs: [] },
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
    },
    fieldConfig: {
      defaults: {
        unit,
        // Grafana leaves out the name of a bar that stands alone, unless it is given one.
        displayName: `\${__field.labels.site}/\${__field.labels.device}`,
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
        noValue: none,
        thresholds: options.thresholds ?? (limits.length > 0 ? stepsOf(limits) : noLimits),
        color: { mode: "thresholds" },
      },
      overrides: [],
    },
  };
}

/** Bands of a state over time, one for each device. */
export function states(
  options: Head & {
    readonly quantities: readonly Quantity[];
    readonly mappings?: Mapping;
    readonly targets?: readonly Target[];
  },
): Panel {
  const { quantities: names, limits = [] } = options;
  return {
    ...headOf(options),
    type: "state-timeline",
    maxDataPoints,
    targets: options.targets ?? trendTargets(names),
    options: {
      showValue: "auto",
      rowHeight: 0.8,
      mergeValues: true,
      alignValue: "left",
      legend: { displayMode: "list", placement: "bottom", showLegend: false, calcs: [] },
      tooltip: { mode: "single", sort: "none" },
    },
    fieldConfig: {
      defaults: {
        unit: "none",
        noValue: none,
        thresholds: limits.length > 0 ? stepsOf(limits) : { mode: "absolute", steps: [{ value: null, color: "blue" }] },
        color: { mode: "thresholds" },
        mappings: options.mappings ?? (names.length === 1 ? mappingsOf(names[0]!) : []),
        custom: { fillOpacity: 70, lineWidth: 0, insertNulls: 7_200_000 },
      },
      overrides: [],
    },
  };
}

/** Grafana's own list of firing alerts, by label. */
export function alertList(options: Head & { readonly filter: string }): Panel {
  return {
    ...headOf({ ...options, empty: { zh: "若为空：没有活动告警。", en: "When empty: nothing is alerting." } }),
    type: "alertlist",
    targets: [],
    options: {
      viewMode: "list",
      groupMode: "default",
      groupBy: [],
      maxItems: 20,
      sortOrder: 3,
      dashboardAlerts: false,
      alertName: "",
      alertInstanceLabelFilter: options.filter,
      stateFilter: { firing: true, pending: true, noData: false, normal: false, error: true },
    },
    fieldConfig: { defaults: {}, overrides: [] },
  };
}

/** Text of our own. */
export function text(options: Head & { readonly content: Text }): Panel {
  return {
    ...headOf({ ...options, empty: { zh: "", en: "" } }),
    type: "text",
    targets: [],
    options: { mode: "markdown", content: options.content },
    fieldConfig: { defaults: {}, overrides: [] },
  };
}

export type { Mapping, Plain };
export { source };
