import { type Limit, objects } from "@weir/alarms/limits/limit.ts";
import { limitsInForce } from "@weir/alarms/limits.ts";
import { type Domain, type Quantity, quantities } from "@weir/wire/quantities.ts";
import { ageSteps, asOf, figuresOf, limitsAt } from "./limit.ts";
import { bars, headOf, lengthOf, longestTitle, none, trend } from "./panels.ts";
import { both, chosen, hasChannels, target, trendTargets } from "./query.ts";
import type { Panel, Section } from "./shape.ts";
import { unitOf } from "./unit.ts";

/** Every quantity that queries name, by field or by pattern. Pure. */
export function quantitiesOf(queries: Iterable<string>): ReadonlySet<Quantity> {
  const found = new Set<Quantity>();
  for (const query of queries)
    for (const [, quoted, pattern] of query.matchAll(/"([a-z0-9_]+)"|\/\^([a-z0-9_]+?)(?=\(|\$)/g)) {
      const name = (quoted ?? pattern)!.replace(/__[a-z]+$/, "");
      if (Object.hasOwn(quantities, name)) found.add(name as Quantity);
    }
  return found;
}

/** Every query of sections, in both languages. */
export function queriesOf(sections: readonly Section[]): readonly string[] {
  return sections
    .flatMap(({ panels }) => panels.flatMap(({ targets }) => targets))
    .flatMap(({ query }) => (typeof query === "string" ? [query] : [query.zh, query.en]));
}

/** As many lines of one unit share a panel. */
const together = 4;

/**
 * What a board adds below its own sections: the health of the data, every quantity of its domain that it has not drawn itself, grouped
 * by unit, and the newest value of all. So a quantity that is new in the vocabulary is on a board without anybody's doing.
 */
export function withRest(
  domain: Domain,
  own: readonly Section[],
  shared: readonly Quantity[] = [],
): readonly Section[] {
  const drawn = new Set([...quantitiesOf(queriesOf(own)), ...shared]);
  const left = (Object.keys(quantities) as Quantity[]).filter(
    (name) => quantities[name].domain === domain && !drawn.has(name),
  );
  const groups = Object.entries(
    Object.groupBy(left, (name) => `${quantities[name].kind} ${unitOf(quantities[name])}`),
  ) as [string, Quantity[]][];
  const panels = groups.flatMap(([group, names]) =>
    Array.from({ length: Math.ceil(names.length / together) }, (_, n) =>
      restPanel(group, n, names.slice(n * together, (n + 1) * together)),
    ),
  );
  return [
    ...own,
    {
      key: "health",
      title: { zh: "数据可信吗？", en: "Can the data be trusted?" },
      panels: [ageBars("age"), completeness("completeness"), validity("validity")],
    },
    ...(panels.length > 0
      ? [{ key: "rest", title: { zh: "其余各量", en: "All other quantities" }, closed: true as const, panels }]
      : []),
    {
      key: "all",
      title: { zh: "全部最新读数", en: "Every newest reading" },
      closed: true,
      panels: [newest(domain)],
    },
  ];
}

const restWidth = 12;

/** A question about all of them, or about as many as it has room for. */
function titleOf(names: readonly string[], language: "zh" | "en"): string {
  for (let n = names.length; ; n--) {
    const [list, more] = [names.slice(0, n), n < names.length];
    const title =
      language === "zh"
        ? `${list.join("、")}${more ? "等" : ""}如何变化？`
        : `How do these go: ${list.join(", ")}${more ? " …" : ""}?`;
    if (n === 1 || lengthOf(title) <= longestTitle(restWidth)) return title;
  }
}

function restPanel(group: string, n: number, names: readonly Quantity[]): Panel {
  const [kind] = group.split(" ");
  const list = (language: "zh" | "en") =>
    names.map((name) => quantities[name][language]).join(language === "zh" ? "、" : ", ");
  const limits = names.flatMap((quantity) => limitsInForce(asOf, { quantity }));
  const drawn = names.length === 1 && limits.every(({ object }) => object === limits[0]!.object);
  const told = (language: "zh" | "en") => {
    if (limits.length === 0) return language === "zh" ? "没有适用的限值。" : "No limit applies.";
    return drawn ? "" : figuresByObject(limits, language);
  };
  return trend({
    key: `rest ${names[0]}${n > 0 ? ` ${n}` : ""}`,
    title: both((l) =>
      titleOf(
        names.map((name) => quantities[name][l]),
        l,
      ),
    ),
    about: { zh: `${list("zh")}。${told("zh")}`, en: `${list("en")}. ${told("en")}`.trim() },
    width: restWidth,
    quantities: names,
    draw: kind === "state" ? "steps" : "line",
    ...(drawn && { limits }),
  });
}

/** Limits of several quantities or places, which cannot all be lines of one chart: a paragraph each. */
function figuresByObject(limits: readonly Limit[], language: "zh" | "en"): string {
  const groups = Map.groupBy(limits, ({ quantity, object }) => `${quantity} ${object}`);
  return [...groups.values()]
    .map((group) => {
      const { quantity, object } = group[0]!;
      const about = `${quantities[quantity][language]}, ${objects[object][language]}`;
      return `\n\n${about}: ${figuresOf(group)[language]}`;
    })
    .join("");
}

/** Age of each device's newest valid reading: silence is a number here, never an absence. */
export function ageBars(key: string, width = 8): Panel {
  return bars({
    key,
    title: { zh: "各设备的数据有多新？", en: "How old is each device's newest reading?" },
    about: {
      zh: "云端每分钟写入每台已登记设备最新有效读数的时效；超过 1 小时即为沉默，橙色。",
      en: "The cloud writes the age of every registered device's newest valid reading once a minute; more than an hour is silence, orange.",
    },
    width,
    targets: [
      target(`SELECT last("data_age") FROM "gateway" WHERE ${chosen} GROUP BY "site", "device"`, {
        alias: "$tag_site/$tag_device",
      }),
    ],
    unit: "s",
    min: 0,
    max: 7200,
    thresholds: ageSteps,
  });
}

const share = (
  key: string,
  quantity: "completeness" | "validity",
  title: Panel["title"],
  about: Panel["title"],
): Panel => ({
  ...trend({
    key,
    title,
    about,
    width: 8,
    quantities: [quantity],
    limits: limitsAt("data", quantity),
    targets: trendTargets([quantity], { policy: "default" }),
    timeFrom: "30d",
    draw: "steps",
    min: 0,
  }),
});

const completeness = (key: string) =>
  share(
    key,
    "completeness",
    { zh: "近 30 天每天到齐了多少？", en: "How much of each day arrived, last 30 days?" },
    {
      zh: "应到读数中实际到达的百分比，每日一值，由云端计算。",
      en: "Share of the expected readings that arrived, one value a day, computed by the cloud.",
    },
  );

const validity = (key: string) =>
  share(
    key,
    "validity",
    { zh: "近 30 天每天有多少有效？", en: "How much of each day was valid, last 30 days?" },
    {
      zh: "到达读数中质量为良好的百分比，每日一值，由云端计算。",
      en: "Share of the arrived readings whose quality was good, one value a day, computed by the cloud.",
    },
  );

/** The newest value of every field of a domain: a row for each device and quantity. */
export function newest(domain: Domain): Panel {
  const rows = (Object.keys(quantities) as Quantity[])
    .filter((name) => quantities[name].domain === domain)
    .sort((a, b) => b.length - a.length);
  const named = rows.map((name) => {
    const { zh, en, display } = quantities[name];
    const unit = display === "" ? "" : ` (${display})`;
    return {
      type: "regex" as const,
      options: {
        pattern: `/^(.*) last_${name}${hasChannels(name) ? "((?:_(?!q$)[a-z0-9-]+?)?)" : "()"}((?:_q)?)$/`,
        result: { text: both((l) => `$1 · ${l === "zh" ? zh : en}$2${unit}$3`) },
      },
    };
  });
  return {
    ...headOf({
      key: `newest ${domain}`,
      title: { zh: "每台设备每个量的最新值是多少？", en: "What is the newest value of everything?" },
      about: {
        zh: "所选时段内每台设备每个字段的最新值；以 _q 结尾的行是质量（64 存疑，0 无效），只有质量不佳时才有。",
        en: "The newest value of each device's every field in the chosen time; a row that ends in _q is a quality (64 uncertain, 0 bad), there only when it was not good.",
      },
      width: 24,
      height: 14,
    }),
    type: "table",
    targets: [
      target(`SELECT last(*) FROM "${domain}" WHERE ${chosen} GROUP BY "site", "device"`, {
        alias: "$tag_site/$tag_device $col",
      }),
    ],
    transformations: [{ id: "reduce", options: { reducers: ["lastNotNull"], mode: "seriesToRows" } }],
    options: { frameIndex: 0, showHeader: true, cellHeight: "sm" },
    fieldConfig: {
      defaults: {
        unit: "none",
        noValue: none,
        custom: { align: "auto", inspect: false, filterable: true },
      },
      overrides: [
        {
          matcher: { id: "byName", options: "Field" },
          properties: [
            { id: "displayName", value: { zh: "量", en: "Quantity" } },
            { id: "mappings", value: named },
          ],
        },
        {
          matcher: { id: "byName", options: "Last *" },
          properties: [{ id: "displayName", value: { zh: "最新值", en: "Newest value" } }],
        },
      ],
    },
  };
}
