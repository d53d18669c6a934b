import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nextChange } from "@weir/alarms/limits.ts";
import { expect, test } from "vitest";
import { type FileDashboard, faultsOfDashboards } from "./check/lint.ts";
import { dashboards, generated } from "./generate.ts";
import { asOf } from "./limit.ts";

const files = dashboards() as Readonly<Record<string, FileDashboard>>;

test("every generated file is fresh (else: npm run docs)", () => {
  for (const [path, text] of Object.entries(generated())) {
    const file = join(import.meta.dirname, path);
    expect(existsSync(file) && readFileSync(file, "utf8") === text, path).toBe(true);
  }
});

test("no dashboard lies there that nothing writes: Grafana would show it for ever", () => {
  const found = globSync("dashboards/**/*.json", { cwd: import.meta.dirname });
  expect(found.sort()).toEqual(Object.keys(files).sort());
});

test("dashboards keep every rule", () => {
  expect(faultsOfDashboards(files)).toEqual([]);
});

test("the limits on the boards hold until a day that is still to come", () => {
  expect(new Date(`${nextChange(asOf) ?? "9999-12-31"}T00:00+08:00`).getUTCFullYear()).toBeGreaterThan(2029);
});
