import type { Limit, Severity } from "@weir/alarms/limits/limit.ts";
import { type Domain, type Quantity, quantities } from "@weir/wire/quantities.ts";
import { panelId, uidOf } from "../board.ts";
import { doubtsOf } from "../limit.ts";
import { placeOf } from "./choices.ts";
import type { Evaluator, FileRule, Query, Reducer, Step } from "./file.ts";
import { panelOf, panelUrl } from "./panel.ts";
import type { Runbook } from "./runbooks.ts";

export type Text = { readonly en: string; readonly zh: string };

/** A rule of ours: what Grafana needs, and what people and pages need to know of it. */
export type AlertRule = {
  readonly uid: string;
  readonly group: string;
  readonly domain: Domain;
  readonly severity: Severity;
  readonly title: Text;
  /** The limits whose figures its thresholds are. */
  readonly limits: readonly Limit[];
  /** Why it is there, where no limit says so. */
  readonly source: string;
  readonly runbook: Runbook;
  readonly steps: readonly Step[];
  /** refId of the value that people are shown. */
  readonly shown: string;
  readonly unit: string;
  readonly for: string;
  /** Silence of what the rule listens to: only the dead man's rule takes it for an alarm. */
  readonly noData?: FileRule["noDataState"];
  readonly labels?: Readonly<Record<string, string>>;
};

export const datasource = "weir";
const expressions = "__expr__";

export type Ask = {
  readonly quantity: Quantity;
  readonly channel?: string;
  /** How the readings of one bucket become one. */
  readonly aggregate?: "last" | "mean" | "max" | "min";
  /** Further condition on tags. */
  readonly where?: string;
  /** Seconds; several times the longest period at which anything reports, or readings between two evaluations are missed. */
  readonly window?: number;
  /** Seconds. */
  readonly bucket?: number;
  /** Around the aggregate: `non_negative_derivative` per this long. */
  readonly derivative?: "derivative" | "non_negative_derivative";
  readonly per?: string;
};

/**
 * One column, one series a device. fill(none): a bucket without a reading is no null. Grafana replaces `$timeFilter` and `$__interval`
 * in rules and nothing else.
 */
export function query(refId: string, ask: Ask): Step {
  const { quantity, channel, where, window = 900, bucket = 60 } = ask;
  const { measurement, field } = placeOf(quantity, channel);
  const aggregate = `${ask.aggregate ?? "last"}("${field}")`;
  const column = ask.derivative === undefined ? aggregate : `${ask.derivative}(${aggregate}, ${ask.per ?? "1m"})`;
  const condition = where === undefined ? "" : ` AND ${where}`;
  const model: Query = {
    refId,
    rawQuery: true,
    resultFormat: "time_series",
    intervalMs: bucket * 1000,
    maxDataPoints: 43_200,
    query: `SELECT ${column} FROM "${measurement}" WHERE $timeFilter${condition} GROUP BY time($__interval), "site", "device" fill(none)`,
  };
  return { refId, relativeTimeRange: { from: window, to: 0 }, datasourceUid: datasource, model };
}

const noRange = { from: 0, to: 0 };

export function reduce(refId: string, expression: string, reducer: Reducer): Step {
  const model = { refId, type: "reduce", expression, reducer, settings: { mode: "dropNN" } } as const;
  return { refId, relativeTimeRange: noRange, datasourceUid: expressions, model };
}

export function maths(refId: string, expression: string): Step {
  return { refId, relativeTimeRange: noRange, datasourceUid: expressions, model: { refId, type: "math", expression } };
}

export function threshold(refId: string, expression: string, evaluator: Evaluator, unload?: Evaluator): Step {
  const conditions = [{ evaluator, ...(unload && { unloadEvaluator: unload }) }] as const;
  const model = { refId, type: "threshold", expression, conditions } as const;
  return { refId, relativeTimeRange: noRange, datasourceUid: expressions, model };
}

/** How people read a unit: that of the quantity. */
export function unitOf(quantity: Quantity): string {
  return quantities[quantity].display;
}

/** Site, device and value as Go templates say them. Written with dots: `$` would be taken for a variable of the environment somewhere. */
const who = "{{ .Labels.site }} / {{ .Labels.device }}";

/** Where a runbook is read: its panel on a board of the same Grafana, whose address only Grafana knows. */
export function runbookUrl(id: string): string {
  return `{{ externalURL }}d/weir-runbooks?viewPanel=${panelId(id)}`;
}

/** Our rule → Grafana's. Pure. */
export function fileRule(rule: AlertRule): FileRule {
  const value =
    rule.shown === ""
      ? ""
      : `{{ with index .Values "${rule.shown}" }}{{ printf "%.4g" .Value }}{{ end }}${rule.unit === "" ? "" : ` ${rule.unit}`}`;
  const condition = rule.steps.at(-1)!.refId;
  const place = panelOf(rule);
  return {
    uid: rule.uid,
    title: `${rule.title.zh} | ${rule.title.en}`,
    condition,
    data: rule.steps,
    noDataState: rule.noData ?? "OK",
    execErrState: "Error",
    for: rule.for,
    ...(rule.severity !== "info" && { keepFiringFor: "5m" }),
    ...(place && { dashboardUid: uidOf(place.board, "zh"), panelId: panelId(place.panel.key) }),
    labels: { domain: rule.domain, severity: rule.severity, ...rule.labels },
    annotations: {
      title_zh: value === "" ? rule.title.zh : `${rule.title.zh}：${who} ${value}`,
      title_en: value === "" ? rule.title.en : `${rule.title.en}: ${who} ${value}`,
      text_zh: textOf(rule, "zh"),
      text_en: textOf(rule, "en"),
      summary: `${rule.title.zh} | ${rule.title.en}`,
      runbook_url: runbookUrl(rule.runbook.id),
      ...(place && {
        panel_url_zh: panelUrl(place, "zh"),
        panel_url_en: panelUrl(place, "en"),
        // Grafana marks the panel and links to it by these; its own export writes them beside the fields.
        __dashboardUid__: uidOf(place.board, "zh"),
        __panelId__: String(panelId(place.panel.key)),
      }),
    },
  };
}

/** What it means, what to check first, and where the figure comes from. */
function textOf({ limits, source, runbook }: AlertRule, language: "zh" | "en"): string {
  const means = runbook.means[language];
  const check = runbook.check[language].map((step, n) => `${n + 1}. ${step}`).join("\n");
  const figures = limits.map((limit) =>
    `${limit[language]} ${signOf(limit)} ${limit.value} ${unitOf(limit.quantity)}`.trim(),
  );
  const from = [
    ...new Set(
      limits.map((limit) => (limit.standard === "operator" ? limit.source : `${limit.standard} ${limit.clause}`)),
    ),
  ];
  const basis = limits.length === 0 ? source : `${figures.join("; ")} (${from.join("; ")})`;
  const doubts = doubtsOf(limits, language).map((doubt) => `\n${doubt}`);
  return `${means}\n${language === "zh" ? "先查" : "Check first"}:\n${check}\n${language === "zh" ? "依据" : "Basis"}: ${basis}${doubts.join("")}`;
}

function signOf({ side }: Limit): string {
  return side === "max" ? "≤" : "≥";
}
