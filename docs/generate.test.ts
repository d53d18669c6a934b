import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { generated } from "./generate.ts";

test.each(Object.keys(generated).map((file) => [basename(file), file]))(
  "docs/generated/%s is fresh (else: npm run docs)",
  (_, file) => {
    expect(existsSync(file) && readFileSync(file, "utf8")).toBe(generated[file]);
  },
);

test("nothing lies in docs/generated that nothing writes", () => {
  const found = globSync("*", { cwd: join(import.meta.dirname, "generated") });
  expect(found.sort()).toEqual(
    Object.keys(generated)
      .map((file) => basename(file))
      .sort(),
  );
});

test.each(["edge.md", "cloud.md"])("%s says what every field means", (name) => {
  const page = generated[Object.keys(generated).find((file) => basename(file) === name)!]!;
  expect(page.split("\n").filter((line) => line.startsWith("| `") && line.endsWith("|  |"))).toEqual([]);
});
