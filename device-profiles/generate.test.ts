import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generated } from "./generate.ts";

test.each(Object.entries(generated()))(
  "docs/generated/%s is fresh (else: node device-profiles/generate.ts)",
  (name, text) => {
    const file = join(import.meta.dirname, "../docs/generated", name);
    expect(existsSync(file) && readFileSync(file, "utf8")).toBe(text);
  },
);

test("the reference page tells every field of a point with its default", () => {
  const page = generated()["profiles.md"]!;
  expect(page).toContain('| `points[].at.order` | `ABCD`, `CDAB`, `BADC`, `DCBA` | `"ABCD"` |');
  expect(page).toContain('| `timeout` | duration | `"1s"` |');
  expect(page).toContain("| `light/eastron-sdm630` | Three-phase power meter SDM630 | 三相电能表 SDM630 |");
});

test("every field has a description", () => {
  const fields = generated()
    ["profiles.md"]!.split("## Instruments")[0]!
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(fields.length).toBeGreaterThan(60);
  expect(fields.filter((line) => line.endsWith("|  |"))).toEqual([]);
});
