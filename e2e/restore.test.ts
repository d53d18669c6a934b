import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "@weir/cloud/admin/command.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ledgerOf } from "./ask.ts";
import { type CityUnderTest, layOutCity } from "./city-under-test.ts";
import { drain } from "./drain.ts";
import type { Gateway } from "./layout.ts";
import { compare, readOracle, readStore } from "./oracle.ts";

let city: CityUnderTest;
beforeAll(async () => {
  city = await layOutCity({
    buses: ["park-mast"],
    every: "200ms",
    healthEvery: "1s",
    speed: 3600,
    gatewayCommand: [join(import.meta.dirname, "oracle-gateway.ts")],
  });
});
afterAll(() => city.end());

async function weirCloud(verb: string, ...more: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
  const code = await runCommand([verb, join(city.folder, "cloud", "cloud.yaml"), ...more], terminal);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

test("a cloud is backed up under load, destroyed and restored: gateways go on, what had no receipt is all there, and what was confirmed after the backup is named", async () => {
  for (const name of city.names) city.start(name);
  const stored = async (gateway: Gateway) => (await ledgerOf(city, gateway))[0]?.stored ?? 0;
  const gateways = city.gateways;
  for (const gateway of gateways) await city.until("readings", async () => (await stored(gateway)) > 20);

  const backup = join(city.folder, "backup");
  expect(await weirCloud("restore", backup)).toMatchObject({
    code: 1,
    err: expect.stringContaining("holds no backup"),
  });
  expect(await weirCloud("backup", backup)).toMatchObject({ code: 0 });
  expect(await weirCloud("backup", backup)).toMatchObject({ code: 1, err: expect.stringContaining("not empty") });
  for (const gateway of gateways) {
    const before = await stored(gateway);
    await city.until("readings after the backup", async () => (await stored(gateway)) > before + 20);
  }
  expect(await weirCloud("restore", backup)).toMatchObject({ code: 1, err: expect.stringContaining("is in use") });

  await city.kill("cloud");
  const data = join(city.folder, "cloud");
  for (const name of readdirSync(data).filter((each) => each !== "cloud.yaml")) rmSync(join(data, name));
  const ledger = join(backup, "cloud.db");
  const whole = readFileSync(ledger);
  writeFileSync(
    ledger,
    whole.map((byte, at) => (at === 5000 ? byte ^ 1 : byte)),
  );
  expect(await weirCloud("restore", backup)).toMatchObject({ code: 1, err: expect.stringContaining("SHA-256") });
  writeFileSync(ledger, whole);
  expect(readdirSync(data)).toEqual(["cloud.yaml"]);
  expect(await weirCloud("restore", backup)).toMatchObject({ code: 0 });

  city.start("cloud");
  await city.running("cloud");
  await drain(city);
  const verdict = compare(readOracle(gateways), readStore(join(data, "readings.db")));
  expect(verdict).toMatchObject({ altered: [], invented: [] });
  expect(verdict.missing.length).toBeGreaterThan(0);
  for (const gateway of gateways) {
    const [epoch] = await ledgerOf(city, gateway);
    expect(epoch).toMatchObject({ missing: 0, gone: 0, restored: { storeKept: false } });
    expect(epoch!.unbacked).toBeGreaterThan(10);
    // Everything that is not in the store is of a record that the ledger names.
    const named = readOracle([gateway], ({ offset }) => epoch!.goneRanges.some(([a, b]) => offset >= a && offset <= b));
    expect(verdict.missing.filter((key) => !named.promised.has(key))).toEqual([]);
  }
}, 120_000);
