import { join } from "node:path";
import { chance } from "@weir/simulators/world/chance.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { statusOf } from "./ask.ts";
import { layOutCity } from "./city-under-test.ts";
import { drain } from "./drain.ts";
import { compare, lockStore, readOracle, readStore } from "./oracle.ts";

const seed = Number(process.env.WEIR_SEED ?? 20261122);
const rounds = 30;
const never = new AbortController().signal;

test(`after ${rounds} SIGKILLs at random moments the store holds every appended sample once, unaltered (WEIR_SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const city = await layOutCity({
    buses: [
      "yinjiang-station",
      "waterworks-pumps",
      "waterworks-intake",
      "park-mast",
      "drainage",
      "street-lights",
      "gas-station",
      "kerb",
    ],
    every: "100ms",
    healthEvery: "1h",
    speed: 3600,
    gatewayCommand: [join(import.meta.dirname, "oracle-gateway.ts")],
  });
  onTestFinished(city.end);
  onTestFailed(() => console.error(city.tell()));
  const { gateways, names } = city;
  const victims = [...names, "cloud"];
  const storeFile = join(city.folder, "cloud", "readings.db");
  const kills = new Map<string, number>();
  let draws = 0;
  const draw = () => chance(seed, draws++);

  for (const name of names) city.start(name);
  for (const gateway of gateways)
    await city.until(`${gateway.gateway} has a receipt`, async () => (await statusOf(gateway)).uplink.receipts > 0);
  for (let round = 0; round < rounds; round++) {
    const victim = victims[Math.floor(draw() * victims.length)]!;
    const whileOthersStart = draw() < 0.25;
    if (!whileOthersStart) await city.running(...names);
    // A store that is slow: a receipt that does not wait for it would be a lie when the cloud dies now.
    const store = victim === "cloud" && draw() < 0.5 ? lockStore(storeFile) : undefined;
    await systemClock.sleep(100 + 500 * draw(), never);
    await city.kill(victim);
    store?.close();
    city.start(victim);
    kills.set(victim, (kills.get(victim) ?? 0) + 1);
  }

  await city.running(...names);
  const records = await drain(city);
  const oracle = readOracle(gateways);
  expect(oracle.doubled).toEqual([]);
  expect(records.stored).toBeGreaterThanOrEqual(oracle.records);
  for (const name of ["cloud", "simulator"]) expect(await city.stop(name)).toBe(0);

  const store = readStore(storeFile);
  expect(compare(oracle, store)).toEqual({ missing: [], altered: [], invented: [] });
  expect(oracle.promised.size).toBeGreaterThan(1000);
  const underway = oracle.begun.size - oracle.promised.size;
  console.info({ kills: Object.fromEntries(kills), promised: oracle.promised.size, underway, ...records });
});
