import type { Alarm } from "../../api/answers.ts";

export type Severity = "critical" | "warning" | "info" | "none";
const severities: readonly Severity[] = ["critical", "warning", "info", "none"];

/** How grave an alarm is, in the words of the rules; none for a word that they do not have. */
export function severityOf({ severity }: Pick<Alarm, "severity">): Severity {
  return severities.find((each) => each === severity) ?? "none";
}

export function isActive({ state }: Pick<Alarm, "state">): boolean {
  return state === "unack_active" || state === "ack_active";
}

/** Active before over, then by gravity, not acknowledged before acknowledged, the newest first. */
export function orderAlarms(alarms: readonly Alarm[]): readonly Alarm[] {
  const rank = (alarm: Alarm) => [
    isActive(alarm) ? 0 : 1,
    severities.indexOf(severityOf(alarm)),
    alarm.acknowledged === null ? 0 : 1,
    -alarm.startedAt,
  ];
  return [...alarms].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left.map((value, index) => value - right[index]!).find((difference) => difference !== 0) ?? 0;
  });
}
