/** Every panel of every dashboard against influxd 1.6.7 (or INFLUX_URL) and Grafana's own @grafana/data, neither of which we wrote. */
import type { Limit } from "@weir/alarms/limits/limit.ts";
import { exceeds } from "@weir/alarms/limits.ts";
import { openTestInflux, type TestDatabase, type TestInflux } from "@weir/cloud/store/test-influx.ts";
import {
  ask,
  framesOf,
  openDashboard,
  type Question,
  questionOf,
  questionsOf,
  type View,
} from "@weir/grafana/check/ask.ts";
import { type FileDashboard, type FilePanel, knownUnits, panelsOf } from "@weir/grafana/check/lint.ts";
import { dashboards } from "@weir/grafana/generate.ts";
import { limitsAt } from "@weir/grafana/limit.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadGrafanaData, type ShownField } from "./grafana-data.ts";
import { places, seed } from "./grafana-seed.ts";

const files = Object.values(dashboards() as Readonly<Record<string, FileDashboard>>);
const chinese = files.filter(({ uid }) => !uid.endsWith("-en"));
const now = Date.now();
const hour = 3_600_000;
const range = { from: now - 6 * hour, to: now, points: 400 };
const month = { ...range, from: now - 720 * hour };
const grafana = loadGrafanaData();

/** What people choose: everything, one device with an evil name, one that starts with a digit, two of several. */
const choices: Readonly<Record<string, readonly (typeof places)[number][] | undefined>> = {
  all: undefined,
  "B.2(东)": [places[1]],
  "3号.泵+1": [places[2]],
  "two of three": [places[0], places[2]],
};

let influx: TestInflux;
let database: TestDatabase;

beforeAll(async () => {
  influx = await openTestInflux();
  database = await influx.create();
  await seed(database, now);
}, 60_000);

afterAll(() => influx?.end());

type Chosen = readonly (typeof places)[number][] | undefined;

const asked = (question: Pick<Question, "q" | "rp">) => ask(database.reader, question);

/** A dashboard opened by somebody who has chosen these, at this resolution. The board of one point shows pH of the first. */
async function viewOf(dashboard: FileDashboard, chosen: Chosen, tier = "default"): Promise<View> {
  const one = dashboard.templating.list.some(({ name }) => name === "field");
  const some = one ? (chosen ?? places).slice(0, 1) : chosen;
  const variables = some && { site: some.map(({ site }) => site), device: some.map(({ device }) => device) };
  return openDashboard(dashboard, tier === "1h" ? month : range, asked, {
    tier,
    ...variables,
    ...(one && { domain: "water", field: "ph" }),
  });
}

/** What is wrong with a panel's answers, one sentence each. */
async function faultsOfAnswers(panel: FilePanel, view: View): Promise<readonly string[]> {
  const at = `panel ${panel.id} (${panel.title})`;
  const faults: string[] = [];
  let questions: readonly Question[];
  try {
    questions = questionsOf(panel, view);
  } catch (error) {
    return [`${at}: ${(error as Error).message}`];
  }
  for (const question of questions) {
    const series = await asked(question).catch((error: Error) => error);
    if (series instanceof Error) {
      faults.push(`${at}: ${series.message}`);
      continue;
    }
    const frames = framesOf(series, question);
    const values = frames.flatMap(({ fields }) =>
      fields.filter(({ name }) => name !== "Time").flatMap((field) => field.values),
    );
    if (frames.length === 0) faults.push(`${at}: no series answers ${question.q}`);
    else if (values.every((value) => value === null)) faults.push(`${at}: nothing but nulls answers ${question.q}`);
    const wanted = view.variables.device ?? [];
    for (const { tags = {} } of series)
      if (tags.device !== undefined && !wanted.includes(tags.device))
        faults.push(`${at}: answers for ${tags.device}, which is not chosen`);
    const columns = [...question.q.matchAll(/ AS "([^"]+)"/g)].map((match) => match[1]!);
    for (const { columns: found } of series.slice(0, 1))
      for (const column of columns)
        if (!found.includes(column)) faults.push(`${at}: no column ${column} in the answer to ${question.q}`);
  }
  return faults;
}

async function faultsOf(dashboard: FileDashboard, chosen: Chosen, tier?: string): Promise<readonly string[]> {
  const view = await viewOf(dashboard, chosen, tier);
  const faults = await Promise.all(
    panelsOf(dashboard)
      .filter(({ targets = [] }) => targets.length > 0)
      .map((panel) => faultsOfAnswers(panel, view)),
  );
  return faults.flat().map((fault) => `${dashboard.uid}: ${fault}`);
}

describe.each(Object.keys(choices))("with %s chosen", (choice) => {
  test("every query of every panel is answered with values of what was chosen, and of nothing else", async () => {
    const faults: string[] = [];
    for (const dashboard of chinese) faults.push(...(await faultsOf(dashboard, choices[choice])));
    expect(faults).toEqual([]);
  });
});

test.each(["5m", "1h"])("the tier %s answers the same queries", async (tier) => {
  const faults: string[] = [];
  for (const dashboard of chinese) faults.push(...(await faultsOf(dashboard, choices["two of three"], tier)));
  expect(faults).toEqual([]);
});

test("events are found for the annotations of every dashboard, in its language", async () => {
  for (const dashboard of files) {
    const view = await viewOf(dashboard, choices["B.2(东)"]);
    for (const { target } of dashboard.annotations.list) {
      const [series] = await asked(questionOf({ alias: "", ...target, policy: "default" }, view, "1m"));
      expect(series?.columns).toEqual(["time", "title", "text", "severity", "device"]);
      expect(series?.values[0]?.[1]).toBe(dashboard.uid.endsWith("-en") ? "Ammonia high" : "氨氮超标");
    }
  }
});

/** A panel's answers as Grafana would draw them. */
async function drawn(dashboard: FileDashboard, title: string, chosen: Chosen, tier?: string) {
  const panel = panelsOf(dashboard).find((each) => each.title === title)!;
  const view = await viewOf(dashboard, chosen, tier);
  const frames = await Promise.all(
    questionsOf(panel, view).map(async (question) => framesOf(await asked(question), question)),
  );
  return { panel, frames: await grafana.shown(panel, frames.flat()) };
}

const named = (fields: readonly ShownField[], name: string) => {
  const found = fields.find((field) => (field.config.displayName ?? field.name) === name);
  if (!found)
    throw new Error(
      `no field ${name} among ${fields.map((field) => field.config.displayName ?? field.name).join(", ")}`,
    );
  return found;
};

const board = (name: string) => files.find(({ uid }) => uid === name)!;

describe("as Grafana draws it", () => {
  test("every unit of a panel is one that Grafana knows, or prints as the vocabulary writes it", () => {
    const known = new Set(
      grafana.library.getValueFormats().flatMap(({ submenu }) => submenu.map(({ value }) => value)),
    );
    expect([...knownUnits].filter((unit) => !known.has(unit) && !unit.startsWith("suffix:"))).toEqual([]);
    expect(grafana.library.getValueFormat("suffix:mg/L")(0.52, 2)).toMatchObject({ text: "0.52", suffix: " mg/L" });
  });

  test("every panel has something to draw after its transformations", async () => {
    const faults: string[] = [];
    for (const dashboard of chinese) {
      const view = await viewOf(dashboard, undefined);
      for (const panel of panelsOf(dashboard).filter(({ targets = [] }) => targets.length > 0)) {
        const frames = await Promise.all(
          questionsOf(panel, view).map(async (question) => framesOf(await asked(question), question)),
        );
        const result = await grafana.shown(panel, frames.flat());
        const values = result.flatMap(({ fields }) =>
          fields.filter(({ type }) => type === "number" || type === "string").flatMap(({ values }) => [...values]),
        );
        if (!values.some((value) => value !== null && value !== undefined))
          faults.push(`${dashboard.uid}: ${panel.title}`);
        const names = result.flatMap(({ fields }) => fields.map(({ config, name }) => config.displayName ?? name));
        for (const { displayName } of (panel.options?.sortBy ?? []) as readonly { readonly displayName: string }[])
          if (!names.includes(displayName))
            faults.push(`${dashboard.uid}: ${panel.title}: sorts by ${displayName}, which is no column`);
      }
    }
    expect(faults).toEqual([]);
  });

  test("the river table has a row a device, with its age, its units and its class colours, in both languages", async () => {
    const { frames } = await drawn(board("weir-water"), "各断面现在属于哪一类？", undefined);
    expect(frames).toHaveLength(1);
    const { fields, length } = frames[0]!;
    expect(length).toBe(places.length);
    expect([...named(fields, "设备").values].sort()).toEqual(places.map(({ device }) => device).sort());
    expect(named(fields, "数据时效").values.every((value) => typeof value === "number")).toBe(true);
    const ammonia = named(fields, "氨氮");
    expect(grafana.print(ammonia, 0.52)).toBe("0.520 mg/L");
    expect(ammonia.display!(1).color).toBe("#00FF00"); // III, the limit included
    expect(ammonia.display!(1.01).color).toBe("#FFFF00"); // IV
    expect(ammonia.display!(2.5).color).toBe("#FF0000"); // worse than V
    const oxygen = named(fields, "溶解氧");
    expect([7.5, 7.4, 5, 1.9].map((value) => oxygen.display!(value).color)).toEqual([
      "#CCFFFF",
      "#00CCFF",
      "#00FF00",
      "#FF0000",
    ]);
    // Too little oxygen is red: what a device does not measure must not be.
    expect([grafana.print(oxygen, null), oxygen.display!(null).color]).toEqual(["–", "#00000000"]);
    const english = await drawn(board("weir-water-en"), "Which class is each river section now?", undefined);
    expect(english.frames[0]!.fields.map((field) => field.config.displayName ?? field.name)).toContain(
      "Ammonia nitrogen",
    );
  });

  test("states are words, and the worst class has the colour of its class", async () => {
    const { frames } = await drawn(board("weir-water"), "哪些断面与湖库劣于Ⅲ类，哪一项定的类？", undefined);
    const klass = named(frames[0]!.fields, "水质类别");
    expect([3, 6].map((value) => [grafana.print(klass, value), klass.display!(value).color])).toEqual([
      ["Ⅲ类", "#00FF00"],
      ["劣Ⅴ类", "#FF0000"],
    ]);
  });

  test("the usual band is drawn by hour of the day: 24 hours in order, tenth to ninetieth percentile around the median", async () => {
    const { frames } = await drawn(board("weir-point"), "过去 24 小时与平日同一时刻相比如何？", [places[0]]);
    const [{ fields, length }] = frames as [(typeof frames)[number]];
    expect(length).toBe(24);
    expect([...named(fields, "小时").values]).toEqual(Array.from({ length: 24 }, (_, n) => n));
    const [low, middle, high] = ["第 10 百分位", "中位数", "第 90 百分位"].map(
      (name) => named(fields, name).values as number[],
    );
    for (const n of low!.keys()) expect(low![n]! <= middle![n]! && middle![n]! <= high![n]!).toBe(true);
    expect(named(fields, "最近 24 小时").values.every((value) => typeof value === "number")).toBe(true);
  });

  test("the table of everything names each quantity, its channel and its unit", async () => {
    const { frames } = await drawn(board("weir-lights"), "每台设备每个量的最新值是多少？", [places[0]]);
    const { fields } = frames[0]!;
    const column = named(fields, "量");
    expect(column.values.map((value) => grafana.print(column, value))).toEqual(
      expect.arrayContaining([
        "东区.1/sonde-1 · 电压_l1 (V)",
        "东区.1/sonde-1 · 有功功率 (W)",
        "东区.1/sonde-1 · 电压_l1 (V)_q",
      ]),
    );
  });

  test("a detector's heads are columns of their own, coloured alike; a chart names each by its channel alone", async () => {
    const { frames } = await drawn(board("weir-hazmat-en"), "Where is gas above its alarm level?", undefined);
    const head = named(frames[0]!.fields, "Combustible gas, share of the explosive limit pump");
    expect(head.values.every((value) => typeof value === "number")).toBe(true);
    expect([25, 25.1, 50.1].map((value) => colourNamed(head, value))).toEqual(["green", "orange", "red"]);
    const chart = await drawn(
      board("weir-hazmat-en"),
      "How near is combustible gas to its explosive limit?",
      undefined,
    );
    expect(chart.frames.map(({ name }) => name)).toContain(`${places[0].site}/${places[0].device} pump`);
  });

  test("a table of newest values has the devices that measure one of them, and those that are silent", async () => {
    const { panel } = await drawn(board("weir-water"), "各断面现在属于哪一类？", undefined);
    const row = (device: string, values: Readonly<Record<string, number | null>>) => ({ site: "s", device, ...values });
    const rows = [
      row("measures", { ph: 7, data_age: 60 }),
      row("measures nothing of it", { ph: null, data_age: 60 }),
      row("silent", { ph: null, data_age: 3601 }),
    ];
    const column = (name: string, type: "string" | "number") => ({
      ...{ name, type, config: {} },
      values: rows.map((each) => (each as Record<string, string | number | null>)[name] ?? null),
    });
    const fields = [
      column("site", "string"),
      column("device", "string"),
      column("ph", "number"),
      column("data_age", "number"),
    ];
    const [shown] = await grafana.shown(panel, [{ name: "", refId: "A", fields }]);
    expect([...named(shown!.fields, "设备").values]).toEqual(["measures", "silent"]);
  });

  test("figures that sum over devices are one figure", async () => {
    const { frames } = await drawn(board("weir-delivery"), "现在缺多少条记录？", undefined);
    expect(frames).toHaveLength(1);
    expect(frames[0]!.length).toBe(1);
  });

  test.each([
    ["weir-hazmat", "硫化氢高吗？", limitsAt("workplace", "h2s_ppm")],
    ["weir-hazmat", "充装率离各级限值多远？", limitsAt("tank", "tank_fill")],
    ["weir-drainage", "路面积水在涨吗？", limitsAt("road", "road_water_depth")],
    ["weir-pipes", "水压够不够、高不高？", limitsAt("water-main", "pipe_pressure")],
    ["weir-lights", "电压在允许范围内吗？", limitsAt("supply", "voltage")],
  ] as const)(
    "%s: %s: a value at a limit is still within, one beyond has the colour of what it exceeds",
    async (uid, title, limits) => {
      const { frames } = await drawn(board(uid), title, undefined);
      const field = frames[0]!.fields.find(({ type }) => type === "number")!;
      const steps = (
        panelsOf(board(uid)).find((panel) => panel.title === title)!.fieldConfig!.defaults.thresholds?.steps ?? []
      ).map(({ color }) => color);
      const worst = (value: number) => {
        const found = limits.filter((limit: Limit) => exceeds(limit, value)).map(({ severity }) => severity);
        return found.includes("critical")
          ? "red"
          : found.includes("warning")
            ? "orange"
            : found.includes("info")
              ? "yellow"
              : "green";
      };
      for (const { value, side, quantity } of limits) {
        const step =
          (infoOf(quantity)!.plausible[1] - infoOf(quantity)!.plausible[0]) * 1e-5 * (side === "max" ? 1 : -1);
        for (const each of [value, value + step]) {
          expect(steps).toContain(worst(each));
          expect(colourNamed(field, each)).toBe(worst(each));
        }
      }
    },
  );
});

/** The step that Grafana chose for a value: thresholds colour by value whatever the line's own colour is. */
function colourNamed(field: ShownField, value: number): string {
  const { thresholds } = field.config as { thresholds?: { steps: readonly { value: number | null; color: string }[] } };
  return thresholds!.steps.findLast((step) => value >= (step.value ?? Number.NEGATIVE_INFINITY))!.color;
}

describe("a broken query is noticed by what the server answers", () => {
  test.each([
    ["a misspelt field", '(\\"ammonia_nitrogen\\")', '(\\"amonia_nitrogen\\")', /no series answers/],
    ["a misspelt tag", '\\"device\\" =~', '\\"devise\\" =~', /no series answers/],
    ["broken syntax", "fill(none)", "fill(none", /error parsing query|failed to parse query/],
    ["a misspelt variable", "{device:regex}", "{devic:regex}", /\$\{devic is left unresolved/],
    ["an unknown tier", `"policy":"\${tier}"`, '"policy":"1m"', /retention policy not found/],
    ["a variable that is not escaped", "{device:regex}", "{device:raw}", /no series answers|error parsing/],
  ])("%s", async (_, from, to, named) => {
    const text = JSON.stringify(board("weir-water"));
    const broken = JSON.parse(text.replaceAll(from, to)) as FileDashboard;
    expect(JSON.stringify(broken)).not.toBe(text);
    const variables = { templating: board("weir-water").templating };
    expect((await faultsOf({ ...broken, ...variables }, choices["B.2(东)"])).join("\n")).toMatch(named);
  });
});
