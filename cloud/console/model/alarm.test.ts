import { expect, test } from "vitest";
import type { Alarm } from "../../api/answers.ts";
import { orderAlarms, severityOf } from "./alarm.ts";

const alarm = (id: number, change: Partial<Alarm>): Alarm => ({
  id, state: "unack_active", fingerprint: String(id), startedAt: id, endedAt: null, heardAt: id, rule: "", site: "", device: "", domain: "",
  severity: "warning", title: { en: "", zh: "" }, text: { en: "", zh: "" }, values: {}, links: {}, acknowledged: null, ...change,
}); // biome-ignore format: a literal

test("what is active, grave and unseen stands first, then the newest", () => {
  const alarms = [
    alarm(1, { state: "rtn_unack", severity: "critical", endedAt: 5 }),
    alarm(2, {}),
    alarm(3, { state: "ack_active", acknowledged: { by: "a", at: 4, comment: "" } }),
    alarm(4, {}),
    alarm(5, { severity: "critical" }),
    alarm(6, { severity: "info" }),
  ];
  expect(orderAlarms(alarms).map(({ id }) => id)).toEqual([5, 4, 2, 3, 6, 1]);
});

test("a severity that nobody knows is none, not the gravest and not left out", () => {
  expect([
    severityOf({ severity: "critical" }),
    severityOf({ severity: "page" }),
    severityOf({ severity: "" }),
  ]).toEqual(["critical", "none", "none"]);
});
