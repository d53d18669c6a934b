import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { expect, onTestFinished, test } from "vitest";
import { openDirectory } from "../ingest/directory-book.ts";
import { openLedger } from "../ledger/book.ts";
import { runCommand } from "./command.ts";

/** A cloud that ran once, with its readings in InfluxDB, and a backup of it. */
async function backedUp() {
  const folder = mkdtempSync(join(tmpdir(), "weir-backup-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "cloud.yaml");
  writeFileSync(file, "data: data\nstore: { influx: { url: http://127.0.0.1:1, version: '1' } }\n");
  const ledger = join(folder, "data", "cloud.db");
  openLedger({ file: ledger, clock: virtualClock() }).close();
  openDirectory({ file: ledger, clock: virtualClock() }).close();
  const told: string[] = [];
  const terminal = { out: (line: string) => void told.push(line), err: (line: string) => void told.push(line) };
  const weirCloud = async (...args: readonly string[]) => {
    told.length = 0;
    const code = await runCommand(args, terminal);
    return { code, told: told.join("\n") };
  };
  const backup = join(folder, "backup");
  expect(await weirCloud("backup", file, backup, "--json")).toMatchObject({ code: 0 });
  return { folder, file, ledger, backup, weirCloud };
}

test("a backup made by a newer version, of another store, or with a file of another name is refused before anything is touched", async () => {
  const { file, folder, ledger, backup, weirCloud } = await backedUp();
  const path = join(backup, "manifest.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  const before = readFileSync(ledger);
  for (const [change, why] of [
    [{ format: 2 }, "newer weir-cloud"],
    [{ store: "sqlite" }, "whose store is sqlite"],
    [{ files: [{ ...manifest.files[0], name: "../../etc/passwd" }] }, "is not a manifest"],
    [{ files: [{ ...manifest.files[0], bytes: 1 }] }, "SHA-256 differs"],
  ] as const) {
    writeFileSync(path, JSON.stringify({ ...manifest, ...change }));
    expect(await weirCloud("restore", file, backup)).toMatchObject({ code: 1, told: expect.stringContaining(why) });
  }
  expect(readFileSync(ledger)).toEqual(before);
  expect(readdirSync(folder).some((name) => name.startsWith("before-restore"))).toBe(false);
});

test("a restore moves aside what is there, and a backup that fails leaves no folder behind", async () => {
  const { file, folder, ledger, backup, weirCloud } = await backedUp();
  writeFileSync(ledger, "damaged");
  expect(await weirCloud("restore", file, backup)).toMatchObject({ code: 0 });
  const [aside] = readdirSync(join(folder, "data")).filter((name) => name.startsWith("before-restore"));
  expect(readFileSync(join(folder, "data", aside!, "cloud.db"), "utf8")).toBe("damaged");
  const restored = openLedger({ file: ledger, clock: virtualClock() });
  expect(restored.gateways()).toEqual([]);
  restored.close();
  rmSync(join(folder, "data"), { recursive: true });
  mkdirSync(join(folder, "data"));
  const failed = await weirCloud("backup", file, join(folder, "second"));
  expect(failed).toMatchObject({ code: 1, told: expect.stringContaining("has this cloud ever run?") });
  expect(existsSync(join(folder, "second"))).toBe(false);
});

test("without a folder both say what is missing", async () => {
  const { file, weirCloud } = await backedUp();
  for (const verb of ["backup", "restore"])
    expect(await weirCloud(verb, file)).toMatchObject({ code: 2, told: expect.stringContaining("takes") });
});
