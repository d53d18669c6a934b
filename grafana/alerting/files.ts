import { stringify } from "yaml";
import type { AlertingFile, RuleGroup } from "./file.ts";
import { limitRules } from "./limit-rules.ts";
import { contactPoints, muteTimes, optional, policies, templates } from "./notify.ts";
import { type AlertRule, fileRule } from "./rule.ts";
import { watchRules } from "./watch-rules.ts";

/** Every rule, in the order of the files. */
export const alertRules: readonly AlertRule[] = [...limitRules(), ...watchRules()];

/** Title of the folder in Grafana. A "/" would nest. */
export const folder = "Weir 告警 Alerts";

/**
 * Uids of rules that were once shipped. Grafana keeps a rule that leaves the file; only a delete by uid removes it. Never take one out.
 */
const retired: readonly string[] = [];

/** Seconds between two evaluations of a group, as Go writes it. */
const intervals: Readonly<Record<string, string>> = { air: "5m" };

/** Path below grafana/ → text. Deterministic. */
export function alertingFiles(rules: readonly AlertRule[] = alertRules): Readonly<Record<string, string>> {
  const groups = Map.groupBy(rules, ({ group }) => group);
  const files: Record<string, AlertingFile> = {
    "contact-points.yaml": { apiVersion: 1, contactPoints, templates },
    "policies.yaml": { apiVersion: 1, policies, muteTimes },
  };
  for (const [name, members] of groups)
    files[`rules-${name}.yaml`] = { apiVersion: 1, groups: [groupOf(name, members)] };
  if (retired.length > 0)
    files["retired.yaml"] = { apiVersion: 1, deleteRules: retired.map((uid) => ({ orgId: 1, uid })) };
  const loaded = Object.entries(files).map(([name, file]) => [`provisioning/alerting/${name}`, textOf(file)] as const);
  const examples = Object.entries(optional).map(
    ([name, { needs, file }]) =>
      [
        `provisioning/alerting/${name}.yaml.example`,
        textOf(file, `Rename to ${name}.yaml to use it. Needs ${needs}.`),
      ] as const,
  );
  return Object.fromEntries([...loaded, ...examples]);
}

function groupOf(name: string, rules: readonly AlertRule[]): RuleGroup {
  return {
    orgId: 1,
    name: `weir-${name}`,
    folder,
    interval: intervals[name] ?? "1m",
    rules: rules.map(fileRule),
  };
}

function textOf(file: AlertingFile, note?: string): string {
  const head = `# Written by \`npm run docs\` from grafana/alerting/; do not edit.\n${note === undefined ? "" : `# ${note}\n`}`;
  const text = stringify(file, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
  return head + text.replaceAll(/^(\s*- )=$/gm, '$1"="'); // parsers of YAML 1.1 take a bare = for a type of its own
}
