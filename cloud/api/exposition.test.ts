import { expect, test } from "vitest";
import { formatMetrics } from "./exposition.ts";

test("a label value with quotes, backslashes and line ends stays one label value", () => {
  const labels = { site: 'a"b\\c\nd' };
  const metrics = [{ name: "m", help: "Of a test.", type: "gauge" as const, series: [{ labels, value: 1.5 }] }];
  expect(formatMetrics(metrics)).toBe('# HELP m Of a test.\n# TYPE m gauge\nm{site="a\\"b\\\\c\\nd"} 1.5\n');
});

test("a metric of which nothing is known is left out rather than told as zero", () => {
  expect(formatMetrics([{ name: "m", help: "Of a test.", type: "gauge", series: [] }])).toBe("");
});
