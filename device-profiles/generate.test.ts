import { expect, test } from "vitest";
import { generated } from "./generate.ts";

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
