import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readNotification } from "./notification.ts";

const file = join(import.meta.dirname, "testdata", "grafana-notification.json");
const body = () => JSON.parse(readFileSync(file, "utf8")) as { alerts: Record<string, unknown>[] };
const changed = (change: Record<string, unknown>) => readNotification({ alerts: [{ ...body().alerts[0], ...change }] });

describe("a notification of Grafana", () => {
  test("tells each alert's place, texts in both languages, values and links", () => {
    expect(readNotification(body())).toEqual({
      tests: 0,
      faults: [],
      notices: [
        {
          fingerprint: "c6eadffa33fcdf37",
          status: "firing",
          startedAt: Date.UTC(2026, 4, 1, 8),
          rule: "水质 pH 越限 | pH out of range",
          site: "hailing-water",
          device: "zhoushan-ph",
          domain: "water",
          severity: "warning",
          title: { zh: "pH 越限：8.90", en: "pH out of range: 8.90" },
          text: { zh: "GB 3838-2002 表 1：6–9。", en: "GB 3838-2002 table 1: 6–9." },
          values: { B: 8.9, C: 1 },
          links: {
            dashboard: "http://grafana:3000/d/weir-water",
            panel: "http://grafana:3000/d/weir-water?viewPanel=12",
            rule: "http://grafana:3000/alerting/grafana/weir-water-ph/view?orgId=1",
            silence: "http://grafana:3000/alerting/silence/new?alertmanager=grafana",
            runbook: "https://weir.example.org/runbooks/ph",
          },
        },
        expect.objectContaining({ status: "resolved", endedAt: Date.UTC(2026, 4, 1, 7, 30), values: {} }),
      ],
    });
  });

  test("without texts of ours takes summary and description, halved at the bar", () => {
    expect(readNotification(body()).notices[1]).toMatchObject({
      title: { zh: "储罐高位", en: "Tank high" },
      text: { zh: "first line\nsecond line", en: "first line\nsecond line" },
    });
  });

  test("leads to the panel with the alert's device chosen, where the rule says so", () => {
    const [alert] = body().alerts;
    const own = "http://grafana:3000/d/weir-water?viewPanel=12&var-device=zhoushan-ph";
    const annotations = { panel_url_zh: own };
    expect(readNotification({ alerts: [{ ...alert, annotations }] }).notices[0]?.links.panel).toBe(own);
  });

  test("never gives a page a link that is not http", () => {
    expect(readNotification(body()).notices[1]?.links).toEqual({});
  });

  test("with a faulty alert keeps the others and names every fault by its place", () => {
    const { alerts } = body();
    const { notices, faults } = readNotification({
      alerts: [{ ...alerts[0], startsAt: "soon", fingerprint: "" }, alerts[1]],
    });
    expect(notices.map(({ fingerprint }) => fingerprint)).toEqual(["bc97ff14869b13e3"]);
    expect(faults.map(({ where }) => where)).toEqual(["body.alerts.0.startsAt", "body.alerts.0.fingerprint"]);
  });

  test("of the Test button is counted and not taken: nobody would ever end it", () => {
    expect(changed({ labels: { alertname: "TestAlert", instance: "Grafana" } })).toMatchObject({
      notices: [],
      tests: 1,
    });
  });

  test("without data says which rule, not DatasourceNoData", () => {
    const labels = { alertname: "DatasourceNoData", rulename: "pH" };
    expect(changed({ labels }).notices[0]?.rule).toBe("pH");
  });

  test("cannot break a name of the store or fill it", () => {
    const [notice] = changed({
      labels: { site: "a\nb\\", device: "d".repeat(900) },
      annotations: { summary: "x".repeat(9000) },
    }).notices;
    expect(notice).toMatchObject({ site: "a b", device: "d".repeat(200) });
    expect(notice?.title.zh).toHaveLength(2000);
  });

  test("of any shape at all never throws", () => {
    fc.assert(fc.property(fc.anything(), (input) => void readNotification(input)));
    fc.assert(fc.property(fc.array(fc.object()), (alerts) => void readNotification({ alerts })));
  });
});
