import { encodeReplyRecord } from "@weir/wire/record.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType } from "@weir/wire/sparkplug/payload.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "../store/store.ts";
import { ownGateway, sample, t0, testbed } from "./testbed.ts";

const receipts = (heard: readonly { name: string; value: unknown }[]) =>
  heard.filter(({ name }) => name === "Store Forward/Receipt").map(({ value }) => value);
const rejections = (heard: readonly { name: string; value: unknown }[]) =>
  heard.filter(({ name }) => name === "Store Forward/Rejected").map(({ value }) => value);

function begin(say: (topic: string, payload: Uint8Array) => unknown, gateway: ReturnType<typeof ownGateway>): void {
  say(...gateway.birth());
  for (const device of ["sonde", "lamp"]) say(...gateway.deviceBirth(device, "water-quality"));
}

describe("our own gateways", () => {
  test("a record is stored as it was measured, and its receipt goes to its gateway after that", async () => {
    const { say, store, clock, heard, ledger } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    say(...gateway.record(1, "sonde", [sample("ph", 7.2), sample("turbidity", null, t0 + 1)]));
    expect(store.points()).toEqual([]);
    expect(heard).toEqual([]);
    await clock.advance(50);
    const place = { site: "east", device: "sonde", kind: "water-quality" };
    expect(store.points()).toEqual([
      { ...place, metric: "ph", at: t0, value: 7.2, quality: "good" },
      { ...place, metric: "turbidity", at: t0 + 1, value: null, quality: "bad" },
    ]);
    expect(heard[0]).toEqual({ topic: "spBv1.0/east/NCMD/gw-1", name: "Store Forward/Receipt", value: "7 1" });
    expect(heard[1]).toMatchObject({ name: "Store Forward/Accepts", value: "DEFLATE" });
    expect(heard).toHaveLength(2);
    expect(ledger.gateways()).toMatchObject([{ site: "east", gateway: "gw-1", epoch: 7, stored: 1, missing: 0 }]);
  });

  test("the gateway's own readings belong to the device of its name, kind gateway", async () => {
    const { say, store, clock } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    say(...gateway.record(1, null, [sample("ph", 1)], { kind: "something" }));
    await clock.advance(50);
    expect(store.points()).toMatchObject([{ site: "east", device: "gw-1", kind: "gateway" }]);
  });

  test("records are stored though no birth was seen and numbers are missing, and a rebirth is asked for once", async () => {
    const { say, store, clock, heard } = await testbed();
    const gateway = ownGateway();
    gateway.birth();
    for (let offset = 1; offset <= 9; offset++) {
      if (offset % 3 === 0) gateway.skipSeq();
      say(...gateway.record(offset, "sonde", [sample("ph", offset, t0 + offset)]));
    }
    await clock.advance(5000);
    expect(store.points()).toHaveLength(9);
    expect(receipts(heard)).toEqual(["7 1-9"]);
    expect(heard.filter(({ name }) => name === "Node Control/Rebirth")).toHaveLength(1);
  });

  test("a gap of seq in a live session delays nothing for longer than the reorder time and loses nothing", async () => {
    const { say, store, clock, heard } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    gateway.skipSeq();
    say(...gateway.record(1, "sonde", [sample("ph", 1)]));
    await clock.advance(1900);
    expect(store.points()).toHaveLength(0);
    await clock.advance(500);
    expect(store.points()).toHaveLength(1);
    expect(heard.map(({ name }) => name).sort()).toEqual([
      "Node Control/Rebirth",
      "Store Forward/Accepts",
      "Store Forward/Receipt",
    ]);
  });

  test("receipts name everything of a batch in one message per gateway, as ranges", async () => {
    const { say, clock, heard } = await testbed();
    const [one, two] = [ownGateway("east", "gw-1"), ownGateway("east", "gw-2", 8)];
    begin(say, one);
    say(...two.birth());
    for (const offset of [4, 5, 6, 1, 9]) say(...one.record(offset, "sonde", [sample("ph", offset, t0 + offset)]));
    say(...two.record(3, "weir", [sample("ph", 1)]));
    await clock.advance(50);
    expect(receipts(heard)).toEqual(["7 1 4-6 9", "8 3"]);
  });

  test("a point the store will never take rejects its record with the reason, and all others get receipts", async () => {
    const { say, store, clock, heard, ledger } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    say(...gateway.record(1, "sonde", [sample("ph", 7)]));
    say(...gateway.record(2, "sonde", [sample("ph", 7, t0 + 1), sample("turbidity", 7, 8e15)]));
    say(...gateway.record(3, "sonde", [sample("ph", 7, t0 + 2)]));
    await clock.advance(50);
    expect(receipts(heard)).toEqual(["7 1 3"]);
    expect(rejections(heard)).toEqual([expect.stringMatching(/^7 2 turbidity: its time/)]);
    expect(store.points()).toHaveLength(3);
    expect(ledger.gateways()).toMatchObject([{ stored: 2, rejected: 1, missing: 0 }]);
  });

  test("a reply to a command is handed on and its record gets a receipt like any other", async () => {
    const { say, clock, heard, replies } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    say(...gateway.sealed(1, "lamp", encodeReplyRecord({ id: "c1", status: "done", readBack: 1 }, t0)));
    await clock.advance(50);
    expect(replies).toEqual([{ id: "c1", status: "done", readBack: 1 }]);
    expect(receipts(heard)).toEqual(["7 1"]);
  });

  test("what a birth repeats is not stored: the record of it is", async () => {
    const { say, store, clock } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    say(
      ...gateway.deviceBirth("sonde", "water-quality", [
        { name: "ph", datatype: DataType.Double, timestamp: t0, value: 7 },
      ]),
    );
    await clock.advance(50);
    expect(store.points()).toEqual([]);
  });

  test("an offset that had been stored is stored again over itself, gets a receipt again, and is counted", async () => {
    const { say, store, clock, heard, ledger } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    for (let round = 0; round < 2; round++) {
      say(...gateway.record(1, "sonde", [sample("ph", 7)]));
      await clock.advance(50);
    }
    expect(store.points()).toHaveLength(1);
    expect(receipts(heard)).toEqual(["7 1", "7 1"]);
    expect(ledger.gateways()).toMatchObject([{ stored: 1, duplicates: 1 }]);
  });
});

describe("a store in trouble", () => {
  test("gets no receipts while it is unavailable, and all of them when it is back", async () => {
    const { say, store, clock, heard, ingest, logged } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    store.trouble = new StoreUnavailable("disk on fire");
    for (let offset = 1; offset <= 20; offset++) {
      say(...gateway.record(offset, "sonde", [sample("ph", offset, t0 + offset)]));
      await clock.advance(1000);
    }
    expect(heard).toEqual([]);
    expect(ingest.stats()).toMatchObject({ pendingPoints: 20, store: { available: false, reason: "disk on fire" } });
    store.trouble = undefined;
    await clock.advance(20_000);
    expect(receipts(heard).join(" ")).toBe("7 1 7 2-20");
    expect(ingest.stats()).toMatchObject({ pendingPoints: 0, pendingBytes: 0, points: 20, store: { available: true } });
    expect(logged.map(({ msg }) => msg)).toEqual([
      "the store does not take readings",
      "the store takes readings again",
    ]);
  });

  test("slows its senders down before memory fills, and nothing is lost by it", async () => {
    const { say, store, clock, ingest, heard } = await testbed({ limits: { pendingBytes: 1000 } });
    const gateway = ownGateway();
    begin(say, gateway);
    store.trouble = new StoreUnavailable("slow");
    const told: (Promise<void> | undefined)[] = [];
    for (let offset = 1; offset <= 20; offset++)
      told.push(say(...gateway.record(offset, "sonde", [sample("ph", offset, t0 + offset)])));
    expect(told[0]).toBeUndefined();
    expect(told[19]).toBeInstanceOf(Promise);
    let released = false;
    void told[19]?.then(() => (released = true));
    await clock.advance(5000);
    expect(released).toBe(false);
    store.trouble = undefined;
    await clock.advance(20_000);
    expect(released).toBe(true);
    expect(store.points()).toHaveLength(20);
    expect(receipts(heard)).toEqual(["7 1-20"]);
    expect(ingest.stats().pendingBytes).toBe(0);
  });

  test("an error that nobody foresaw is treated the same: tried again, nothing lost", async () => {
    const { say, store, clock, heard, logged } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    store.trouble = new TypeError("undefined is not a function");
    say(...gateway.record(1, "sonde", [sample("ph", 7)]));
    await clock.advance(1000);
    store.trouble = undefined;
    await clock.advance(20_000);
    expect(receipts(heard)).toEqual(["7 1"]);
    expect(logged[0]).toMatchObject({ level: 50, msg: "writing failed" });
  });

  test("stopping ends the attempts; what had no receipt stays with its gateway", async () => {
    const { say, store, clock, heard, end } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    store.trouble = new StoreUnavailable("gone");
    say(...gateway.record(1, "sonde", [sample("ph", 7)]));
    await clock.advance(1000);
    await end();
    expect(heard).toEqual([]);
  });
});

describe("bad input", () => {
  test("is counted for its gateway, logged once a kind and minute, and spoils no neighbour", async () => {
    const { say, store, clock, logged, directory } = await testbed();
    const gateway = ownGateway();
    begin(say, gateway);
    for (let n = 0; n < 50; n++) {
      say("spBv1.0/east/DDATA/gw-1/sonde", Uint8Array.of(0xff, 0xff, 0xff));
      say("nonsense/topic", new Uint8Array());
    }
    say(...gateway.record(1, "sonde", [sample("ph", 7)]));
    await clock.advance(61_000);
    say("spBv1.0/east/DDATA/gw-1/sonde", Uint8Array.of(0xff, 0xff, 0xff));
    expect(store.points()).toHaveLength(1);
    expect(directory.gateways()).toMatchObject([{ gateway: "gw-1", faults: { payload: 51 } }]);
    const said = logged.filter(({ msg }) => msg === "message not used");
    expect(said.map(({ kind, count }) => [kind, count])).toEqual([
      ["payload", 1],
      ["topic", 1],
      ["payload", 50],
    ]);
  });

  test("no topic and no bytes make it throw", async () => {
    const { say, clock } = await testbed();
    const verb = fc.constantFrom("NBIRTH", "NDATA", "NDEATH", "NCMD", "DBIRTH", "DDATA", "DDEATH", "DCMD", "X");
    const topic = fc.oneof(
      fc.string(),
      fc.tuple(verb, fc.boolean()).map(([v, d]) => `spBv1.0/a/${v}/b${d ? "/c" : ""}`),
    );
    const valid = ownGateway("a", "b").record(1, "c", [sample("ph", 7)])[1];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(fc.nat(valid.length - 1), fc.nat(255)).map(([at, byte]) => valid.with(at, byte)),
    );
    fc.assert(
      fc.property(topic, bytes, (text, payload) => void say(text, payload)),
      { numRuns: 500 },
    );
    await clock.advance(10_000);
  });
});

test("what a gateway has given up out of the middle of its backlog is told as gone, and never stays missing", async () => {
  const { say, clock, ledger } = await testbed();
  const gateway = ownGateway();
  begin(say, gateway);
  for (const offset of [1, 3, 5]) say(...gateway.record(offset, "sonde", [sample("ph", offset)], { historical: true }));
  await clock.advance(50);
  expect(ledger.gateways()).toMatchObject([{ stored: 3, missing: 2, gone: 0 }]);
  say(...gateway.record(6, null, [sample("uptime", 1)], { kind: "gateway", oldest: 6 }));
  await clock.advance(50);
  expect(ledger.gateways()).toMatchObject([{ stored: 4, missing: 0, gone: 2, highestSeen: 6 }]);
});

test("a message that meets a fault of our own is logged, gets no receipt, and the next one is taken", async () => {
  const { say, clock, heard, logged, replies } = await testbed();
  const gateway = ownGateway();
  begin(say, gateway);
  Object.assign(replies, {
    push: () => {
      throw new Error("disk full");
    },
  });
  say(...gateway.sealed(1, "lamp", encodeReplyRecord({ id: "c1", status: "done", readBack: 1 }, t0)));
  say(...gateway.record(2, "sonde", [sample("ph", 7)]));
  await clock.advance(50);
  expect(receipts(heard)).toEqual(["7 2"]);
  expect(logged).toMatchObject([{ level: 50, msg: "message not taken", err: { message: "disk full" } }]);
});

describe("foreign Sparkplug nodes", () => {
  const metric = (value: number, extra = {}) => ({
    name: "Pump 1/Speed",
    alias: 3n,
    timestamp: t0,
    datatype: DataType.Float,
    value,
    ...extra,
  });
  const bdSeq = { name: "bdSeq", timestamp: t0, datatype: DataType.UInt64, value: 4n };
  const born = (...metrics: object[]) =>
    encodePayload({ timestamp: t0, seq: 0, metrics: [bdSeq, ...metrics] as never });
  const data = (seq: number, ...metrics: object[]) => encodePayload({ timestamp: t0, seq, metrics: metrics as never });

  test("metrics by alias are stored under the name of the birth, values of the birth too, and no receipts are sent", async () => {
    const { say, store, clock, heard, directory } = await testbed();
    say("spBv1.0/plant/NBIRTH/plc", born(metric(1.5)));
    say("spBv1.0/plant/NDATA/plc", data(1, { alias: 3n, timestamp: t0 + 1000, value: 2.5, datatype: DataType.Float }));
    await clock.advance(50);
    expect(store.points().map(({ device, metric, at, value }) => [device, metric, at, value])).toEqual([
      ["plc", "Pump 1/Speed", t0, 1.5],
      ["plc", "Pump 1/Speed", t0 + 1000, 2.5],
    ]);
    expect(heard).toEqual([]);
    expect(directory.gateways()).toMatchObject([{ site: "plant", gateway: "plc", own: false, online: true, bdSeq: 4 }]);
  });

  test("an unknown alias asks for a rebirth, not more often than every 30 s", async () => {
    const { say, clock, heard } = await testbed();
    say("spBv1.0/plant/NBIRTH/plc", born(metric(1)));
    for (let seq = 1; seq <= 40; seq++) {
      say("spBv1.0/plant/NDATA/plc", data(seq, { alias: 99n, timestamp: t0, value: 1, datatype: DataType.Float }));
      await clock.advance(1000);
    }
    expect(heard).toEqual(
      Array(2).fill({ topic: "spBv1.0/plant/NCMD/plc", name: "Node Control/Rebirth", value: true }),
    );
  });

  test("messages that never come are counted by their numbers, those that come late are not", async () => {
    const { say, clock, directory } = await testbed();
    say("spBv1.0/plant/NBIRTH/plc", born(metric(1)));
    for (const seq of [1, 3, 2, 6, 7]) say("spBv1.0/plant/NDATA/plc", data(seq, metric(seq)));
    await clock.advance(5000);
    expect(directory.gateways()[0]?.faults).toMatchObject({ gap: 2 });
    for (const seq of [8, 9]) say("spBv1.0/plant/NDATA/plc", data(seq, metric(seq)));
    await clock.advance(5000);
    expect(directory.gateways()[0]?.faults.gap).toBe(2);
  });

  test("nothing is invented for a metric that is null at birth", async () => {
    const { say, store, clock } = await testbed();
    say("spBv1.0/plant/NBIRTH/plc", born({ ...metric(0), value: undefined, isNull: true }));
    await clock.advance(50);
    expect(store.points()).toEqual([]);
  });
});
