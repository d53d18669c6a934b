import { inflateSync } from "node:zlib";
import { aboutOf } from "@weir/wire/about.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { names } from "@weir/wire/names.ts";
import { formatReceipt, formatRejection } from "@weir/wire/receipt.ts";
import { encodeRecord, openRecord } from "@weir/wire/record.ts";
import { compressedUuid } from "@weir/wire/sparkplug/compressed.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType, type Payload } from "@weir/wire/sparkplug/payload.ts";
import { afterEach, describe, expect, test } from "vitest";
import { memoryOutbox } from "../outbox/memory.ts";
import type { OutboxRecord } from "../outbox/outbox.ts";
import { type Connect, Unreachable } from "./connection.ts";
import { createDeviceBook } from "./devices.ts";
import { runUplink, type UplinkOptions } from "./uplink.ts";

type Message = { readonly topic: string; readonly payload: Payload };
type Line = {
  readonly messages: Message[];
  readonly subscribed: string[];
  readonly will: Message;
  say(topic: string, payload: Uint8Array): void;
  /** Lets pings be answered; until then they wait. */
  answerPings(): void;
  cut(why: string): void;
  ended: boolean;
};

const decode = (bytes: Uint8Array): Payload => {
  const payload = decodePayload(bytes);
  if ("error" in payload) throw new Error(payload.error);
  return payload;
};

const running: AbortController[] = [];
afterEach(() => {
  for (const stop of running.splice(0)) stop.abort();
});

/** An uplink over connections that the test holds in its hand. */
async function scene(options: Partial<UplinkOptions> = {}) {
  const clock = virtualClock(1_700_000_000_000);
  const outbox = memoryOutbox({ clock, epoch: 77 });
  const unsaved: ((record: OutboxRecord) => void)[] = [];
  outbox.onUnsaved = (listener) => {
    unsaved.push(listener);
    return () => {};
  };
  const title = { en: "Gate house", zh: "闸房" };
  const devices = createDeviceBook({ device: "gw-1", kind: "gateway", title, metrics: ["cpu_load"] }, [
    { device: "tank", kind: "level", model: "X1", profile: "x/x1", title, metrics: ["ph", "voltage/l1"] },
    { device: "lamp", kind: "lamp", metrics: ["ph"] },
  ]);
  const lines: Line[] = [];
  let refusal: string | undefined;
  const connect: Connect = async ({ will, onMessage }) => {
    if (refusal) throw new Error(refusal);
    const pings: (() => void)[] = [];
    let close = (_why: string) => {};
    const closed = new Promise<string>((done) => {
      close = done;
    });
    const line: Line = {
      messages: [],
      subscribed: [],
      will: { topic: will.topic, payload: decode(will.payload) },
      say: onMessage,
      answerPings: () => {
        for (const answer of pings.splice(0)) answer();
      },
      cut: close,
      ended: false,
    };
    lines.push(line);
    return {
      publish: (topic, payload) => void line.messages.push({ topic, payload: decode(payload) }),
      subscribe: async (topics) => void line.subscribed.push(...topics),
      ping: () => new Promise((answered) => pings.push(answered)),
      closed,
      end: async () => {
        line.ended = true;
        close("ended");
      },
    };
  };
  let bdSeq = 0;
  const commands: { device: string | undefined; payload: Payload }[] = [];
  const stop = new AbortController();
  running.push(stop);
  const uplink = runUplink(
    {
      site: "east",
      gateway: "gw-1",
      host: "weir",
      connection: { url: "mqtt://test", clientId: "gw-1", keepAliveMs: 30_000, connectTimeoutMs: 1000 },
      outbox,
      devices,
      nextBdSeq: () => bdSeq++,
      onCommand: (device, payload) => void commands.push({ device, payload }),
      clock,
      random: () => 0.5,
      connect,
      ...options,
    },
    stop.signal,
  );
  await clock.advance(0);
  const nodeCommand = (name: string, value: string | boolean) =>
    lines.at(-1)!.say(
      "spBv1.0/east/NCMD/gw-1",
      encodePayload({
        timestamp: 1,
        metrics: [{ name, datatype: typeof value === "string" ? DataType.String : DataType.Boolean, value }],
      }),
    );
  const append = async (device: string | null, at: number) => {
    const body = encodeRecord([{ metric: device ? "ph" : "cpu_load", at, value: 7, quality: "good" }], {
      kind: "level",
    });
    return outbox.append({ device, body, samples: 1 });
  };
  return {
    clock,
    outbox,
    devices,
    lines,
    uplink,
    stop,
    commands,
    nodeCommand,
    append,
    unsaved,
    refuse: (why: string | undefined) => {
      refusal = why;
    },
    line: () => lines.at(-1)!,
    data: () => lines.at(-1)!.messages.filter(({ topic }) => topic.includes("DATA")),
  };
}

const metric = ({ payload }: Message, name: string) => payload.metrics.find((each) => each.name === name);
const verbs = (messages: readonly Message[]) =>
  messages.map(({ topic }) =>
    topic
      .split("/")
      .slice(2)
      .filter((part) => part !== "gw-1")
      .join(" "),
  );

describe("a session", () => {
  test("subscribes to commands, then births the node and each device, numbered from 0", async () => {
    const { line, uplink } = await scene();
    expect(line().subscribed).toEqual(["spBv1.0/east/NCMD/gw-1", "spBv1.0/east/DCMD/gw-1/+"]);
    expect(verbs(line().messages)).toEqual(["NBIRTH", "DBIRTH tank", "DBIRTH lamp"]);
    expect(line().messages.map(({ payload }) => payload.seq)).toEqual([0, 1, 2]);
    expect(uplink.status()).toMatchObject({ state: "online", connects: 1, births: 1 });
  });

  test("its NBIRTH carries the bdSeq of its will, the rebirth switch and the outbox's epoch", async () => {
    const { line } = await scene();
    const [nbirth] = line().messages;
    expect(line().will.topic).toBe("spBv1.0/east/NDEATH/gw-1");
    expect(line().will.payload.seq).toBeUndefined();
    expect(line().will.payload.metrics.map(({ name }) => name)).toEqual([names.bdSeq]);
    expect(metric(nbirth!, names.bdSeq)?.value).toEqual(line().will.payload.metrics[0]!.value);
    expect(metric(nbirth!, names.rebirth)).toMatchObject({ datatype: DataType.Boolean, value: false });
    expect(metric(nbirth!, names.epoch)).toMatchObject({ datatype: DataType.UInt64, value: 77n });
    expect(metric(nbirth!, "cpu_load")).toMatchObject({ isNull: true, datatype: DataType.Double });
  });

  test("a value of before the clock was set back gives way to the first one after", async () => {
    const { devices, line, nodeCommand, clock } = await scene();
    devices.note("tank", [{ metric: "ph", at: 8_000_000_000_000, value: 1, quality: "good" }]);
    devices.note("tank", [{ metric: "ph", at: 1_700_000_000_500, value: 7.2, quality: "good" }]);
    await clock.advance(5000);
    nodeCommand(names.rebirth, true);
    const dbirth = line().messages.findLast(({ topic }) => topic.includes("DBIRTH/gw-1/tank"))!;
    expect(metric(dbirth, "ph")).toMatchObject({ value: 7.2, timestamp: 1_700_000_000_500 });
  });

  test("while records may not go out there are births alone; then all that has waited goes", async () => {
    let mayDeliver = false;
    const { line, append, clock } = await scene({ mayDeliver: () => mayDeliver });
    await append("tank", 1);
    await append("tank", 2);
    await clock.advance(5000);
    expect(verbs(line().messages)).toEqual(["NBIRTH", "DBIRTH tank", "DBIRTH lamp"]);
    mayDeliver = true;
    await clock.advance(2000);
    const sent = line()
      .messages.slice(3)
      .map(({ payload }) => openRecord(payload));
    expect(sent.map(({ historical }) => historical)).toEqual([true, true]);
    await append("tank", 3);
    expect(openRecord(line().messages.at(-1)!.payload)).toMatchObject({ historical: false });
  });

  test("its NBIRTH says nothing of an outbox while no disk could be opened", async () => {
    const { line, clock, outbox, nodeCommand } = await scene();
    Object.assign(outbox, { epoch: 0 });
    await clock.advance(6000);
    nodeCommand(names.rebirth, true);
    const births = line().messages.filter(({ topic }) => topic.includes("/NBIRTH/"));
    expect(births).toHaveLength(2);
    expect(births.map((birth) => metric(birth, names.oldest)?.value)).toEqual([1n, undefined]);
  });

  test("its NBIRTH says which outboxes are no more, and a damage found on the way is told at once", async () => {
    const { line, clock, outbox } = await scene();
    const births = () => line().messages.filter(({ topic }) => topic.includes("/NBIRTH/"));
    expect(metric(births()[0]!, names.former)).toBeUndefined();
    const former = { epoch: 77, first: 3, next: 9, carried: [[4, 5]] as const };
    Object.assign(outbox, {
      epoch: 78,
      damage: () => [{ at: 1, cause: "malformed", aside: "x", records: 2, unreadable: [], former }],
    });
    await clock.advance(6000);
    expect(births()).toHaveLength(2);
    expect(metric(births()[1]!, names.former)).toMatchObject({ datatype: DataType.String, value: "77 3-9 4-5" });
    expect(metric(births()[1]!, names.epoch)).toMatchObject({ value: 78n });
    await clock.advance(60_000);
    expect(births()).toHaveLength(2);
  });

  test("a DBIRTH names every metric with unit and names, its last known value, or null", async () => {
    const { devices, line, nodeCommand, clock } = await scene();
    devices.note("tank", [{ metric: "ph", at: 1_700_000_000_500, value: 7.2, quality: "uncertain" }]);
    devices.note("tank", [{ metric: "ph", at: 1_699_999_990_000, value: 1, quality: "good" }]);
    await clock.advance(5000);
    nodeCommand(names.rebirth, true);
    const dbirth = line().messages.findLast(({ topic }) => topic.includes("DBIRTH/gw-1/tank"))!;
    expect(metric(dbirth, names.deviceKind)).toMatchObject({
      value: "level",
      properties: { Model: { value: "X1" }, Profile: { value: "x/x1" } },
    });
    expect(aboutOf(dbirth.payload).title).toEqual({ en: "Gate house", zh: "闸房" });
    expect(aboutOf(line().messages[0]!.payload).title).toEqual({ en: "Gate house", zh: "闸房" });
    expect(metric(dbirth, "ph")).toMatchObject({
      value: 7.2,
      timestamp: 1_700_000_000_500,
      properties: { zh: { value: "pH 值" }, Quality: { value: 64 } },
    });
    expect(metric(dbirth, "voltage/l1")).toMatchObject({
      isNull: true,
      properties: { engUnit: { value: "V" }, Quality: { value: 0 } },
    });
  });

  test("its NBIRTH says from which offset on the outbox still holds records; the next one when it holds none", async () => {
    const { line, append, nodeCommand, clock } = await scene();
    const oldest = () =>
      metric(line().messages.findLast(({ topic }) => topic.includes("/NBIRTH/"))!, names.oldest)?.value;
    expect(oldest()).toBe(1n);
    for (const n of [1, 2, 3]) await append("tank", n);
    nodeCommand(names.receipt, formatReceipt(77, [[1, 2]]));
    await clock.advance(5000);
    nodeCommand(names.rebirth, true);
    expect(oldest()).toBe(3n);
    nodeCommand(names.receipt, formatReceipt(77, [[3, 3]]));
    await clock.advance(5000);
    nodeCommand(names.rebirth, true);
    expect(oldest()).toBe(4n);
  });

  test("with a limit in bytes a second, backlog is compressed for a host that has said it opens that, new readings never are", async () => {
    const limits = { windowBytes: 2 ** 18, backlogBytesPerS: 1e6 };
    const { line, outbox, nodeCommand, clock, append } = await scene({ limits });
    const long = Array.from({ length: 30 }, (_, n) => {
      return { metric: `voltage/l${n}`, at: clock.now(), value: n, quality: "good" as const };
    });
    const record = { device: "tank", body: encodeRecord(long, { kind: "level" }), samples: 30 };
    const sent = async () => {
      const { length } = line().messages;
      await outbox.append(record);
      line().cut("gone");
      await clock.advance(3000);
      return line().messages.slice(length);
    };
    await append("tank", 1);
    expect((await sent()).map(({ payload }) => payload.uuid)).not.toContain(compressedUuid);
    nodeCommand(names.accepts, "DEFLATE");
    await outbox.append(record);
    expect(line().messages.at(-1)!.payload.uuid).toBeUndefined();
    await clock.advance(10_000);
    const late = line().messages.filter(({ payload }) => payload.uuid === compressedUuid);
    expect(late.length).toBeGreaterThan(0);
    const inner = decode(inflateSync(late[0]!.payload.body!));
    expect(inner.seq).toBe(late[0]!.payload.seq);
    expect(openRecord(inner)).toMatchObject({ historical: true, epoch: 77, samples: { length: 30 } });
  });

  test("each NDATA says it again, so that what was given up out of the middle is known without a birth", async () => {
    const { line, append, nodeCommand, clock } = await scene();
    for (const n of [1, 2, 3]) await append("tank", n);
    nodeCommand(names.receipt, formatReceipt(77, [[1, 2]]));
    await clock.advance(50);
    await append(null, 9);
    const told = line().messages.at(-1)!;
    expect(told.topic).toMatch(/\/NDATA\//);
    expect(metric(told, names.oldest)?.value).toBe(3n);
  });

  test("a rebirth command repeats all births with the same bdSeq, no more often than every five seconds", async () => {
    const { line, nodeCommand, clock, uplink } = await scene();
    nodeCommand(names.rebirth, true);
    nodeCommand(names.rebirth, true);
    expect(uplink.status().births).toBe(1);
    await clock.advance(6000);
    expect(uplink.status().births).toBe(2);
    const nbirths = line().messages.filter(({ topic }) => topic.includes("NBIRTH"));
    expect(nbirths.map((message) => [metric(message, names.bdSeq)?.value, message.payload.seq])).toEqual([
      [0n, 0],
      [0n, 0],
    ]);
  });

  test("a device that goes down and comes back dies and is born; one that is down at a birth is born and dies", async () => {
    const { line, devices, nodeCommand, clock } = await scene();
    devices.setOnline("tank", false);
    devices.setOnline("tank", false);
    devices.setOnline("tank", true);
    expect(verbs(line().messages.slice(3))).toEqual(["DDEATH tank", "DBIRTH tank"]);
    devices.setOnline("lamp", false);
    await clock.advance(5000);
    nodeCommand(names.rebirth, true);
    expect(verbs(line().messages.slice(-4))).toEqual(["NBIRTH", "DBIRTH tank", "DBIRTH lamp", "DDEATH lamp"]);
  });

  test("another list of devices is born at once", async () => {
    const { line, devices } = await scene();
    devices.replace([{ device: "pump", kind: "pump", metrics: [] }]);
    expect(verbs(line().messages.slice(3))).toEqual(["NBIRTH", "DBIRTH pump"]);
  });

  test("seq counts on over every message and wraps after 255", async () => {
    const { line, append } = await scene();
    for (let n = 0; n < 300; n++) await append("tank", n + 1);
    expect(line().messages.map(({ payload }) => payload.seq)).toEqual(Array.from({ length: 303 }, (_, n) => n % 256));
  });

  test("stopping says NDEATH, then disconnects", async () => {
    const { line, stop, uplink } = await scene();
    stop.abort();
    await uplink.finished;
    expect(verbs(line().messages.slice(-1))).toEqual(["NDEATH"]);
    expect(line().messages.at(-1)!.payload.seq).toBeUndefined();
    expect(line().ended).toBe(true);
  });
});

describe("delivery", () => {
  test("a new reading goes out at once with epoch and offset; the gateway's own as NDATA", async () => {
    const { data, append } = await scene();
    await append("tank", 5);
    await append(null, 6);
    expect(verbs(data())).toEqual(["DDATA tank", "NDATA"]);
    expect(openRecord(data()[0]!.payload)).toMatchObject({
      epoch: 77,
      offset: 1,
      historical: false,
      samples: [{ metric: "ph", at: 5, value: 7 }],
    });
  });

  test("a receipt frees the outbox; without one the record is sent again, as history", async () => {
    const { data, append, nodeCommand, outbox, clock, uplink } = await scene();
    await append("tank", 1);
    await append("tank", 2);
    nodeCommand(names.receipt, formatReceipt(77, [[1, 1]]));
    expect(outbox.stats()).toMatchObject({ records: 1, oldest: { offset: 2 } });
    await clock.advance(3000);
    expect(
      data()
        .map(({ payload }) => openRecord(payload))
        .map(({ offset, historical }) => [offset, historical]),
    ).toEqual([
      [1, false],
      [2, false],
      [2, true],
    ]);
    nodeCommand(names.receipt, formatReceipt(77, [[2, 2]]));
    expect(outbox.stats().records).toBe(0);
    expect(uplink.status()).toMatchObject({ receipts: 2, inFlight: 0, sent: 3 });
  });

  test("receipts of another epoch and nonsense are counted and change nothing", async () => {
    const { append, nodeCommand, outbox, uplink, line } = await scene();
    await append("tank", 1);
    nodeCommand(names.receipt, formatReceipt(78, [[1, 1]]));
    nodeCommand(names.receipt, "nonsense");
    nodeCommand(names.rejected, formatRejection(78, 1, "no"));
    line().say("spBv1.0/east/NCMD/gw-1", Uint8Array.of(0xff, 0xff, 0xff));
    expect(outbox.stats().records).toBe(1);
    expect(uplink.status()).toMatchObject({ ignored: 4, receipts: 0, inFlight: 1 });
  });

  test("a rejected record goes to quarantine and is not sent again", async () => {
    const { append, nodeCommand, outbox, uplink, clock, data } = await scene();
    await append("tank", 1);
    nodeCommand(names.rejected, formatRejection(77, 1, "field type conflict"));
    await clock.advance(20_000);
    expect(outbox.stats()).toMatchObject({ records: 0, quarantined: 1 });
    expect(uplink.status()).toMatchObject({ rejections: 1, inFlight: 0 });
    expect(data()).toHaveLength(1);
  });

  test("after an outage all that waited is delivered as history, and new readings go before it", async () => {
    const { append, clock, lines, line, data } = await scene();
    await append("tank", 1);
    lines[0]!.cut("the broker closed the connection");
    await clock.advance(0);
    await append("tank", 2);
    await append("tank", 3);
    await clock.advance(1000);
    expect(lines).toHaveLength(2);
    expect(verbs(line().messages.slice(0, 3))).toEqual(["NBIRTH", "DBIRTH tank", "DBIRTH lamp"]);
    await append("tank", 4);
    expect(
      data()
        .map(({ payload }) => openRecord(payload))
        .map(({ offset, historical }) => [offset, historical]),
    ).toEqual([
      [1, true],
      [2, true],
      [3, true],
      [4, false],
    ]);
    expect(metric(line().messages[0]!, names.bdSeq)?.value).toBe(1n);
  });

  test("the backlog of a device that is no longer configured goes out as history, which needs no birth", async () => {
    const { devices, append, data } = await scene();
    devices.replace([]);
    await append("tank", 1);
    expect(data().map(({ payload }) => openRecord(payload))).toMatchObject([{ offset: 1, historical: true }]);
  });

  test("a record that no disk took goes out without epoch and offset", async () => {
    const { unsaved, data } = await scene();
    const body = encodeRecord([{ metric: "ph", at: 9, value: 6.5, quality: "good" }], { kind: "level" });
    unsaved[0]!({ device: "tank", body, samples: 1 });
    const opened = openRecord(data()[0]!.payload);
    expect(opened).toMatchObject({ samples: [{ at: 9, value: 6.5 }], historical: false });
    expect(opened.offset).toBeUndefined();
    expect(data()[0]!.payload.seq).toBe(3);
  });

  test("to a plain host, a record is done when a ping sent after it was answered", async () => {
    const { append, outbox, line, uplink, clock } = await scene({ host: "plain" });
    await append("tank", 1);
    expect(uplink.status().inFlight).toBe(1);
    await append("tank", 2);
    line().answerPings();
    await clock.advance(0);
    expect(outbox.stats()).toMatchObject({ records: 1, oldest: { offset: 2 } });
    await clock.advance(120_000);
    expect(uplink.status()).toMatchObject({ inFlight: 1, sent: 2 });
    line().answerPings();
    await clock.advance(0);
    expect(outbox.stats().records).toBe(0);
  });
});

describe("the primary host", () => {
  const state = (online: boolean, timestamp: number) => Buffer.from(JSON.stringify({ online, timestamp }));
  const topic = "spBv1.0/STATE/cloud";

  test("nothing is born or sent until it is online; older news of it are ignored", async () => {
    const { line, append, uplink, clock } = await scene({ primary: "cloud" });
    expect(line().subscribed).toContain(topic);
    await append("tank", 1);
    line().say(topic, state(false, 100));
    line().say(topic, state(true, 99));
    line().say("spBv1.0/STATE/other", state(true, 500));
    line().say(topic, Buffer.from("ONLINE"));
    await clock.advance(2000);
    expect(line().messages).toEqual([]);
    expect(uplink.status().state).toBe("waiting");
    line().say(topic, state(true, 101));
    expect(verbs(line().messages)).toEqual(["NBIRTH", "DBIRTH tank", "DBIRTH lamp", "DDATA tank"]);
  });

  test("when it goes offline the session says NDEATH, ends, and waits in a new one", async () => {
    const { lines, uplink, clock } = await scene({ primary: "cloud" });
    lines[0]!.say(topic, state(true, 100));
    lines[0]!.say(topic, state(false, 50));
    expect(uplink.status().state).toBe("online");
    lines[0]!.say(topic, state(false, 200));
    await clock.advance(0);
    expect(verbs(lines[0]!.messages.slice(-1))).toEqual(["NDEATH"]);
    expect(uplink.status()).toMatchObject({ state: "offline", why: "primary host cloud is offline" });
    await clock.advance(1000);
    expect(lines).toHaveLength(2);
    expect(lines[1]!.messages).toEqual([]);
  });
});

describe("connecting", () => {
  test("the wait doubles up to half a minute while the broker refuses, and is short again after a connection that lasted", async () => {
    const warned: number[] = [];
    const log = { info: () => {}, warn: (about: object) => void warned.push((about as { waitMs: number }).waitMs) };
    const { lines, refuse, clock, uplink } = await scene({ log });
    refuse("connect ECONNREFUSED");
    lines[0]!.cut("gone");
    await clock.advance(20 * 60_000);
    expect(warned).toEqual([500, 1000]);
    expect(uplink.status()).toMatchObject({ state: "offline", why: "connect ECONNREFUSED", connects: 1 });
    refuse(undefined);
    await clock.advance(30_000);
    expect(uplink.status()).toMatchObject({ state: "online", why: undefined, connects: 2 });
    await clock.advance(61_000);
    lines[1]!.cut("gone again");
    await clock.advance(0);
    expect(warned.at(-1)).toBe(500);
  });

  test("a network that is away is tried again every second, however long that takes", async () => {
    let tries = 0;
    const connect: Connect = async () => {
      tries++;
      throw new Unreachable("getaddrinfo EAI_AGAIN broker.example");
    };
    const { clock, uplink } = await scene({ connect });
    await clock.advance(3_600_000);
    expect(tries).toBeGreaterThan(3600);
    expect(uplink.status()).toMatchObject({ state: "offline", why: "getaddrinfo EAI_AGAIN broker.example" });
  });

  test("commands that are about neither receipts nor rebirth are handed on", async () => {
    const { line, commands, nodeCommand } = await scene();
    const payload = encodePayload({ timestamp: 1, metrics: [{ name: "ph", datatype: DataType.Double, value: 3 }] });
    line().say("spBv1.0/east/DCMD/gw-1/tank", payload);
    line().say("spBv1.0/east/NCMD/gw-1", payload);
    nodeCommand(names.receipt, "77 1");
    expect(commands.map(({ device, payload }) => [device, payload.metrics[0]?.name])).toEqual([
      ["tank", "ph"],
      [undefined, "ph"],
    ]);
  });
});
