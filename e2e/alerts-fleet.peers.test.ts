/**
 * The rules of delivery, silence and data quality on the fault that each is there for: real gateways and a real cloud in virtual time, whose points
 * are then judged in Debian's influxd (or INFLUX_URL) as Grafana would, minute by minute. The neighbour to which nothing happens stays quiet.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreUnavailable } from "@weir/cloud/store/store.ts";
import { openTestInflux, type TestDatabase, type TestInflux } from "@weir/cloud/store/test-influx.ts";
import { readProfile } from "@weir/device-profiles/load.ts";
import { openDatabase } from "@weir/edge-agent/outbox/database.ts";
import { msOf, openRule } from "@weir/grafana/alerting/evaluate.ts";
import { alertRules } from "@weir/grafana/alerting/files.ts";
import { fileRule } from "@weir/grafana/alerting/rule.ts";
import { seenInFleet } from "@weir/grafana/alerting/seen.ts";
import { encodeRecord } from "@weir/wire/record.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askInflux } from "./ask-influx.ts";
import { type Fleet, startFleet } from "./fleet.ts";

const minute = 60_000;
const never = new AbortController().signal;
/** Midnight in Shanghai: a day that is young is soon incomplete. */
const start = Date.parse("2026-11-24T00:00:00+08:00");

const folder = mkdtempSync(join(tmpdir(), "weir-alerts-fleet-"));
const profileFile = join(folder, "probe.yaml");
writeFileSync(
  profileFile,
  `model: probe
vendor: test
names: { en: probe, zh: 探头 }
domain: water
kind: ph-probe
source: made for this test
protocol: modbus
every: 1m
points:
  - { quantity: ph, at: { table: holding, register: 0, type: u16 }, scale: 0.01, at_least_every: 1m }
  - { quantity: battery_level, at: { table: holding, register: 1, type: u16 }, at_least_every: 1m }
examples: [{ note: computed, registers: "holding 0000: 02 BC 00 5A", samples: { ph: 7, battery_level: 90 } }]
`,
);
const read = readProfile(profileFile);
const profile = "value" in read ? read.value : undefined;

/** A disk that takes nothing while it is full. */
const disk = { full: false };
const fullDisk: typeof openDatabase = (file, random) => {
  const database = openDatabase(file, random);
  return {
    ...database,
    transaction(counters, work) {
      database.transaction(counters, () => {
        work();
        if (disk.full) throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
      });
    },
  };
};

/** A record every few minutes of what is old. */
const slowly = { windowBytes: 256 * 1024, backlogBytesPerS: 0.5 };
const gateways = {
  well: {},
  silent: {},
  killed: {},
  slow: { limits: slowly },
  small: { limits: slowly, outbox: { limitBytes: 40_000 } },
  full: { outbox: { openFile: fullDisk, memoryBytes: 20_000 } },
  ahead: { clockAheadMs: 2 * minute },
  unsynchronised: {},
  crowded: {},
  refused: {},
  lost: { limits: slowly },
  garbled: {},
  flat: {},
};
type Name = keyof typeof gateways;

/** What happens to them. Every fault is on by minute 30; the cloud is killed at the end. */
async function live(fleet: Fleet<Name>): Promise<void> {
  const { clock, network, store } = fleet;
  const until = (minutes: number) => clock.advance(start + minutes * minute - clock.now());
  fleet.gateway("unsynchronised").machine.synchronised = false;
  await until(30);
  fleet.gateway("silent").slave.silent = true;
  network.cut("killed");
  await fleet.gateway("killed").kill();
  for (const name of ["slow", "small", "lost"]) network.cut(name);
  disk.full = true;
  fleet.gateway("crowded").machine.diskUsed = 95;
  fleet.gateway("flat").slave.holding.set(1, 15);
  await until(40);
  for (const name of ["slow", "lost"]) network.mend(name);
  await until(60);
  network.say("spBv1.0/fleet/DDATA/garbled/garbled-probe", Uint8Array.of(0xff, 0xff));
  await until(70);
  await fleet.loseDisk("lost");
  await until(80);
  store.trouble = new StoreUnavailable("away");
  await until(83);
  store.trouble = undefined;
  await until(105);
  network.mend("small");
  await until(121);
  await fleet.killCloud();
}

/** Rule → who it has to fire for, and when, in minutes. */
const seen: readonly (readonly [uid: string, device: string, minutes: number, fault: string])[] = [
  ["weir-gateway-device_online-away", "silent-probe", 60, "an instrument falls silent"],
  ["weir-gateway-data_age-silent", "silent-probe", 100, "an instrument falls silent"],
  ["weir-data-completeness-low", "killed-probe", 121, "a gateway is killed"],
  ["weir-gateway-gateway_online-away", "killed", 60, "a gateway is killed"],
  ["weir-gateway-records_missing-some", "slow", 60, "ten minutes without network, then a slow link"],
  ["weir-gateway-oldest_missing_age-old", "slow", 112, "ten minutes without network, then a slow link"],
  ["weir-gateway-outbox_oldest_age-old", "slow", 112, "ten minutes without network, then a slow link"],
  ["weir-gateway-outbox_fill-high", "small", 115, "75 minutes without network and an outbox that is too small"],
  ["weir-gateway-outbox_fill-full", "small", 115, "75 minutes without network and an outbox that is too small"],
  ["weir-more-records_gone", "small", 115, "75 minutes without network and an outbox that is too small"],
  ["weir-more-samples_dropped", "small", 115, "75 minutes without network and an outbox that is too small"],
  ["weir-gateway-outbox_degraded-degraded", "full", 60, "a gateway's disk takes nothing"],
  ["weir-gateway-clock_offset-off", "ahead", 60, "a gateway's clock is two minutes fast"],
  ["weir-clock_synchronised", "unsynchronised", 60, "a gateway without a time server"],
  ["weir-data-validity-low", "unsynchronised-probe", 121, "a gateway without a time server"],
  ["weir-gateway-disk_used-high", "crowded", 60, "a gateway's disk is 95 % full"],
  ["weir-gateway-battery_level-low", "flat-probe", 60, "an instrument's battery is at 15 %"],
  ["weir-more-records_rejected", "refused", 60, "the store refuses a field for its type"],
  ["weir-more-records_quarantined", "refused", 60, "the store refuses a field for its type"],
  ["weir-more-records_unaccounted", "lost", 100, "a gateway's disk is lost with records on it"],
  ["weir-more-messages_unusable", "garbled", 100, "a message that is no Sparkplug"],
  ["weir-more-facts_lost", "cloud-fleet", 100, "the database is away for three minutes"],
  ["weir-dead-man", "", 132, "the cloud is killed"],
  ["weir-gateway-store_available-away", "cloud-slow", 20, "a database that takes small writes only"],
  ["weir-gateway-ingest_pending-high", "cloud-slow", 20, "a database that takes small writes only"],
];

let influx: TestInflux;
let fleetData: TestDatabase;
let slowData: TestDatabase;

beforeAll(async () => {
  if (!profile) throw new Error("the probe's profile has faults");
  influx = await openTestInflux();
  [fleetData, slowData] = [await influx.create(), await influx.create()];
  const fleet = await startFleet<Name>({
    ...{ name: "fleet", startAt: start, profile, gateways },
    write: (well) => async (points, signal) => {
      const isRefused = (n: number) => points[n]!.device === "refused-probe" && points[n]!.metric === "ph";
      const refused = points.flatMap((_, n) => (isRefused(n) ? [n] : []));
      await well.write(
        points.filter((_, n) => !isRefused(n)),
        signal,
      );
      return { rejected: refused.map((index) => ({ index, reason: "field type conflict" })) };
    },
  });
  await live(fleet);
  await keep(fleetData, fleet);
  await fleet.end();

  // Many records wait at once; what is written by the minute is small.
  const slow = await startFleet<"flood">({
    ...{ name: "slow", startAt: start, profile },
    gateways: { flood: { limits: { windowBytes: 2 ** 24, mostBytes: 2 ** 24 } } },
    write: (well) => async (points, signal) => {
      if (points.length > 200) throw new StoreUnavailable("no answer within 10 s");
      return well.write(points, signal);
    },
  });
  const samples = Array.from({ length: 10_000 }, (_, n) => ({
    ...{ metric: "ph", at: start - 10_000 + n, value: n / 7, quality: "good" as const },
  }));
  await slow.clock.advance(minute);
  const body = encodeRecord(samples, { kind: "ph-probe" });
  for (let n = 0; n < 40; n++)
    void slow.gateway("flood").outbox.append({ device: "flood-probe", body, samples: samples.length });
  await slow.clock.advance(20 * minute);
  await keep(slowData, slow);
  await slow.end();
}, 300_000);

afterAll(async () => {
  await influx?.end();
  rmSync(folder, { recursive: true, force: true });
});

async function keep(database: TestDatabase, { store: memory }: Fleet<never>): Promise<void> {
  const store = database.open();
  const points = memory.points();
  for (let n = 0; n < points.length; n += 5000)
    expect(await store.write(points.slice(n, n + 5000), never)).toEqual({ rejected: [] });
  await store.close();
}

const ruleOf = (uid: string) => alertRules.find((rule) => rule.uid === uid)!;
const dataOf = (device: string) => (device === "cloud-slow" ? slowData : fleetData);

/** What a rule says of a device at a minute, held from before its `for`. */
async function stateOf(uid: string, device: string, minutes: number): Promise<string> {
  const rule = ruleOf(uid);
  const held = openRule(fileRule(rule), (query) => askInflux(dataOf(device).reader, query));
  const at = start + minutes * minute;
  let state = "no series";
  for (let now = at - msOf(rule.for); now <= at; now += minute) {
    const instances = await held.evaluate(now);
    state = instances.find(({ labels }) => (labels.device ?? "") === device)?.state ?? "no series";
  }
  return state;
}

test.each(seen)("%s fires for %s at minute %i: %s", async (uid, device, minutes) => {
  expect(await stateOf(uid, device, minutes)).toBe("Alerting");
});

const delivery = alertRules.filter(({ group, uid }) => group === "delivery" && !uid.startsWith("weir-flat"));

test.each(delivery.map(({ uid }) => [uid] as const))(
  "%s stays quiet before the fault, and for the neighbour all the time",
  async (uid) => {
    const rule = ruleOf(uid);
    const fired = new Set<string>();
    const held = openRule(fileRule(rule), (query) => askInflux(fleetData.reader, query));
    for (let now = 12; now <= 121; now += 3)
      for (const { labels, state } of await held.evaluate(start + now * minute)) {
        const { device = "the cloud" } = labels;
        // A day's figures bear its start and are known later.
        const usual = device === "well" || device === "well-probe" || (now <= 30 && rule.limits[0]?.object !== "data");
        const fromStart = /^(ahead|unsynchronised)/.test(device) || /^refused/.test(device);
        if (usual && !fromStart && state !== "Normal") fired.add(`${device} ${state} at ${now}`);
      }
    expect([...fired]).toEqual([]);
  },
);

test("every rule of delivery is seen here, and docs/alerts.md says on what", () => {
  expect(delivery.map(({ uid }) => uid).filter((uid) => seen.every(([each]) => each !== uid))).toEqual([]);
  expect(seenInFleet).toEqual(Object.fromEntries(seen.map(([uid, , , fault]) => [uid, fault])));
});
