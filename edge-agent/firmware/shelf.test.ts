import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Job, openShelf } from "./shelf.ts";

const root = mkdtempSync(join(tmpdir(), "weir-shelf-"));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = () => join(root, String(folders++));

const job: Job = {
  ...{
    device: "well",
    what: "WEIR-LEVEL 1.2.0, hardware revision 1",
    version: "1.2.0",
    manifest: "ab",
    kind: "weir/1/0",
  },
  ...{ by: "cloud", acceptedAt: 1000, since: 2000, bundle: "{}", progress: { state: "staged", fault: "none" } },
};

describe("the shelf of updates", () => {
  test("gives back after a restart what was put there", () => {
    const folder = newFolder();
    const shelf = openShelf(folder);
    expect([shelf.jobs(), shelf.memory()]).toEqual([[], { rotations: [], floors: {} }]);
    shelf.keep(job);
    shelf.keep({ ...job, device: "well.2" });
    shelf.remember({ rotations: [], floors: { "weir/1/0": "1.2.0" } });
    const again = openShelf(folder);
    expect(again.jobs()).toEqual([{ ...job, device: "well.2" }, job]);
    expect(again.memory().floors).toEqual({ "weir/1/0": "1.2.0" });
    expect(statSync(join(folder, "well.update.json")).mode & 0o777).toBe(0o600);
  });

  test("forgets a write that a power cut has torn, and keeps what was there before", () => {
    const folder = newFolder();
    openShelf(folder).keep(job);
    writeFileSync(join(folder, "well.update.json.new"), '{"device":"we');
    expect(openShelf(folder).jobs()).toEqual([job]);
    expect(existsSync(join(folder, "well.update.json.new"))).toBe(false);
  });

  test("names the file that nobody can read", () => {
    const folder = newFolder();
    const shelf = openShelf(folder);
    writeFileSync(join(folder, "memory.json"), "\0\0\0");
    expect(() => shelf.memory()).toThrow(/memory\.json: cannot be read .*; move it away to begin anew/);
  });
});
