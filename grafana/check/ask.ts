import type { FileDashboard, FilePanel, FileTarget } from "./lint.ts";

/** What a person has chosen: a range (epoch ms), how wide the panel is, and each variable's value or values. */
export type View = {
  readonly from: number;
  readonly to: number;
  /** Points across; Grafana gives a panel's width in pixels. */
  readonly points: number;
  readonly variables: Readonly<Record<string, string | readonly string[]>>;
};

/** One request to InfluxDB's `/query`. */
export type Question = {
  readonly refId: string;
  readonly q: string;
  /** Retention policy; undefined for the default one. */
  readonly rp: string | undefined;
  readonly alias: string;
  readonly format: string;
};

/** Columns of equal length, as Grafana's panels get them. */
export type Frame = {
  readonly name: string;
  readonly refId: string;
  readonly fields: readonly {
    readonly name: string;
    readonly type: "time" | "number" | "string";
    readonly values: readonly (number | string | null)[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly config: { readonly displayNameFromDS?: string };
  }[];
};

export type Series = {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | string | boolean | null)[])[];
};

/**
 * What Grafana's InfluxDB data source (InfluxQL, backend) would send for a panel: variables, `$timeFilter` and `$__interval` replaced, the
 * policy as `rp`. Throws an Error that names what was left unresolved. Pure.
 */
export function questionsOf(panel: FilePanel, view: View): readonly Question[] {
  const range = rangeOf(panel, view);
  const interval = intervalOf(panel, range, panel.maxDataPoints ?? view.points);
  return (panel.targets ?? []).map((target) => questionOf(target, { ...view, ...range }, interval));
}

export function questionOf(
  { refId, query, policy, alias = "", resultFormat }: FileTarget,
  view: View,
  interval: string,
): Question {
  const q = filled(query, view)
    .replaceAll("$timeFilter", `time >= ${view.from}ms and time <= ${view.to}ms`)
    .replaceAll("$__interval", interval);
  const left = /\$\{?\w+(?![^/]*\/)/.exec(q.replaceAll(/\$\/|\$\)/g, ""));
  if (left) throw new Error(`${refId}: ${left[0]} is left unresolved in ${q}`);
  const rp = filled(policy, view);
  return { refId, q, rp: rp === "" || rp === "default" ? undefined : rp, alias, format: resultFormat };
}

/** Variables of a text replaced as Grafana does: `:regex` escapes each value and joins several with `|`, `:raw` and none leave them. Pure. */
export function filled(text: string, { variables }: Pick<View, "variables">): string {
  return text.replaceAll(
    /\$\{(\w+)(?::(\w+))?\}|\$([a-z]\w*)/g,
    (whole, braced?: string, format?: string, bare?: string) => {
      const value = variables[(braced ?? bare)!];
      if (value === undefined) return whole;
      const values = typeof value === "string" ? [value] : value;
      if (format !== "regex") return values.join(",");
      const escaped = values.map((each) => each.replaceAll(/[\\^$*+?.()|[\]{}/]/g, "\\$&"));
      return escaped.length === 1 ? escaped[0]! : `(${escaped.join("|")})`;
    },
  );
}

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** `10m` → ms. */
export function durationOf(text: string): number {
  const [, count, unit] = /^(\d+)([smhdwy])$/.exec(text) ?? [];
  if (unit === undefined) throw new RangeError(`${text} is no duration like 10m`);
  return Number(count) * units[unit]!;
}

function rangeOf({ timeFrom }: FilePanel, { from, to }: View): Pick<View, "from" | "to"> {
  return timeFrom === undefined ? { from, to } : { from: to - durationOf(timeFrom), to };
}

/** Grafana's ladder of intervals. */
const ladder = [
  "10s",
  "15s",
  "20s",
  "30s",
  "1m",
  "2m",
  "5m",
  "10m",
  "15m",
  "20m",
  "30m",
  "1h",
  "2h",
  "3h",
  "6h",
  "12h",
  "1d",
  "7d",
];

/** The data source's least interval is 10 s (provisioning.ts); the next on the ladder that is not finer than a point is wide. */
function intervalOf({ interval = "10s" }: FilePanel, { from, to }: Pick<View, "from" | "to">, points: number): string {
  const least = Math.max((to - from) / points, durationOf(interval));
  return ladder.find((step) => durationOf(step) >= least * 0.75) ?? "30d";
}

/** InfluxDB's answer → frames: one for each column of each series, or one table of all. Pure. */
export function framesOf(series: readonly Series[], { refId, alias, format }: Question): readonly Frame[] {
  if (series.length === 0) return [];
  if (format === "table") return [tableOf(series, refId)];
  return series.flatMap(({ name, tags = {}, columns, values }) =>
    columns.slice(1).map((column, n) => {
      const title = alias === "" ? nameOf(name, column, tags) : aliasOf(alias, name, column, tags);
      return {
        name: title,
        refId,
        fields: [
          { name: "Time", type: "time" as const, values: values.map(([at]) => at as number), config: {} },
          {
            ...columnOf(
              "Value",
              values.map((row) => row[n + 1]!),
            ),
            labels: tags,
            config: { displayNameFromDS: title },
          },
        ],
      };
    }),
  );
}

function tableOf(series: readonly Series[], refId: string): Frame {
  const { name, columns, tags = {} } = series[0]!;
  const rows = series.flatMap((each) => each.values.map((row) => ({ row, tags: each.tags ?? {} })));
  return {
    name,
    refId,
    fields: [
      { name: "Time", type: "time", values: rows.map(({ row }) => row[0] as number), config: {} },
      ...Object.keys(tags).map((tag) => ({
        name: tag,
        type: "string" as const,
        values: rows.map((each) => each.tags[tag]!),
        config: { displayNameFromDS: tag },
      })),
      ...columns.slice(1).map((column, n) => ({
        ...columnOf(
          column,
          rows.map(({ row }) => row[n + 1]!),
        ),
        config: { displayNameFromDS: column },
      })),
    ],
  };
}

function columnOf(name: string, values: readonly (number | string | boolean | null)[]) {
  const text = values.some((value) => typeof value === "string");
  return {
    name,
    type: text ? ("string" as const) : ("number" as const),
    values: values as readonly (number | string | null)[],
  };
}

const nameOf = (name: string, column: string, tags: Readonly<Record<string, string>>) =>
  `${name}.${column}${
    Object.keys(tags).length > 0
      ? ` { ${Object.entries(tags)
          .map(([key, value]) => `${key}: ${value}`)
          .join(", ")} }`
      : ""
  }`;

const aliasOf = (alias: string, name: string, column: string, tags: Readonly<Record<string, string>>) =>
  alias.replaceAll(/\$(\w+)/g, (whole, word: string) =>
    word === "col" ? column : word === "m" ? name : word.startsWith("tag_") ? (tags[word.slice(4)] ?? whole) : whole,
  );

/** Where a database answers InfluxQL: bucket or database by name, and what a reader has to show. */
export type Database = {
  readonly url: string;
  readonly database: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Asks a server. Rejects with an Error that holds the server's words and the question. */
export async function ask(
  { url, database, headers = {} }: Database,
  { q, rp }: Pick<Question, "q" | "rp">,
): Promise<readonly Series[]> {
  const where = new URLSearchParams({ db: database, epoch: "ms", ...(rp !== undefined && { rp }) });
  const body = new URLSearchParams({ q });
  const response = await fetch(`${url}/query?${where}`, { method: "POST", headers: { ...headers }, body });
  const answer = (await response.json()) as {
    readonly error?: string;
    readonly message?: string;
    readonly results?: readonly { readonly error?: string; readonly series?: readonly Series[] }[];
  };
  const error = answer.error ?? answer.message ?? answer.results?.[0]?.error;
  if (error !== undefined) throw new Error(`${error}: ${q}`);
  return answer.results?.[0]?.series ?? [];
}

/** Values of a dashboard's variables as a person who opens it gets them: All of each, every value that its query finds. */
export async function openDashboard(
  { templating }: Pick<FileDashboard, "templating">,
  range: Pick<View, "from" | "to" | "points">,
  asked: (question: Pick<Question, "q" | "rp">) => Promise<readonly Series[]>,
  chosen: View["variables"] = {},
): Promise<View> {
  const variables: Record<string, string | readonly string[]> = {};
  for (const { name, type, query, multi, current, regex } of templating.list) {
    const picked = chosen[name];
    if (picked !== undefined || type !== "query") {
      variables[name] = picked ?? String((current as { value: unknown }).value);
      continue;
    }
    const series = await asked({ q: filled((query as { query: string }).query, { variables }), rp: undefined });
    const column = /^SHOW TAG VALUES/.test((query as { query: string }).query) ? 1 : 0;
    const pattern = typeof regex === "string" ? new RegExp(regex.slice(1, -1)) : /^/;
    const all = series
      .flatMap(({ values }) => values.map((row) => String(row[column])))
      .filter((value) => pattern.test(value));
    const values = [...new Set(all)].sort();
    variables[name] = multi === true ? values : (values[0] ?? "");
  }
  return { ...range, variables };
}
