import { DataType } from "@weir/wire/sparkplug/payload.ts";
import { describe, expect, test } from "vitest";
import { openMemoryStore } from "../store/memory.ts";
import type { LatestPoint } from "./latest.ts";
import { ownGateway, sample, t0, testbed } from "./testbed.ts";

describe("the directory", () => {
  test("knows a gateway and its devices by their births, with kind, model and profile", async () => {
    const { say, directory, clock } = await testbed();
    const gateway = ownGateway();
    let told = 0;
    const unwatch = directory.watch(() => told++);
    say(...gateway.birth(3));
    const ph = { name: "ph", datatype: DataType.Double, timestamp: t0, isNull: true };
    say(...gateway.deviceBirth("sonde", "water-quality", [ph]));
    await clock.advance(200);
    const now = { since: t0, lastMessageAt: t0, online: true };
    expect(directory.sites()).toEqual(["east"]);
    expect(directory.gateways()).toEqual([
      {
        ...{ site: "east", gateway: "gw-1", ...now, bdSeq: 3, own: true, faults: {}, devices: ["gw-1", "sonde"] },
        clockOffsetMs: 0,
      },
    ]);
    const about = { kind: "water-quality", model: "X1", profile: "acme-x1" };
    expect(directory.devices()).toEqual([
      { site: "east", gateway: "gw-1", device: "gw-1", kind: "gateway", ...now, knownSince: t0, metrics: [] },
      { site: "east", gateway: "gw-1", device: "sonde", ...about, ...now, knownSince: t0, metrics: ["ph"] },
    ]);
    expect(told).toBe(1);
    unwatch();
  });

  test("knows what people call a gateway and a device, and forgets it when a later birth no longer says it", async () => {
    const first = await testbed();
    const gateway = ownGateway();
    const [house, bridge] = [
      { en: "Gate house", zh: "闸房" },
      { en: "Stone bridge", zh: "石桥" },
    ];
    first.say(...gateway.birth(1, house));
    first.say(...gateway.deviceBirth("sonde", "water-quality", [], bridge));
    await first.end();
    const { say, directory } = await testbed({ folder: first.folder });
    const titles = () => [directory.gateways()[0], ...directory.devices()].map((entry) => entry?.title);
    expect(titles()).toEqual([house, house, bridge]);
    say(...gateway.birth(2));
    say(...gateway.deviceBirth("sonde", "water-quality"));
    expect(titles()).toEqual([undefined, undefined, undefined]);
  });

  test("a device's death takes the device offline, a gateway's death all of its devices, and a stale death nothing", async () => {
    const { say, directory, clock } = await testbed();
    const gateway = ownGateway();
    const online = () => [...directory.gateways(), ...directory.devices()].map((entry) => entry.online);
    say(...gateway.birth(1));
    say(...gateway.deviceBirth("a", "x"));
    say(...gateway.deviceBirth("b", "x"));
    expect(online()).toEqual([true, true, true, true]);
    await clock.advance(1000);
    say(...gateway.deviceDeath("a"));
    expect(online()).toEqual([true, false, true, true]);
    say(...gateway.death(0));
    expect(online()).toEqual([true, false, true, true]);
    say(...gateway.death(1));
    expect(online()).toEqual([false, false, false, false]);
    expect(directory.gateways()[0]).toMatchObject({ since: t0 + 1000 });
  });

  test("survives a restart, all offline until something is heard", async () => {
    const first = await testbed();
    const gateway = ownGateway();
    first.say(...gateway.birth(1));
    first.say(...gateway.deviceBirth("sonde", "water-quality"));
    const before = first.directory.devices();
    await first.end();
    const second = await testbed({ folder: first.folder });
    expect(second.directory.devices()).toEqual(before.map((device) => ({ ...device, online: false })));
    expect(second.directory.isOnline("east", "gw-1")).toBe(false);
    second.say(...gateway.birth(2));
    expect(second.directory.isOnline("east", "gw-1")).toBe(true);
  });

  test("history of a dead device does not bring it to life, a live reading does", async () => {
    const { say, directory } = await testbed();
    const gateway = ownGateway();
    say(...gateway.birth());
    const online = () => directory.devices().find(({ device }) => device === "sonde")?.online;
    say(...gateway.record(1, "sonde", [sample("ph", 7)], { historical: true }));
    expect(online()).toBe(false);
    say(...gateway.record(2, "sonde", [sample("ph", 7)]));
    expect(online()).toBe(true);
  });

  test("when the broker is lost everything is offline and stale", async () => {
    const { say, directory, latest, receiver, clock } = await testbed();
    const gateway = ownGateway();
    say(...gateway.birth());
    say(...gateway.deviceBirth("sonde", "x"));
    say(...gateway.record(1, "sonde", [sample("ph", 7)]));
    await clock.advance(50);
    receiver.down();
    expect(directory.isOnline("east", "gw-1")).toBe(false);
    expect(latest.all()).toMatchObject([{ metric: "ph", stale: true }]);
  });
});

describe("latest values", () => {
  async function live() {
    const bed = await testbed();
    const gateway = ownGateway();
    bed.say(...gateway.birth());
    bed.say(...gateway.deviceBirth("sonde", "water-quality"));
    const changes: (readonly LatestPoint[])[] = [];
    bed.latest.watch((changed) => changes.push(changed));
    let offset = 0;
    const record = async (at: number, value: number | null, options = {}) => {
      bed.say(...gateway.record(offset++, "sonde", [sample("ph", value, at)], options));
      await bed.clock.advance(50);
    };
    return { ...bed, gateway, changes, record };
  }

  test("are what the store has confirmed, with the gateway and the time of arrival", async () => {
    const { record, latest, changes, store } = await live();
    await record(t0, 7.5);
    const point = { ...store.points()[0], gateway: "gw-1", receivedAt: t0 + 50, stale: false };
    expect(latest.all()).toEqual([point]);
    expect(latest.ofDevice("east", "sonde")).toEqual([point]);
    expect(latest.ofDevice("east", "nobody")).toEqual([]);
    expect(changes).toEqual([[point]]);
  });

  test("are never moved back by history, which is stored all the same", async () => {
    const { record, latest, store, changes } = await live();
    await record(t0, 7);
    await record(t0 - 5000, 1, { historical: true });
    await record(t0 - 4000, 2);
    expect(latest.all()).toMatchObject([{ at: t0, value: 7 }]);
    expect(changes).toHaveLength(1);
    expect(store.points()).toHaveLength(3);
  });

  test("a reading from a clock far ahead gives way to the next one that is right", async () => {
    const { record, latest } = await live();
    await record(t0 + 86_400_000, 99);
    await record(t0 + 1000, 7);
    expect(latest.all()).toMatchObject([{ at: t0 + 1000, value: 7 }]);
  });

  test("a bad reading is the latest too: it says that there is no value now", async () => {
    const { record, latest } = await live();
    await record(t0, 7);
    await record(t0 + 1000, null);
    expect(latest.all()).toMatchObject([{ at: t0 + 1000, value: null, quality: "bad" }]);
  });

  test("turn stale with the death of their device and fresh with its next reading", async () => {
    const { record, latest, say, gateway, changes } = await live();
    await record(t0, 7);
    say(...gateway.deviceDeath("sonde"));
    expect(latest.all()).toMatchObject([{ value: 7, stale: true }]);
    say(...gateway.deviceBirth("sonde", "water-quality"));
    await record(t0 + 1000, 8);
    expect(latest.all()).toMatchObject([{ value: 8, stale: false }]);
    expect(changes.map(([change]) => change?.stale)).toEqual([false, true, false]);
  });

  test("a batch with several readings of a series tells its watchers of the last only", async () => {
    const { say, gateway, changes, clock } = await live();
    say(...gateway.record(1, "sonde", [sample("ph", 1, t0), sample("ph", 2, t0 + 1), sample("turbidity", 3, t0)]));
    await clock.advance(50);
    expect(changes.map((points) => points.map(({ metric, value }) => [metric, value]))).toEqual([
      [
        ["ph", 2],
        ["turbidity", 3],
      ],
    ]);
  });

  test("after a restart are what the store holds, of the same gateway, stale until heard again", async () => {
    const store = openMemoryStore();
    const first = await testbed({ store });
    const gateway = ownGateway();
    first.say(...gateway.birth());
    first.say(...gateway.record(1, "sonde", [sample("ph", 7)]));
    await first.clock.advance(50);
    await first.end();
    const second = await testbed({ store, folder: first.folder });
    expect(second.latest.all()).toEqual([{ ...store.points()[0], gateway: "gw-1", receivedAt: t0, stale: true }]);
  });
});

test("what a person removes is forgotten, also after a restart, but not while it is online", async () => {
  const first = await testbed();
  const gateway = ownGateway();
  first.say(...gateway.birth());
  for (const device of ["sonde", "pump"]) first.say(...gateway.deviceBirth(device, "x"));
  expect(first.directory.forget("east", "sonde")).toEqual([]);
  first.say(...gateway.deviceDeath("sonde"));
  expect(first.directory.forget("east", "sonde").map(({ device }) => device)).toEqual(["sonde"]);
  expect(first.directory.forget("east", "gw-1")).toEqual([]);
  await first.end();
  const second = await testbed(first);
  expect(second.directory.devices().map(({ device }) => device)).toEqual(["gw-1", "pump"]);
  expect(second.directory.forget("east", "gw-1")).toHaveLength(2);
  await second.end();
  expect((await testbed(first)).directory.gateways()).toEqual([]);
});
