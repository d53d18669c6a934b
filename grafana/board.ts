import { both, source } from "./query.ts";
import type { Annotation, Board, BoardLink, Language, Panel, Section, Text, Variable } from "./shape.ts";

/** Panel and row numbers follow from their keys, so that they last when a board is rearranged; alert rules name them. FNV-1a, 1 to 2^20. */
export function panelId(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash % 0xfffff) + 1;
}

export const uidOf = (name: string, language: Language): string => `weir-${name}${language === "en" ? "-en" : ""}`;

/** The dashboard of a board in one language, as Grafana's provisioning reads it. Pure. */
export function dashboardOf(board: Board, language: Language): unknown {
  const other = language === "zh" ? "en" : "zh";
  return spoken(
    {
      uid: uidOf(board.name, language),
      title: board.title,
      description: board.description,
      tags: ["weir", language, ...board.tags],
      timezone: "browser",
      editable: false,
      graphTooltip: 1,
      schemaVersion: 42,
      time: { from: board.from, to: "now" },
      refresh: board.refresh,
      timepicker: { refresh_intervals: ["10s", "30s", "1m", "5m", "15m"] },
      templating: { list: board.variables },
      annotations: { list: board.variables.some(({ name }) => name === "site") ? [events] : [] },
      links: linksOf(board, language, uidOf(board.name, other)),
      panels: placed(board.sections),
    },
    language,
  );
}

/** Sections one below the other; inside one, panels from left to right, as high as the highest of their line. Pure. */
function placed(sections: readonly Section[]): readonly unknown[] {
  const all: unknown[] = [];
  let y = 0;
  for (const { key, title, closed, panels } of sections) {
    const row = {
      type: "row",
      id: panelId(`row ${key}`),
      title,
      collapsed: closed === true,
      gridPos: { x: 0, y, w: 24, h: 1 },
    };
    const inside: unknown[] = [];
    y++;
    let [x, line] = [0, 0];
    for (const { key, width, height, ...panel } of panels) {
      if (x + width > 24) [x, y, line] = [0, y + line, 0];
      inside.push({ id: panelId(key), gridPos: { x, y, w: width, h: height }, datasource: sourceOf(panel), ...panel });
      [x, line] = [x + width, Math.max(line, height)];
    }
    if (closed) {
      all.push({ ...row, panels: inside });
    } else all.push({ ...row, panels: [] }, ...inside);
    y += line;
  }
  return all;
}

const sourceOf = ({ type }: Pick<Panel, "type">) =>
  type === "text" || type === "alertlist" ? { type: "datasource", uid: "grafana" } : source;

const choice = (text: Text | string, value: string, selected = false) => ({ text, value, selected });

/** Which sites, several or all. */
export const siteVariable: Variable = {
  type: "query",
  name: "site",
  label: { zh: "片区", en: "Site" },
  datasource: source,
  query: { refId: "site", query: 'SHOW TAG VALUES WITH KEY = "site"' },
  refresh: 1,
  sort: 1,
  multi: true,
  includeAll: true,
  current: { text: ["All"], value: ["$__all"] },
};

/** Which devices of the chosen sites, several or all; only those that have written into the measurements. */
export function deviceVariable(measurements: readonly string[], options: Partial<Variable> = {}): Variable {
  const from = measurements.map((name) => `"${name}"`).join(", ");
  return {
    type: "query",
    name: "device",
    label: { zh: "设备", en: "Device" },
    datasource: source,
    query: {
      refId: "device",
      query: `SHOW TAG VALUES FROM ${from} WITH KEY = "device" WHERE "site" =~ /^\${site:regex}$/`,
    },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    current: { text: ["All"], value: ["$__all"] },
    ...options,
  };
}

/** How fine the trends are: raw, or a tier of the roll-ups. */
export const tierVariable: Variable = {
  type: "custom",
  name: "tier",
  label: { zh: "精度", en: "Resolution" },
  query: "default,5m,1h",
  current: choice({ zh: "原始", en: "raw" }, "default", true),
  options: [
    choice({ zh: "原始", en: "raw" }, "default", true),
    choice({ zh: "5 分钟", en: "5 min" }, "5m"),
    choice({ zh: "1 小时", en: "1 h" }, "1h"),
  ],
  multi: false,
  includeAll: false,
};

/** What happened, from the measurement that the cloud writes alarms and their end into. */
const events: Annotation = {
  name: "events",
  datasource: source,
  enable: true,
  hide: false,
  iconColor: "red",
  target: {
    refId: "Anno",
    fromAnnotations: true,
    rawQuery: true,
    resultFormat: "table",
    query: both(
      (l) =>
        `SELECT "title_${l}" AS "title", "text_${l}" AS "text", "severity", "device" FROM "event" WHERE $timeFilter AND "site" =~ /^\${site:regex}$/`,
    ),
    titleColumn: "title",
    textColumn: "text",
    tagsColumn: "severity,device",
  },
};

const link = (title: Text, url: string, icon = "external link"): BoardLink => ({
  title,
  type: "link",
  icon,
  tooltip: title,
  url,
  tags: [],
  asDropdown: false,
  targetBlank: false,
  includeVars: false,
  keepTime: false,
});

/** The twin, the other boards, and the usual ranges with the tier that answers them fast. */
function linksOf(board: Board, language: Language, twin: string): readonly BoardLink[] {
  const uid = uidOf(board.name, language);
  const has = (name: string) => board.variables.some((variable) => variable.name === name);
  const kept = ["site", "device", "domain", "field"]
    .filter(has)
    .map((name) => `\${${name}:queryparam}`)
    .join("&");
  const range = (zh: string, en: string, from: string, tier: string) =>
    link({ zh, en }, `/d/${uid}?${kept}&var-tier=${tier}&from=${from}&to=now`, "clock");
  return [
    { ...link({ zh: "English", en: "中文" }, `/d/${twin}`, "exchange-alt"), keepTime: true, includeVars: true },
    ...(has("tier")
      ? [
          range("一天", "1 day", "now-24h", "default"),
          range("一周", "1 week", "now-7d", "5m"),
          range("一月", "1 month", "now-30d", "1h"),
          range("一年", "1 year", "now-1y", "1h"),
        ]
      : []),
    {
      ...link({ zh: "所有看板", en: "All boards" }, "", "apps"),
      type: "dashboards",
      tags: ["weir", language],
      asDropdown: true,
      keepTime: true,
      includeVars: true,
    },
  ];
}

/** Picks one language of every text in a structure, and the board's own twin in links. Pure. */
function spoken(value: unknown, language: Language): unknown {
  if (typeof value === "string") return value.replaceAll("{twin}", language === "en" ? "-en" : "");
  if (Array.isArray(value)) return value.map((item) => spoken(item, language));
  if (typeof value !== "object" || value === null) return value;
  if (isText(value)) return spoken(value[language], language);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoken(item, language)]));
}

function isText(value: object): value is Text {
  const keys = Object.keys(value);
  return keys.length === 2 && "zh" in value && "en" in value;
}
