/**
 * The JSON that Grafana reads (classic dashboards, schema version 42), as plain literals. The shapes are those of Grafana's own
 * foundation SDK, of which only the types are used: see docs/decisions/0011-dashboards-are-literals.md.
 */
import type * as barchart from "@grafana/grafana-foundation-sdk/barchart";
import type * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import type * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import type * as geomap from "@grafana/grafana-foundation-sdk/geomap";
import type * as stat from "@grafana/grafana-foundation-sdk/stat";
import type * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import type * as table from "@grafana/grafana-foundation-sdk/table";
import type * as text from "@grafana/grafana-foundation-sdk/text";
import type * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import type * as trend from "@grafana/grafana-foundation-sdk/trend";

export type Language = "zh" | "en";

/** What people read, in both languages. */
export type Text = { readonly zh: string; readonly en: string };

/** A type of the SDK as a literal may be written: enums by their values, texts in both languages, everything readonly. */
export type Plain<T> = unknown extends T
  ? unknown
  : T extends string
    ? string extends T
      ? string | Text
      : `${T}`
    : T extends number
      ? number extends T
        ? number
        : `${T}` extends `${infer N extends number}`
          ? N
          : never
      : T extends boolean | null | undefined
        ? T
        : T extends readonly (infer Item)[]
          ? readonly Plain<Item>[]
          : { readonly [Key in keyof T]: Plain<T[Key]> };

/** An InfluxQL query as Grafana's InfluxDB data source keeps it. `policy` chooses the tier: `default` is raw. */
export type Target = {
  readonly refId: string;
  readonly datasource: { readonly type: "influxdb"; readonly uid: string };
  readonly rawQuery: true;
  readonly resultFormat: "time_series" | "table";
  readonly policy: string;
  readonly query: string | Text;
  readonly alias?: string | Text;
};

type Visual<Type extends string, Options, Custom = never> = {
  readonly type: Type;
  readonly options: Plain<Options>;
  readonly fieldConfig: {
    readonly defaults: Omit<Plain<sdk.FieldConfig>, "custom" | "links"> & {
      readonly custom?: Plain<Custom>;
      readonly links?: readonly DataLink[];
    };
    readonly overrides: Plain<sdk.FieldConfigSource["overrides"]>;
  };
};

/** A link on a value. The SDK gives it the shape of a dashboard's link; Grafana reads these three. */
export type DataLink = { readonly title: string | Text; readonly url: string; readonly targetBlank?: boolean };

type Partially<T, Key extends keyof T> = Omit<T, Key> & Partial<Pick<T, Key>>;

/** What each panel type that we use may say. A misspelt option does not compile. */
export type Drawing =
  | Visual<"timeseries", Partially<timeseries.Options, "timezone">, timeseries.FieldConfig>
  | Visual<"stat", stat.Options>
  | Visual<"bargauge", bargauge.Options>
  | Visual<"barchart", barchart.Options, barchart.FieldConfig>
  | Visual<"state-timeline", statetimeline.Options, statetimeline.FieldConfig>
  | Visual<"table", table.Options, table.FieldConfig & { wrapHeaderText?: boolean }>
  | Visual<"trend", trend.Options, trend.FieldConfig>
  | Visual<"geomap", geomap.Options>
  | Visual<"text", text.Options>
  | Visual<"alertlist", AlertList>;

/** The SDK has no alert list panel. Fields as the plugin's own schema has them. */
export type AlertList = {
  viewMode: "list" | "stat";
  groupMode: "default" | "custom";
  groupBy: string[];
  maxItems: number;
  sortOrder: 1 | 2 | 3 | 4 | 5;
  dashboardAlerts: boolean;
  alertName: string;
  alertInstanceLabelFilter: string;
  folder?: { id: number; title: string; uid: string };
  stateFilter: { firing: boolean; pending: boolean; noData: boolean; normal: boolean; error: boolean };
};

/** A panel before it has its place and number. key is unique on its board and lasts: the panel's id follows from it. */
export type Panel = Drawing & {
  readonly key: string;
  readonly title: Text;
  /** What it shows, where its limits come from, and what an empty panel means. */
  readonly description: Text;
  readonly width: number;
  readonly height: number;
  readonly targets: readonly Target[];
  readonly transformations?: Plain<sdk.DataTransformerConfig[]>;
  /** Own range, where the board's does not fit: `30d`. */
  readonly timeFrom?: string;
  readonly interval?: string;
  readonly maxDataPoints?: number;
};

export type Section = {
  readonly key: string;
  readonly title: Text;
  /** Closed until somebody opens it; its queries do not run before. */
  readonly closed?: true;
  readonly panels: readonly Panel[];
};

export type Variable = Plain<sdk.VariableModel>;
export type Annotation = Omit<Plain<sdk.AnnotationQuery>, "target"> & { readonly target: unknown };
export type BoardLink = Plain<sdk.DashboardLink>;

/** A dashboard in both languages. */
export type Board = {
  /** Its uid is `weir-<name>`, its English twin's `weir-<name>-en`. */
  readonly name: string;
  readonly title: Text;
  readonly description: Text;
  readonly tags: readonly string[];
  readonly variables: readonly Variable[];
  readonly from: string;
  readonly refresh: string;
  readonly sections: readonly Section[];
};
