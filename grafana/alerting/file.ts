/**
 * Grafana's alerting provisioning files as we write them. Own types: those of the foundation SDK serve the HTTP API, which spells some keys
 * differently. Spelling after pkg/services/provisioning/alerting/*_types.go of Grafana 13.1, odd ones included.
 */
export type AlertingFile = {
  readonly apiVersion: 1;
  readonly groups?: readonly RuleGroup[];
  readonly deleteRules?: readonly { readonly orgId: 1; readonly uid: string }[];
  readonly contactPoints?: readonly ContactPoint[];
  readonly policies?: readonly (Policy & { readonly orgId: 1; readonly receiver: string })[];
  readonly templates?: readonly { readonly orgId: 1; readonly name: string; readonly template: string }[];
  readonly muteTimes?: readonly MuteTime[];
};

export type RuleGroup = {
  readonly orgId: 1;
  readonly name: string;
  /** Title of a folder; a "/" would nest folders. */
  readonly folder: string;
  /** Whole seconds as Go writes durations: `1m`. */
  readonly interval: string;
  readonly rules: readonly FileRule[];
};

export type FileRule = {
  /** At most 40 letters, digits, `-` and `_`; lasts: a rule that leaves the file is deleted by it. */
  readonly uid: string;
  readonly title: string;
  /** refId of the expression that decides: above 0 is firing. */
  readonly condition: string;
  readonly data: readonly Step[];
  readonly noDataState: "OK" | "Alerting" | "NoData";
  readonly execErrState: "Error" | "OK" | "Alerting";
  readonly for: string;
  readonly keepFiringFor?: string;
  readonly dashboardUid?: string;
  readonly panelId?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

export type Step = {
  readonly refId: string;
  /** Seconds before now. */
  readonly relativeTimeRange: { readonly from: number; readonly to: number };
  readonly datasourceUid: string;
  readonly model: Query | Reduce | Maths | Threshold;
};

export type Query = {
  readonly refId: string;
  readonly rawQuery: true;
  readonly resultFormat: "time_series";
  readonly intervalMs: number;
  readonly maxDataPoints: number;
  readonly query: string;
};

export type Reduce = {
  readonly refId: string;
  readonly type: "reduce";
  readonly expression: string;
  readonly reducer: Reducer;
  /** dropNN: values that are no number do not count. Without it one null makes the whole series null. */
  readonly settings: { readonly mode: "dropNN" };
};

export type Reducer = "last" | "mean" | "min" | "max" | "sum" | "count";

export type Maths = { readonly refId: string; readonly type: "math"; readonly expression: string };

export type Threshold = {
  readonly refId: string;
  readonly type: "threshold";
  readonly expression: string;
  readonly conditions: readonly [{ readonly evaluator: Evaluator; readonly unloadEvaluator?: Evaluator }];
};

/** `within_range` is true strictly between its two figures, `outside_range` strictly beyond them. */
export type Evaluator = {
  readonly type: "gt" | "lt" | "within_range" | "outside_range";
  readonly params: readonly number[];
};

export type ContactPoint = {
  readonly orgId: 1;
  readonly name: string;
  readonly receivers: readonly {
    readonly uid: string;
    readonly type: "webhook" | "email" | "dingding" | "wecom";
    readonly settings: Readonly<Record<string, unknown>>;
    readonly disableResolveMessage?: boolean;
  }[];
};

export type Policy = {
  readonly receiver?: string;
  readonly group_by?: readonly string[];
  readonly object_matchers?: readonly (readonly [label: string, match: "=" | "!=" | "=~" | "!~", value: string])[];
  readonly mute_time_intervals?: readonly string[];
  readonly continue?: boolean;
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly repeat_interval?: string;
  readonly routes?: readonly Policy[];
};

export type MuteTime = {
  readonly orgId: 1;
  readonly name: string;
  readonly time_intervals: readonly {
    readonly times: readonly { readonly start_time: string; readonly end_time: string }[];
    readonly location: string;
  }[];
};
