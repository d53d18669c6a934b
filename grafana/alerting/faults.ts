import { quantityOfField } from "./choices.ts";
import type { AlertingFile, FileRule, Policy, Step } from "./file.ts";
import { contactPoints, muteTimes, optional, policies } from "./notify.ts";
import { panelOf } from "./panel.ts";
import { type AlertRule, datasource, fileRule } from "./rule.ts";

/** All that is wrong with rules, one sentence each, beginning with the rule's uid: what Grafana would refuse, and what would keep it from firing. */
export function faultsOfRules(rules: readonly AlertRule[]): readonly string[] {
  const twice = (of: (rule: AlertRule) => string, what: string) =>
    rules
      .filter((rule, n) => rules.findIndex((other) => of(other) === of(rule)) < n)
      .map((rule) => `${rule.uid}: ${what} stands twice: ${of(rule)}`);
  return [
    ...twice(({ uid }) => uid, "uid"),
    ...twice(({ title }) => title.zh, "title"),
    ...twice(({ title }) => title.en, "title"),
    ...rules.flatMap(faultsOf),
  ];
}

const duration = /^(0s|[1-9]\d*[smh])$/;

function faultsOf(rule: AlertRule): readonly string[] {
  const faults: string[] = [];
  const say = (what: string) => faults.push(`${rule.uid}: ${what}`);
  if (
    !rule.runbook ||
    [rule.runbook.id, rule.runbook.means.en, rule.runbook.means.zh].some((text) => text.trim() === "")
  )
    say("has no runbook; say in runbooks.ts what it means and what to check first");
  else if (rule.runbook.check.en.length === 0 || rule.runbook.check.en.length !== rule.runbook.check.zh.length)
    say(`runbook ${rule.runbook.id} has not the same steps in both languages, or none`);
  if (rule.limits.length === 0 && rule.source.trim() === "")
    say("has neither a limit nor a source; say where its figure comes from");
  if (!/^weir-[A-Za-z0-9_-]+$/.test(rule.uid) || rule.uid.length > 40)
    say(`a uid of ${rule.uid.length} characters; Grafana takes 40 letters, digits, - and _`);
  if (rule.title.zh.trim() === "" || rule.title.en.trim() === "") say("has no title in both languages");
  if (!duration.test(rule.for)) say(`for ${rule.for} is no duration; write 0s, 5m or 1h`);
  if (!panelOf(rule)) say("is on no panel of any board, so its notification leads nowhere; see grafana/boards");
  if (!rule.runbook) return faults;
  const file = fileRule(rule);
  if (file.title.length > 190) say(`a title of ${file.title.length} characters; Grafana takes 190`);
  for (const text of [file.title, ...Object.values(file.labels), ...Object.values(file.annotations)])
    if (text.includes("$"))
      say(`"$" in ${JSON.stringify(text.slice(0, 60))} would be taken for a variable of the environment`);
  for (const label of ["domain", "severity"]) if (!file.labels[label]) say(`has no label ${label}`);
  if (file.noDataState !== "OK" && rule.uid !== "weir-dead-man")
    say("takes silence for an alarm; only the dead man's rule may");
  return [...faults, ...faultsOfSteps(file)];
}

function faultsOfSteps({ uid, data, condition }: FileRule): readonly string[] {
  const faults: string[] = [];
  const known = new Set<string>();
  for (const step of data) {
    const { model, refId } = step;
    const say = (what: string) => faults.push(`${uid}: step ${refId} ${what}`);
    if (known.has(refId)) say("stands twice");
    if (model.refId !== refId) say(`has a model of ${model.refId}`);
    if ("query" in model) faults.push(...faultsOfQuery(step).map((what) => `${uid}: step ${refId} ${what}`));
    else for (const of of referredBy(model)) if (!known.has(of)) say(`reads ${of}, which is not a step before it`);
    if ("type" in model && model.type === "reduce" && model.settings.mode !== "dropNN")
      say("lets one null make a whole series null; use dropNN");
    known.add(refId);
  }
  // Grafana may ask one data source once for all, with the range of the first query.
  const ranges = data.filter(({ model }) => "query" in model).map(({ relativeTimeRange }) => relativeTimeRange.from);
  if (new Set(ranges).size > 1)
    faults.push(`${uid}: its queries look back ${ranges.join(" and ")} s; Grafana takes the first for all`);
  if (data.at(-1)?.refId !== condition) faults.push(`${uid}: its condition ${condition} is not its last step`);
  return faults;
}

function referredBy(model: Exclude<Step["model"], { query: string }>): readonly string[] {
  return model.type === "math"
    ? [...model.expression.matchAll(/\$([A-Z]\w*)/g)].map((match) => match[1]!)
    : [model.expression];
}

/** Longest period at which a shipped profile reports a value that does not move. */
const heartbeatS = 600;

function faultsOfQuery({ datasourceUid, relativeTimeRange, model }: Step): readonly string[] {
  if (!("query" in model)) return [];
  const faults: string[] = [];
  const { query } = model;
  const select = /^SELECT (.+) FROM "(\w+)" WHERE \$timeFilter/.exec(query);
  if (datasourceUid !== datasource) faults.push(`asks data source ${datasourceUid}; there is only ${datasource}`);
  if (!select) return [...faults, 'is not SELECT … FROM "measurement" WHERE $timeFilter …'];
  if (!query.endsWith('GROUP BY time($__interval), "site", "device" fill(none)'))
    faults.push("must end in GROUP BY time($__interval), site, device, fill(none)");
  const strange = query.replaceAll("$timeFilter", "").replaceAll("$__interval", "");
  if (strange.includes("$")) faults.push("has a variable that no rule replaces");
  if ((select[1]!.match(/"/g) ?? []).length !== 2)
    faults.push("must select exactly one field: Grafana tells series apart by tags alone");
  const field = /"([^"]+)"/.exec(select[1]!)?.[1] ?? "";
  if (quantityOfField(field) === undefined) faults.push(`selects ${field}, which is no field of the vocabulary`);
  if (relativeTimeRange.from < 300 || (relativeTimeRange.from < heartbeatS && !/derivative/.test(query)))
    faults.push(
      `looks back ${relativeTimeRange.from} s, less than the ${heartbeatS} s after which every value is reported`,
    );
  if (model.intervalMs * 3 > relativeTimeRange.from * 1000) faults.push("has fewer than three buckets");
  return faults;
}

/** What is wrong between contact points, the policy tree and mute times. */
export function faultsOfNotification(tree: NonNullable<AlertingFile["policies"]> = policies): readonly string[] {
  const faults: string[] = [];
  if (tree.length !== 1) faults.push(`${tree.length} policy trees; Grafana keeps the last one only`);
  const names = contactPoints.map(({ name }) => name);
  const uids = [...contactPoints, ...Object.values(optional).flatMap(({ file }) => file.contactPoints ?? [])].flatMap(
    ({ name, receivers }) => {
      if (!names.includes(name)) faults.push(`contact point ${name} has no route`);
      return receivers.map(({ uid }) => uid);
    },
  );
  for (const uid of new Set(uids.filter((uid, n) => uids.indexOf(uid) < n)))
    faults.push(`receiver ${uid} stands twice`);
  const visit = (policy: Policy): void => {
    if (policy.receiver !== undefined && !names.includes(policy.receiver))
      faults.push(`a policy names ${policy.receiver}, which is no contact point`);
    for (const mute of policy.mute_time_intervals ?? [])
      if (muteTimes.every(({ name }) => name !== mute))
        faults.push(`a policy names mute time ${mute}, which is not there`);
    for (const route of policy.routes ?? []) visit(route);
  };
  for (const policy of tree) visit(policy);
  return faults;
}
