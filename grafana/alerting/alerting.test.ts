import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Limit } from "@weir/alarms/limits/limit.ts";
import { limitsInForce } from "@weir/alarms/limits.ts";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type FileDashboard, type FilePanel, panelsOf } from "../check/lint.ts";
import { dashboards, generated } from "../generate.ts";
import { quantitiesOf } from "../rest.ts";
import { choices, quantityOfField } from "./choices.ts";
import { faultsOfNotification, faultsOfRules } from "./faults.ts";
import type { FileRule } from "./file.ts";
import { alertingFiles, alertRules } from "./files.ts";
import { whyNoRule } from "./limit-rules.ts";
import { policies } from "./notify.ts";
import { drawsAll } from "./panel.ts";
import { type AlertRule, fileRule } from "./rule.ts";
import { runbooks } from "./runbooks.ts";
import { seenInCity, seenInFleet } from "./seen.ts";

const grafana = join(import.meta.dirname, "..");
const written = generated();

test("no rule has a fault: each has its runbook, its source, one field, and nothing that Grafana refuses", () => {
  expect(faultsOfRules(alertRules)).toEqual([]);
  expect(faultsOfNotification()).toEqual([]);
});

test.each(Object.keys(written).filter((path) => /alerting|docs/.test(path)))(
  "%s is fresh (else: npm run docs)",
  (path) => {
    const file = join(grafana, path);
    expect(existsSync(file) && readFileSync(file, "utf8")).toBe(written[path]);
  },
);

test("every rule is seen on a fault, in the simulated city or on a gateway and its cloud, and no other is claimed to be", () => {
  expect(Object.keys({ ...seenInCity, ...seenInFleet }).sort()).toEqual(
    [...new Set(alertRules.map(({ uid }) => uid))].sort(),
  );
});

test("nothing lies among the provisioned files that nothing writes", () => {
  const found = globSync("provisioning/alerting/*", { cwd: grafana });
  expect(found.sort()).toEqual(Object.keys(alertingFiles()).sort());
});

/** The thresholds of a rule, read back from its file. */
const figures = (rule: AlertRule): readonly number[] => {
  const file = parse(alertingFiles([rule])[`provisioning/alerting/rules-${rule.group}.yaml`]!);
  const last = file.groups[0].rules[0].data.at(-1).model;
  return last.conditions[0].evaluator.params;
};

test.each(alertRules.filter(({ limits }) => limits.length > 0).map((rule) => [rule.uid, rule] as const))(
  "%s fires at the figures of its limits and no others",
  (_, rule) => {
    expect([...figures(rule)].sort((a, b) => a - b)).toEqual(
      rule.limits.map(({ value }) => value).sort((a, b) => a - b),
    );
  },
);

describe("a notification leads to the panel that shows what alarmed", () => {
  const files = dashboards() as Readonly<Record<string, FileDashboard>>;
  const rules = Object.values(alertingFiles())
    .flatMap((text) => parse(text)?.groups ?? [])
    .flatMap(({ rules }: { rules: readonly FileRule[] }) => rules);

  const says = ({ description = "" }: FilePanel, value: number) =>
    new RegExp(`[≤≥] ${RegExp.escape(String(value))}(?![\\d.])`).test(description);

  test.each(rules.map((rule) => [rule.uid, rule] as const))(
    "%s",
    (uid, { dashboardUid, panelId, annotations, data }) => {
      const own = alertRules.find((rule) => rule.uid === uid)!;
      const asked = data.flatMap(({ model }) => ("query" in model ? [model.query] : []));
      const quantity = quantityOfField(/"([^"]+)"/.exec(asked[0]!)![1]!)!;
      for (const [language, twin] of Object.entries({ zh: "", en: "-en" })) {
        const uid = `${dashboardUid}${twin}`;
        const panel = panelsOf(files[`dashboards/${language}/${uid}.json`]!).find(({ id }) => id === panelId)!;
        const shown = quantitiesOf((panel.targets ?? []).map(({ query }) => query));
        if (dashboardUid !== "weir-point") expect(shown).toContain(quantity);
        else expect(annotations[`panel_url_${language}`]).toMatch(new RegExp(`&var-field=${quantity}$`));
        for (const limit of own.limits)
          expect([limit.id, drawsAll(panel, quantity, [limit]) || says(panel, limit.value)]).toEqual([limit.id, true]);
        expect(annotations[`panel_url_${language}`]).toMatch(`d/${uid}?viewPanel=${panelId}{{ with .Labels.site }}`);
      }
      expect(annotations).toMatchObject({ __dashboardUid__: dashboardUid, __panelId__: String(panelId) });
    },
  );

  test("a rule of what no board shows is named", () => {
    const rule = alertRules.find(({ uid }) => uid === "weir-flat-ph")!;
    const steps = JSON.parse(JSON.stringify(rule.steps).replaceAll('\\"ph\\"', '\\"phosphene\\"'));
    expect(faultsOfRules([{ ...rule, steps }])).toContainEqual(expect.stringMatching(/on no panel of any board/));
  });
});

test("a figure that nobody has confirmed says so where people meet it: in its alert, in panels, and in the list", () => {
  const doubtful = limitsInForce(choices.asOf).filter(({ unconfirmed }) => unconfirmed !== undefined);
  expect(doubtful.length).toBeGreaterThan(0);
  const panels = Object.values(dashboards() as Readonly<Record<string, FileDashboard>>).flatMap(panelsOf);
  for (const limit of doubtful) {
    const told = panels.filter(
      ({ description = "", targets = [] }) =>
        quantitiesOf(targets.map(({ query }) => query)).has(limit.quantity) &&
        /⚠ (Not confirmed|未核实)/.test(description),
    );
    expect([limit.id, told.length > 1]).toEqual([limit.id, true]);
    for (const rule of alertRules.filter(({ limits }) => limits.includes(limit))) {
      expect(fileRule(rule).annotations.text_zh).toContain(`⚠ 未核实：${limit.unconfirmed!.zh}`);
      expect(written["../docs/alerts.md"]).toMatch(new RegExp(`${rule.uid}.*⚠ Not confirmed`));
    }
  }
});

test("every limit in force is a rule's, or the page says why it has none", () => {
  const used = new Set(alertRules.flatMap(({ limits }) => limits.map(({ id }) => id)));
  const conditional = [
    "operator/lamp/power_factor/low",
    "operator/lamp/active_power/dark",
    "operator/lamp/active_power/burning",
  ];
  for (const limit of limitsInForce(choices.asOf))
    expect([limit.id, used.has(limit.id)]).toEqual([
      limit.id,
      whyNoRule(limit) === undefined || conditional.includes(limit.id),
    ]);
});

test("every runbook belongs to a rule, but for instruments that no profile knows yet", () => {
  const used = new Set(alertRules.map(({ runbook }) => runbook.id));
  expect(Object.keys(runbooks).filter((id) => !used.has(id))).toEqual(["scene", "leak"]);
});

test("receivers that a city may leave out are in no file that Grafana loads", () => {
  const loaded = Object.entries(alertingFiles()).filter(([path]) => /\.(ya?ml|json)$/.test(path));
  for (const [, text] of loaded) expect(text).not.toMatch(/DINGTALK|WECOM/);
});

describe("a rule with a fault is refused, and named", () => {
  const good = alertRules.find(({ uid }) => uid.startsWith("weir-river-codmn"))!;
  const faults = (over: Partial<AlertRule>) => faultsOfRules([{ ...good, ...over }]);
  const steps = (change: (text: string) => string) => ({ steps: JSON.parse(change(JSON.stringify(good.steps))) });

  test.each<[string, Partial<AlertRule>, RegExp]>([
    ["no runbook", { runbook: undefined as never }, /weir-river-codmn-III: has no runbook; say in runbooks.ts/],
    ["an empty runbook", { runbook: { ...good.runbook, means: { en: "", zh: "有" } } }, /has no runbook/],
    ["steps in one language", { runbook: { ...good.runbook, check: { en: ["a"], zh: [] } } }, /not the same steps/],
    ["neither limit nor source", { limits: [] }, /neither a limit nor a source/],
    ["a long uid", { uid: `weir-${"x".repeat(40)}` }, /45 characters; Grafana takes 40/],
    ["a strange duration", { for: "5 min" }, /for 5 min is no duration/],
    ["a dollar in a title", { title: { zh: "价 $1", en: "price" } }, /"\$" in "价 \$1/],
    ["silence as an alarm", { noData: "Alerting" }, /takes silence for an alarm/],
    [
      "a dashboard's variable",
      steps((text) => text.replace("AND ", "AND \\\"site\\\" = '$site' AND ")),
      /has a variable that no rule replaces/,
    ],
    [
      "a field that is not there",
      steps((text) => text.replace('last(\\"codmn', 'last(\\"codnm')),
      /selects codnm, which is no field/,
    ],
    [
      "two fields",
      steps((text) => text.replace('last(\\"codmn\\")', 'last(\\"codmn\\"), last(\\"cod\\")')),
      /exactly one field/,
    ],
    ["fill(null)", steps((text) => text.replace("fill(none)", "fill(null)")), /must end in GROUP BY/],
    ["nulls that spread", steps((text) => text.replace("dropNN", "strict")), /use dropNN/],
    ["a short look back", steps((text) => text.replace('"from":900', '"from":120')), /looks back 120 s/],
    [
      "another data source",
      steps((text) => text.replace('"datasourceUid":"weir"', '"datasourceUid":"x"')),
      /asks data source x/,
    ],
    [
      "a step that is not there",
      steps((text) => text.replace('"expression":"B"', '"expression":"Z"')),
      /reads Z, which is not a step/,
    ],
  ])("%s", (_, over, what) => {
    expect(faults(over)).toContainEqual(expect.stringMatching(what));
  });

  test("two rules of one uid", () => {
    expect(faultsOfRules([good, good])).toContainEqual(expect.stringMatching(/uid stands twice/));
  });

  test("a second policy tree, an unknown contact point, an unknown mute time", () => {
    const [tree] = policies as [(typeof policies)[number]];
    expect(faultsOfNotification([tree, tree])).toEqual([expect.stringMatching(/2 policy trees/)]);
    expect(
      faultsOfNotification([{ ...tree, routes: [{ receiver: "nobody", mute_time_intervals: ["never"] }] }]),
    ).toEqual([expect.stringMatching(/names nobody/), expect.stringMatching(/names mute time never/)]);
  });
});

test("a limit that a standard has changed changes the rule", () => {
  const pm25 = alertRules.find(({ uid }) => uid === "weir-air-pm25-II-day")!;
  expect(figures(pm25)).toEqual([(pm25.limits[0] as Limit).value]);
  expect(figures(pm25)).toEqual([60]);
});
