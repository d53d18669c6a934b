import { z } from "zod";
import type { Both, Notice } from "./alarms.ts";

/** What is taken of a notification, what of it is only Grafana's test button, and what is wrong with the rest, by place. */
export type Read = {
  readonly notices: readonly Notice[];
  readonly tests: number;
  readonly faults: readonly { readonly where: string; readonly message: string }[];
};

const texts = z.record(z.string(), z.string()).default({});
const link = z
  .string()
  .nullish()
  .transform((url) => (url && /^https?:$/.test(URL.parse(url)?.protocol ?? "") ? url : undefined));
const moment = z.string().transform((text, context) => {
  const at = Date.parse(text);
  if (Number.isNaN(at)) context.addIssue("is not an ISO 8601 time");
  return at;
});

/**
 * One alert of Grafana's webhook, https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 * Other keys are let through unread: they differ between Grafana's versions.
 */
const alert = z.object({
  status: z.enum(["firing", "resolved"]),
  labels: texts,
  annotations: texts,
  startsAt: moment,
  endsAt: moment.optional(),
  fingerprint: z.string().min(1).max(100),
  values: z.record(z.string(), z.unknown()).nullish(),
  dashboardURL: link,
  panelURL: link,
  generatorURL: link,
  silenceURL: link,
});

/** Longer texts than a page and a line of a database carry well are cut. */
const mostCharacters = 2000;
const mostAlerts = 10_000;

/** Reads the body of a notification. A faulty alert costs itself alone. Pure. */
export function readNotification(body: unknown): Read {
  const list = z.object({ alerts: z.array(z.unknown()).max(mostAlerts) }).safeParse(body);
  if (!list.success)
    return { notices: [], tests: 0, faults: [{ where: "body.alerts", message: "is not a list of alerts" }] };
  const notices: Notice[] = [];
  const faults: Read["faults"][number][] = [];
  let tests = 0;
  for (const [index, input] of list.data.alerts.entries()) {
    const read = alert.safeParse(input);
    if (read.success) {
      if (isTest(read.data.labels)) tests += 1;
      else notices.push(noticeOf(read.data));
    } else
      for (const { path, message } of read.error.issues)
        faults.push({ where: ["body.alerts", index, ...path].map(String).join("."), message });
  }
  return { notices, tests, faults };
}

/** What the Test button of a contact point sends: it would stay active for ever. */
function isTest(labels: Readonly<Record<string, string>>): boolean {
  return labels.alertname === "TestAlert" && labels.instance === "Grafana";
}

function noticeOf({
  status,
  labels,
  annotations,
  startsAt,
  endsAt,
  fingerprint,
  values,
  ...urls
}: z.output<typeof alert>): Notice {
  const name = labels.rulename ?? labels.alertname ?? fingerprint;
  const links = {
    dashboard: urls.dashboardURL,
    // Our rules' own link has the device chosen; Grafana's has not.
    panel: link.parse(annotations.panel_url_zh) ?? urls.panelURL,
    rule: urls.generatorURL,
    silence: urls.silenceURL,
    runbook: link.parse(annotations.runbook_url),
  };
  return {
    fingerprint,
    status,
    startedAt: startsAt,
    ...(status === "resolved" && { endedAt: Math.max(startsAt, endsAt ?? startsAt) }),
    rule: line(name),
    site: line(labels.site),
    device: line(labels.device),
    domain: line(labels.domain),
    severity: line(labels.severity),
    title: both(annotations, "title", annotations.summary ?? name),
    text: both(annotations, "text", annotations.description ?? ""),
    values: Object.fromEntries(
      Object.entries(values ?? {}).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    ),
    links: Object.fromEntries(Object.entries(links).filter(([, url]) => url !== undefined)),
  };
}

/** `<key>_zh` and `<key>_en` where there are such; else both halves of `中文 | English`, or the same text twice. */
function both(annotations: Readonly<Record<string, string>>, key: string, fallback: string): Both {
  const halves = fallback.split(" | ");
  const [zh, en] = halves.length === 2 ? (halves as [string, string]) : [fallback, fallback];
  return { zh: cut(annotations[`${key}_zh`] ?? zh), en: cut(annotations[`${key}_en`] ?? en) };
}

function cut(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= mostCharacters ? trimmed : `${trimmed.slice(0, mostCharacters - 1)}…`;
}

/** One line, without what cannot be part of a name in the store. */
function line(text = ""): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .replace(/\\+$/, "")
    .trim()
    .slice(0, 200);
}
