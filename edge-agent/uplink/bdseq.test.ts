import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openBdSeq } from "./bdseq.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-bdseq-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("bdSeq starts at 0, goes on after a restart, and wraps after 255", () => {
  const file = join(folder, "bdseq");
  const first = openBdSeq(file);
  expect([first(), first(), first()]).toEqual([0, 1, 2]);
  const again = openBdSeq(file);
  expect(again()).toBe(3);
  for (let n = 4; n < 255; n++) again();
  expect([again(), again(), again()]).toEqual([255, 0, 1]);
});

test("a file of nonsense counts as none; a file that cannot be written does not keep bdSeq from counting", () => {
  const file = join(folder, "nonsense");
  writeFileSync(file, "999 bananas");
  expect(openBdSeq(file)()).toBe(0);
  const nowhere = openBdSeq(join(folder, "no", "such", "folder", "bdseq"));
  expect([nowhere(), nowhere()]).toEqual([0, 1]);
});
