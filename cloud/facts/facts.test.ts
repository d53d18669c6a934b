import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { ownGateway, sample, t0, testbed } from "../ingest/testbed.ts";
import { openMemoryStore } from "../store/memory.ts";
import type { Store } from "../store/store.ts";
import { startFacts } from "./write.ts";

const minuteMs = 60_000;
/** The first full minute of the testbed's clock. */
const firstMinute = Math.ceil(t0 / minuteMs) * minuteMs;

async function factsOf(bed: Awaited<ReturnType<typeof testbed>>, store: Pick<Store, "write"> = bed.store) {
  let up = 0;
  const facts = startFacts({
    ...bed,
    store,
    host: "weir-cloud",
    stats: bed.ingest.stats,
    process: { memoryUsage: (() => ({ rss: 5e7 })) as never, uptime: () => (up += 60) },
    log: pino({ level: "silent" }),
  });
  const close = () => facts.close();
  onTestFinished(close);
  const written = (device: string, at?: number) =>
    Object.fromEntries(
      bed.store
        .points()
        .filter((point) => point.device === device && (at === undefined || point.at === at))
        .filter(({ at }) => at % minuteMs === 0)
        .map(({ metric, value }) => [metric, value]),
    );
  return { facts, written };
}

test("each minute says of a gateway what the ledger knows, and of a device whether it is there and how old its data is", async () => {
  const bed = await testbed();
  const { written } = await factsOf(bed);
  const gateway = ownGateway();
  await bed.say(...gateway.birth());
  await bed.say(...gateway.deviceBirth("probe-1", "water-quality"));
  await bed.say(...gateway.record(1, "probe-1", [sample("ph", 7.1)]));
  await bed.say(...gateway.record(1, "probe-1", [sample("ph", 7.1)]));
  await bed.say(...gateway.record(4, "probe-1", [sample("turbidity", null, t0 + 5000)]));
  await bed.clock.advance(2 * minuteMs);
  const at = firstMinute + minuteMs;
  expect(written("gw-1", at)).toEqual({
    gateway_online: 1,
    records_stored: 2,
    records_missing: 2,
    records_rejected: 0,
    records_gone: 0,
    records_unaccounted: 0,
    records_duplicated: expect.any(Number),
    oldest_missing_age: (at - t0) / 1000,
    messages_unusable: 0,
    clock_offset: 0,
    data_age: (at - t0) / 1000,
  });
  expect(written("probe-1", at)).toEqual({ device_online: 1, data_age: (at - t0) / 1000 });
});

test("what is dead or has never spoken since has a value too: silence is a number", async () => {
  const bed = await testbed();
  const { written } = await factsOf(bed);
  const gateway = ownGateway();
  await bed.say(...gateway.birth());
  await bed.say(...gateway.deviceBirth("probe-1", "water-quality"));
  await bed.say(...gateway.death());
  await bed.clock.advance(60 * minuteMs);
  const at = firstMinute + 59 * minuteMs;
  expect(written("gw-1", at)).toMatchObject({ gateway_online: 0 });
  expect(written("probe-1", at)).toEqual({ device_online: 0, data_age: (at - t0) / 1000 });
});

test("a device whose newest readings are all bad does not answer, though its gateway is there, until one has a value again", async () => {
  const bed = await testbed();
  const { written } = await factsOf(bed);
  const gateway = ownGateway();
  await bed.say(...gateway.birth());
  await bed.say(...gateway.deviceBirth("probe-1", "water-quality"));
  await bed.say(...gateway.record(1, "probe-1", [sample("ph", 7.1), sample("turbidity", 3)]));
  await bed.say(...gateway.record(2, "probe-1", [sample("ph", null, t0 + 5000), sample("turbidity", null, t0 + 5000)]));
  await bed.clock.advance(2 * minuteMs);
  expect(written("probe-1", firstMinute + minuteMs)).toMatchObject({ device_online: 0 });
  await bed.say(...gateway.record(3, "probe-1", [sample("turbidity", 3, t0 + 2 * minuteMs)]));
  await bed.clock.advance(minuteMs);
  expect(written("probe-1", firstMinute + 2 * minuteMs)).toMatchObject({ device_online: 1 });
});

test("the cloud's own figures stand under one device named like the host", async () => {
  const bed = await testbed();
  const { written } = await factsOf(bed);
  const gateway = ownGateway();
  await bed.say(...gateway.birth());
  await bed.clock.advance(minuteMs);
  await bed.say(...gateway.record(1, null, [sample("uptime", 60), sample("cpu_load", 3)]));
  await bed.clock.advance(minuteMs);
  expect(written("weir-cloud", firstMinute + minuteMs)).toMatchObject({
    ingest_points: 2,
    ingest_rate: 2 / 60,
    ingest_rejected: 0,
    store_available: 1,
    store_write_time: 0,
    facts_lost: 0,
    process_memory: 5e7,
    gateways_total: 1,
    gateways_offline: 0,
  });
});

test("a store that is away loses the facts of those minutes, counted, and nothing of them is kept", async () => {
  const bed = await testbed();
  const { facts, written } = await factsOf(bed);
  await bed.clock.advance(minuteMs);
  bed.store.trouble = new Error("away");
  await bed.clock.advance(60 * minuteMs);
  expect(facts.lost()).toBe(60);
  bed.store.trouble = undefined;
  const before = bed.store.points().length;
  await bed.clock.advance(minuteMs);
  expect(written("weir-cloud")).toMatchObject({ facts_lost: 60 });
  const perMinute = bed.store.points().length - before;
  expect(perMinute).toBeLessThan(20);
});

test("a store that never answers is asked once, not once a minute", async () => {
  const bed = await testbed();
  let asked = 0;
  let answer = (_: { rejected: [] }) => {};
  const { facts } = await factsOf(bed, {
    write: () => {
      asked++;
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  });
  await bed.clock.advance(10 * minuteMs);
  expect(asked).toBe(1);
  answer({ rejected: [] });
  await bed.clock.advance(1000);
  expect(facts.lost()).toBeGreaterThan(8);
  const closed = facts.close();
  answer({ rejected: [] });
  await closed;
});

test("facts are nobody's readings: after a restart the latest values hold none", async () => {
  const bed = await testbed({ store: openMemoryStore() });
  await factsOf(bed);
  const gateway = ownGateway();
  await bed.say(...gateway.birth());
  await bed.say(...gateway.deviceBirth("probe-1", "water-quality"));
  await bed.say(...gateway.record(1, "probe-1", [sample("ph", 7.1)]));
  await bed.clock.advance(2 * minuteMs);
  await bed.end();
  const again = await testbed({ folder: bed.folder, store: bed.store });
  expect(again.latest.all().map(({ device, metric }) => [device, metric])).toEqual([["probe-1", "ph"]]);
});

test("each hour the rates of the days that changed are written at the day's start, of devices and of gateways over them", async () => {
  const bed = await testbed();
  const { facts } = await factsOf(bed);
  const gateway = ownGateway();
  await bed.say(...gateway.birth());
  await bed.say(...gateway.deviceBirth("probe-1", "water-quality"));
  for (let n = 0; n < 7; n++) {
    await bed.say(...gateway.record(n + 1, "probe-1", [sample("ph", n === 0 ? null : 7, bed.clock.now())]));
    await bed.clock.advance(10 * minuteMs);
  }
  const at = bed.days.dates().at(-1)!.start;
  const rates = () =>
    bed.store
      .points()
      .filter(({ metric }) => metric === "completeness" || metric === "validity")
      .map(({ device, kind, metric, value, at }) => [device, kind, metric, at, value]);
  const [valid] = bed.store.points().filter(({ metric }) => metric === "validity");
  expect(valid?.value).toBeGreaterThan(70);
  expect(valid?.value).toBeLessThan(90);
  expect(rates()).toEqual([
    ["probe-1", "water-quality", "completeness", at, 100],
    ["probe-1", "water-quality", "validity", at, valid?.value],
    ["gw-1", "gateway", "completeness", at, 100],
    ["gw-1", "gateway", "validity", at, valid?.value],
  ]);
  expect(facts.lost()).toBe(0);
});

test("rates that the store did not take are written an hour later", async () => {
  const bed = await testbed();
  await factsOf(bed);
  const gateway = ownGateway();
  await bed.say(...gateway.birth());
  await bed.say(...gateway.record(1, "probe-1", [sample("ph", 7)]));
  await bed.clock.advance(minuteMs);
  bed.store.trouble = new Error("away");
  await bed.clock.advance(70 * minuteMs);
  bed.store.trouble = undefined;
  expect(bed.store.points().some(({ metric }) => metric === "completeness")).toBe(false);
  await bed.clock.advance(60 * minuteMs);
  expect(bed.store.points().some(({ metric }) => metric === "completeness")).toBe(true);
});
