import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { type LabelContent, textOf } from "./label.ts";
import { writeLabels } from "./write.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "weir-labels-"));
afterAll(() => rmSync(folder, { recursive: true }));

const contents: readonly LabelContent[] = [
  { serial: 100_231, profile: "pipe/weir-level", point: "WELL-017" },
  { serial: 4_294_967_294, profile: "pipe/weir-pressure", point: "TZ-RIVER-EAST-0017/(a)\\" },
  { serial: 1, profile: "air/weir-air" },
];

const readCode = async (picture: string) => (await run("zbarimg", ["-q", "--raw", picture])).stdout.trim();

test("ZBar reads the code of every label's picture", async () => {
  const files = writeLabels(join(folder, "labels.png"), contents);
  expect(await Promise.all(files.map(readCode))).toEqual(contents.map(textOf));
});

test("QPDF finds no fault in the pages, Poppler draws them, ZBar reads them, and their text is text", async () => {
  const [file] = writeLabels(join(folder, "labels.pdf"), contents) as [string];
  await run("qpdf", ["--check", file]);
  await run("pdftoppm", ["-r", "300", "-png", file, join(folder, "page")]);
  const pages = readdirSync(folder).filter((name) => name.startsWith("page"));
  const codes = await Promise.all(pages.sort().map((name) => readCode(join(folder, name))));
  expect(codes).toEqual(contents.map(textOf));
  const { stdout } = await run("pdftotext", ["-layout", file, "-"]);
  for (const line of ["WELL-017", "SN 100231", "pipe/weir-level", "TZ-RIVER-EAST-0017/(a)\\", "SN 4294967294"])
    expect(stdout).toContain(line);
});
