/** Is the lint awake? Each of these faults, put into one good dashboard file, has to be named. */
import { expect, test } from "vitest";
import { dashboards } from "../generate.ts";
import { type FileDashboard, faultsOfDashboards } from "./lint.ts";

const good = dashboards() as Readonly<Record<string, FileDashboard>>;

/** All dashboards, with one text replaced, everywhere it stands, in the Chinese and English water board. */
function spoilt(from: string | RegExp, to: string): readonly string[] {
  let changes = 0;
  const files = Object.entries(good).map(([path, dashboard]) => {
    if (!path.includes("weir-water")) return [path, dashboard];
    const text = JSON.stringify(dashboard);
    const changed = text.replaceAll(from instanceof RegExp ? from : new RegExp(RegExp.escape(from), "g"), to);
    if (changed !== text) changes++;
    return [path, JSON.parse(changed)];
  });
  expect(changes).toBeGreaterThan(0);
  return faultsOfDashboards(Object.fromEntries(files));
}

test.each([
  [
    "a misspelt field",
    'mean(\\"ammonia_nitrogen\\")',
    'mean(\\"amonia_nitrogen\\")',
    /"amonia_nitrogen" is neither a tag nor a field/,
  ],
  ["a misspelt tag", '\\"device\\" =~', '\\"devise\\" =~', /"devise" is neither a tag nor a field of water/],
  [
    "a field of another domain",
    'mean(\\"codmn\\")',
    'mean(\\"pm25\\")',
    /"pm25" is neither a tag nor a field of water/,
  ],
  ["a misspelt measurement", 'FROM \\"water\\"', 'FROM \\"watter\\"', /measurement "watter" is no domain/],
  ["a misspelt variable", `\${device:regex}`, `\${devic:regex}`, /\$devic is not a variable/],
  [
    "a variable compared with =",
    `\\"site\\" =~ /^\${site:regex}$/`,
    "\\\"site\\\" = '$site'",
    /compares a variable with =/,
  ],
  ["no range", "$timeFilter AND ", "", /has no \$timeFilter/],
  [
    "a retention policy in FROM",
    'FROM \\"water\\"',
    'FROM \\"1h\\".\\"water\\"',
    /names a database or retention policy/,
  ],
  ["an unknown tier", '"policy":"1h"', '"policy":"1d"', /policy 1d is no tier/],
  ["a unit that Grafana does not know", '"unit":"celsius"', '"unit":"celcius"', /unit celcius is none of/],
  [
    "another quantity's unit",
    '"unit":"suffix:pH"',
    '"unit":"suffix:mg/L"',
    /unit suffix:mg\/L, but ph is in suffix:pH/,
  ],
  ["a wrong digit in a limit", /"value":1\.50000000\d*/g, '"value":15', /thresholds: 15 is no limit of/],
  [
    "a limit denied",
    "生活污水和化肥的先兆。",
    "没有限值。",
    /says that no limit applies, but ammonia_nitrogen has one/,
  ],
  ["steps that do not ascend", /"value":0\.50000\d*,/g, '"value":0.01,', /steps do not ascend/],
  ["a panel beyond the grid", '"w":16', '"w":32', /leaves the 24 columns/],
  ["panels over one another", '"y":1,', '"y":2,', /lies over panel/],
  ["another data source", '"uid":"weir"}', '"uid":"wier"}', /its data source is wier/],
  [
    "no description",
    /"description":"[^"]*虚线[^"]*"|"description":"The first sign[^"]*"/g,
    '"description":""',
    /has no description/,
  ],
  ["a title that asks nothing", "氨氮在哪一类？", "氨氮", /its title is no question/],
  [
    "a title that is cut",
    "Which class is ammonia nitrogen?",
    `Which class is ammonia nitrogen${" and so on".repeat(5)}?`,
    /its title is cut: 82 letters, and 65 fit/,
  ],
  ["Chinese in the English twin", "Which class is ammonia nitrogen?", "氨氮?", /in Chinese/],
  ["one uid twice", '"uid":"weir-water-en"', '"uid":"weir-water"', /two dashboards have this uid|has no English twin/],
  ["one title twice in a folder", '"title":"水环境"', '"title":"大气与噪声"', /two dashboards have this title/],
  [
    "a missing meaning of emptiness",
    '"noValue":"无数据"',
    '"noValues":"无数据"',
    /does not say what an empty panel shows/,
  ],
])("%s is named", (_, from, to, named) => {
  expect(spoilt(from, to).join("\n")).toMatch(named);
});

test("a quantity that no board asks for is named", () => {
  const { "dashboards/zh/weir-hazmat.json": _zh, "dashboards/en/weir-hazmat-en.json": _en, ...others } = good;
  expect(faultsOfDashboards(others)).toContainEqual(expect.stringMatching(/^radiation_dose_rate: on no dashboard/));
});

test("a dashboard without its twin, and twins that differ, are named", () => {
  const { "dashboards/en/weir-air-en.json": english, ...others } = good;
  expect(faultsOfDashboards(others)).toContain("weir-air: has no English twin");
  const shorter = { ...english!, panels: english!.panels.slice(1) };
  expect(
    faultsOfDashboards({
      ...others,
      "dashboards/en/weir-air-en.json": { ...shorter, panels: shorter.panels.slice(3) },
    }).join("\n"),
  ).toMatch(/weir-air: its English twin has other panels/);
});
