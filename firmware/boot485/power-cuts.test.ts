import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

type Result = {
  readonly runs: number;
  readonly rows: readonly { readonly confirmed: number; readonly back: number }[];
  readonly wrong: readonly unknown[];
};

/** In a Node of its own: without what a test runner adds to every call it is three times as fast. */
async function sweep(...options: readonly string[]): Promise<Result> {
  const run = promisify(execFile)(process.execPath, [join(import.meta.dirname, "sweep.ts"), "--json", ...options]);
  const { stdout } = await run.catch((error: { stdout: string; stderr: string }) => {
    if (error.stdout === "") throw error;
    return error;
  });
  return JSON.parse(stdout) as Result;
}

test("wherever power fails in an update, the node ends up running what it should, and can be reached and updated again", async () => {
  const { runs, rows, wrong } = await sweep("--runs", "80", "--every", "5", "--again", "20");
  expect(wrong).toEqual([]);
  expect(runs).toBeGreaterThan(180);
  expect(rows.reduce((sum, { confirmed }) => sum + confirmed, 0)).toBeGreaterThan(50);
  expect(rows.reduce((sum, { back }) => sum + back, 0)).toBeGreaterThan(50);
}, 300_000);
