import type { AlertingFile } from "./file.ts";

/** Contact point that people are reached by, and the one that only keeps a record in the cloud. */
export const receivers = { people: "weir", record: "weir-record" } as const;

/** Variables of the environment and files that the contact points need; Grafana does not start without them. */
export const needed = {
  environment: {
    WEIR_CLOUD_URL: "where the cloud's API answers Grafana: http://cloud:8080",
    WEIR_ALERT_EMAIL: "who gets mail, separated by semicolons; needs Grafana's own SMTP settings to be sent",
  },
  files: {
    "/run/secrets/webhook-secret":
      "what the webhook signs with; the cloud reads the same in alarms.webhook_secret_file",
  },
} as const;

/** Signed as cloud/alarms/signature.ts believes it: HMAC-SHA256 over time and body. */
function webhook(uid: string) {
  return {
    uid,
    type: "webhook",
    settings: {
      url: "$WEIR_CLOUD_URL/api/v1/grafana/notifications",
      httpMethod: "POST",
      maxAlerts: 0,
      hmacConfig: {
        secret: "$__file{/run/secrets/webhook-secret}",
        header: "X-Grafana-Alerting-Signature",
        timestampHeader: "X-Grafana-Alerting-Timestamp",
      },
    },
  } as const;
}

const texts = { title: '{{ template "weir.title" . }}', message: '{{ template "weir.message" . }}' };

export const contactPoints: NonNullable<AlertingFile["contactPoints"]> = [
  {
    orgId: 1,
    name: receivers.people,
    receivers: [
      webhook("weir-webhook"),
      {
        uid: "weir-email",
        type: "email",
        settings: { addresses: "$WEIR_ALERT_EMAIL", singleEmail: false, subject: texts.title, message: texts.message },
      },
    ],
  },
  { orgId: 1, name: receivers.record, receivers: [webhook("weir-record-webhook")] },
];

/**
 * Receivers that a city adds by renaming a file to `.yaml`: Grafana joins contact points of one name. They are not among the loaded
 * files, because a receiver with an empty address keeps Grafana from starting.
 */
export const optional: Readonly<Record<string, { readonly needs: string; readonly file: AlertingFile }>> = {
  dingtalk: {
    needs:
      "DINGTALK_WEBHOOK_URL, the address of a group robot. Grafana cannot sign: secure the robot by the keyword Weir or by IP",
    file: added("weir-dingtalk", "dingding", {
      url: "$DINGTALK_WEBHOOK_URL",
      msgType: "actionCard",
      title: `Weir ${texts.title}`,
      message: texts.message,
    }),
  },
  wecom: {
    needs: "WECOM_WEBHOOK_URL in its environment, the address of a group robot",
    file: added("weir-wecom", "wecom", { url: "$WECOM_WEBHOOK_URL", msgtype: "markdown", ...texts }),
  },
};

function added(uid: string, type: "dingding" | "wecom", settings: Readonly<Record<string, string>>): AlertingFile {
  return { apiVersion: 1, contactPoints: [{ orgId: 1, name: receivers.people, receivers: [{ uid, type, settings }] }] };
}

/** One tree: Grafana keeps only the last. Danger is told at once and again every hour; the rest waits for its neighbours. */
export const policies: NonNullable<AlertingFile["policies"]> = [
  {
    orgId: 1,
    receiver: receivers.people,
    group_by: ["grafana_folder", "alertname", "site"],
    group_wait: "30s",
    group_interval: "5m",
    repeat_interval: "12h",
    routes: [
      {
        object_matchers: [["severity", "=", "critical"]],
        group_wait: "5s",
        group_interval: "1m",
        repeat_interval: "1h",
      },
      { receiver: receivers.record, object_matchers: [["severity", "=", "info"]], repeat_interval: "24h" },
      { object_matchers: [["period", "=", "daytime"]], mute_time_intervals: ["weir-night"] },
      { object_matchers: [["period", "=", "night"]], mute_time_intervals: ["weir-daytime"] },
    ],
  },
];

/** Day and night of GB 3096: the limit of the one says nothing in the other. */
export const muteTimes: NonNullable<AlertingFile["muteTimes"]> = [
  mute("weir-daytime", [["06:00", "22:00"]]),
  mute("weir-night", [
    ["00:00", "06:00"],
    ["22:00", "24:00"],
  ]),
];

function mute(name: string, times: readonly (readonly [string, string])[]) {
  const hours = times.map(([start_time, end_time]) => ({ start_time, end_time }));
  return { orgId: 1, name, time_intervals: [{ times: hours, location: "Asia/Shanghai" }] } as const;
}

/** What every message says: first Chinese, then English. Without `$`, which Grafana would take for a variable of the environment. */
export const templates: NonNullable<AlertingFile["templates"]> = [
  {
    orgId: 1,
    name: "weir",
    template: `{{ define "weir.title" -}}
{{ if gt (len .Alerts.Firing) 0 }}[告警 {{ len .Alerts.Firing }}] {{ end }}{{ if gt (len .Alerts.Resolved) 0 }}[恢复 {{ len .Alerts.Resolved }}] {{ end }}{{ .CommonLabels.alertname }}{{ with .CommonLabels.site }} @ {{ . }}{{ end }}
{{- end }}

{{ define "weir.alert" -}}
{{ if eq .Status "firing" }}告警 | Firing{{ else }}恢复 | Resolved{{ end }} [{{ .Labels.severity }}] {{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}
{{ .Annotations.title_zh }}
{{ .Annotations.title_en }}
{{ if eq .Status "firing" }}{{ .Annotations.text_zh }}
{{ .Annotations.text_en }}
{{ end }}{{ with .Annotations.panel_url_zh }}图表: {{ . }}
{{ end }}{{ with .Annotations.panel_url_en }}Panel: {{ . }}
{{ end }}{{ with .Annotations.runbook_url }}处置 | Runbook: {{ . }}
{{ end }}
{{- end }}

{{ define "weir.message" -}}
{{ range .Alerts }}{{ template "weir.alert" . }}
{{ end }}
{{- end }}
`,
  },
];
