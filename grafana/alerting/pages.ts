import { objects } from "@weir/alarms/limits/limit.ts";
import { limits, limitsInForce, nextChange } from "@weir/alarms/limits.ts";
import { doubtsOf } from "../limit.ts";
import { choices } from "./choices.ts";
import { alertRules } from "./files.ts";
import { whyNoRule } from "./limit-rules.ts";
import { type AlertRule, unitOf } from "./rule.ts";
import { runbooks } from "./runbooks.ts";

const head = "<!-- Written by `npm run docs`; do not edit. -->\n";

/** docs/runbooks.md: what each alert means and what to check first. */
export function runbooksPage(): string {
  const chapters = Object.values(runbooks).map(({ id, name, means, check }) => {
    const rules = alertRules.filter(({ runbook }) => runbook.id === id);
    const list = (steps: readonly string[]) => steps.map((step, n) => `${n + 1}. ${step}`).join("\n");
    const names = [...new Set(rules.map(({ uid }) => `\`${uid}\``))].join(" ");
    return `## ${name.zh} · ${name.en}\n\n${means.zh}\n\n${list(check.zh)}\n\n${means.en}\n\n${list(check.en)}\n\n告警 | Alerts: ${names === "" ? "no known instrument has it yet" : names}\n`;
  });
  return `${head}\n# Runbooks · 处置手册\n\nWhat an alert means and what to check first. Every notification carries its own; the list of alerts: [alerts.md](alerts.md).\n\n${chapters.join("\n")}`;
}

/** docs/alerts.md: every rule with its limit, source, and the fault it was seen firing on. */
export function alertsPage(seen: Readonly<Record<string, string>>): string {
  const rows = alertRules.map((rule) => {
    const figures = rule.limits.map(({ side, value, quantity }) =>
      `${side === "max" ? "≤" : "≥"} ${value} ${unitOf(quantity)}`.trim(),
    );
    return `| \`${rule.uid}\` | ${rule.title.zh} · ${rule.title.en} | ${rule.severity} | ${figures.join(", ")} | ${rule.for} | ${[sourceOf(rule), ...doubtsOf(rule.limits, "en")].join(" ")} | ${seen[rule.uid] ?? ""} |`;
  });
  const without = Map.groupBy(
    limitsInForce(choices.asOf).filter((limit) => whyNoRule(limit) !== undefined),
    (limit) => `${objects[limit.object].en} · ${objects[limit.object].zh}: ${whyNoRule(limit)}`,
  );
  const reasons = [...without].map(
    ([reason, group]) =>
      `| ${reason} | ${[...new Set(group.map(({ quantity }) => quantity))].map((name) => `\`${name}\``).join(" ")} |`,
  );
  const date = new Date(choices.asOf).toISOString().slice(0, 10);
  return `${head}
# Alerts · 告警

${alertRules.length} rules, from the limits in force on ${date} (${limits.length} figures in \`alarms/limits.ts\`). They are to be generated anew on ${nextChange(choices.asOf)}, when a limit changes.
They are provisioned from \`grafana/provisioning/alerting/\`; a city sets its classes and areas in \`grafana/alerting/choices.ts\` and runs \`npm run docs\`.

Every rule was seen firing just beyond its figure, and quiet just within it, on silence, on readings without a value and, where it matters, in the deadband, on series that the
cloud's writer stored in InfluxDB 1.6.7, and in 2.8.0 (\`npm run test:influx\`): \`WEIR_PEERS=1 npx vitest run e2e/alerts.peers.test.ts\`. What evaluates there is ours (\`grafana/alerting/evaluate.ts\`), not Grafana itself.
The last column says what each was seen on besides, from the instrument to the database: faults and weather in the simulated city (\`e2e/alerts-city.peers.test.ts\`), and what happens to gateways,
to their network and to the cloud (\`e2e/alerts-fleet.peers.test.ts\`), while neighbours stay quiet.

| Rule | 名称 · Title | Severity | Limit | For | Source | Seen firing on |
|---|---|---|---|---|---|---|
${rows.join("\n")}

## Limits without a rule

| Why | Quantities |
|---|---|
${reasons.join("\n")}
`;
}

function sourceOf({ limits, source }: AlertRule): string {
  const standards = limits.map((limit) =>
    limit.standard === "operator" ? limit.source : `${limit.standard} ${limit.clause}`,
  );
  return [...new Set(standards), ...(source === "" ? [] : [source])].join("; ");
}
