import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { chance } from "@weir/simulators/world/chance.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { names } from "@weir/wire/names.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType } from "@weir/wire/sparkplug/payload.ts";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { gatewayOf, getJson, latestOf, ledgerOf, statusOf } from "./ask.ts";
import { type CityUnderTest, layOutCity } from "./city-under-test.ts";
import { loginAs, recordOf } from "./guest.ts";

const guest = { site: "river-east", gateway: "gw-guest" };
const timeout = 90_000;

let city: CityUnderTest;
beforeAll(async () => {
  city = await layOutCity({
    buses: ["park-mast", "waterworks-pumps", "drainage"],
    every: "250ms",
    healthEvery: "1s",
    speed: 3600,
    guests: [guest],
  });
  for (const name of city.names) city.start(name);
  await everyGatewayIsStored();
});
afterAll(() => city.end());
// Whatever a test did: nobody has died, and what the gateways read still arrives whole.
afterEach(everyGatewayIsStored);

async function everyGatewayIsStored(): Promise<void> {
  for (const gateway of city.gateways) {
    const stored = await city.until("a ledger", () => ledgerOf(city, gateway)).then(([epoch]) => epoch?.stored ?? 0);
    await city.until(`readings of ${gateway.gateway} arrive whole`, async () => {
      const [epoch, ...more] = await ledgerOf(city, gateway);
      expect(more).toEqual([]);
      return epoch && epoch.stored > stored && epoch.missing === 0 && epoch.rejected === 0;
    });
  }
}

const logIn = (password = city.passwords.get(`${guest.site}/${guest.gateway}`)!) =>
  loginAs(city, { ...guest, password });
const sampleOf = (metric: string, value: number): Sample => ({ metric, at: systemClock.now(), value, quality: "good" });

describe("a gateway that says nonsense", () => {
  test("has each message counted that cannot be decoded, and its next good record stored with a receipt", {
    timeout,
  }, async () => {
    const good = recordOf([sampleOf("ph", 7.25)], { epoch: 7, offset: 1 });
    const garbage = Array.from({ length: 60 }, (_, seed) => {
      const random = Uint8Array.from(
        { length: Math.floor(chance(seed, 0) * 200) },
        (_, n) => chance(seed, n + 1) * 256,
      );
      return seed % 3 === 0 ? good.slice(0, 1 + Math.floor(chance(seed, 0) * (good.length - 1))) : random;
    });
    const undecodable = [...garbage, new Uint8Array(100_000).fill(255)].filter(
      (bytes) => "error" in decodePayload(bytes),
    );
    expect(undecodable.length).toBeGreaterThan(30);

    const speaker = await logIn();
    for (const bytes of undecodable) speaker.publish(speaker.topic("DDATA", "probe"), bytes);
    speaker.publish(speaker.topic("DDATA", "probe"), good);
    await city.until("a receipt for the good one", () => speaker.receipts.includes("7 1"));
    expect((await latestOf(city, "probe")).get("ph")).toMatchObject({ value: 7.25, quality: "good" });
    expect((await gatewayOf(city, guest))?.faults).toMatchObject({ payload: undecodable.length });
    expect(await (await fetch(`${city.api}/metrics`)).text()).toContain(
      `weir_gateway_faults_total{site="river-east",gateway="gw-guest",reason="payload"} ${undecodable.length}`,
    );
    await speaker.end();
  });

  test("has the readings of a message stored that are readings, and the others counted", { timeout }, async () => {
    const at = systemClock.now();
    const metric = (name: string, datatype: number, value: unknown) => ({ name, timestamp: at, datatype, value });
    const payload = encodePayload({
      timestamp: at,
      seq: 2,
      metrics: [
        metric("ph", DataType.Double, 6.5),
        metric("turbidity", DataType.String, "murky"),
        metric("", DataType.Double, 1),
        metric("water_temperature", DataType.Double, Number.NaN),
        metric("no quantity of ours / at all", DataType.Double, 3),
        metric(names.epoch, DataType.UInt64, 7n),
        metric(names.offset, DataType.UInt64, 2n),
      ],
    });
    const faults = (await gatewayOf(city, guest))?.faults.metric ?? 0;
    const speaker = await logIn();
    speaker.publish(speaker.topic("DDATA", "mixed"), payload);
    await city.until("a receipt", () => speaker.receipts.includes("7 2"));
    const readings = await latestOf(city, "mixed");
    expect(readings.get("ph")).toMatchObject({ value: 6.5, quality: "good" });
    expect(readings.get("water_temperature")).toMatchObject({ value: null, quality: "bad" });
    expect([...readings.keys()].sort()).toEqual(["no quantity of ours / at all", "ph", "water_temperature"]);
    expect((await gatewayOf(city, guest))?.faults.metric).toBe(faults + 2);
    await speaker.end();
  });

  test.each([
    ["another gateway's readings", "spBv1.0/river-east/DDATA/gw-river-east/park-weather"],
    ["another gateway's death", "spBv1.0/river-east/NDEATH/gw-river-east"],
    ["readings of another site", "spBv1.0/old-town/DDATA/gw-old-town/railway-underpass"],
    ["the host's state", "spBv1.0/STATE/weir-cloud"],
    ["a command", "spBv1.0/river-east/NCMD/gw-river-east"],
    ["a verb that there is not", "spBv1.0/river-east/SHOUT/gw-guest"],
    ["no Sparkplug topic", "hello"],
  ])(
    "may not publish %s: it is thrown out, the audit log says why, and nothing of it is believed",
    { timeout },
    async (_, topic) => {
      const forged = { ...sampleOf("air_temperature", -77.5), at: systemClock.now() + 60_000 };
      const speaker = await logIn();
      speaker.publish(topic, recordOf([forged], { epoch: 7, offset: 3 }));
      await city.until("it is thrown out", () => !speaker.isConnected());
      const told = city.linesOf("cloud").filter((line) => line.includes('"audit":"publish"'));
      expect(JSON.parse(told.at(-1)!)).toMatchObject({
        name: "river-east/gw-guest",
        topic,
        reason: expect.any(String),
      });
      const { readings } = await getJson<{ readings: { value: number }[] }>(`${city.api}/api/v1/latest`);
      expect(readings.filter(({ value }) => value === -77.5)).toEqual([]);
      for (const gateway of city.gateways) expect(await gatewayOf(city, gateway)).toMatchObject({ online: true });
      await speaker.end();
    },
  );
});

describe("a stranger at the broker's port", () => {
  test("is refused with a wrong password", { timeout }, async () => {
    await expect(logIn("guess")).rejects.toThrow("Not authorized");
  });

  test.each([
    ["an HTTP request", "GET / HTTP/1.1\r\nHost: broker\r\n\r\n"],
    ["an endless length", Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ["noise", Buffer.from(Array.from({ length: 4096 }, (_, n) => chance(1, n) * 256))],
  ])("is hung up on when it sends %s", { timeout }, async (_, bytes) => {
    const socket = connect(city.brokerPort, "127.0.0.1");
    let closed = false;
    socket.on("error", () => {});
    socket.on("close", () => {
      closed = true;
    });
    socket.resume().write(bytes);
    await city.until("it is hung up on", () => closed);
  });
});

describe("a request that makes no sense", () => {
  test.each([
    ["/api/v1/series?site=river-east&device=park-weather&metric=noise_level&from=yesterday", 400, "query.from"],
    ["/api/v1/raw?site=river-east&limit=-1", 400, "query.limit"],
    ["/api/v1/latest?quality=splendid", 400, "query.quality"],
    ["/api/v1/devices/river-east/nowhere", 404, "nowhere"],
    ["/api/v1/gateways/%ff/x/ledger", 400, "%ff"],
  ])("gets an answer that says what is wrong: %s", async (path, status, what) => {
    const answer = await fetch(`${city.api}${path}`);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(what);
  });
});

describe("a configuration that makes no sense", () => {
  test("is not taken over by a running gateway, which says what is wrong where, and reads on", {
    timeout,
  }, async () => {
    const { gateway, file } = city.gateways[0]!;
    const good = readFileSync(file, "utf8");
    writeFileSync(file, good.replace(/every: .*/, "every: often").replace(/profile: .*/, "profile: water/nothing"));
    city.signal(gateway, "SIGHUP");
    const line = await city.until("it says so", () =>
      city.linesOf(gateway).find((each) => each.includes("the changed configuration is not taken over")),
    );
    writeFileSync(file, good);
    const { faults } = JSON.parse(line) as { readonly faults: readonly string[] };
    expect(faults).toEqual([
      expect.stringMatching(/edge\.yaml:\d+: .*profile.*water\/nothing/),
      expect.stringMatching(/edge\.yaml:\d+: .*every.*500ms/),
    ]);
  });
});

describe("an instrument with a fault", () => {
  async function fault(target: string, options: object): Promise<void> {
    const answer = await fetch(`${city.control}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ target, ...options }),
    });
    expect(answer.status).toBe(201);
  }
  const mend = (target: string) => fetch(`${city.control}/faults/${target}`, { method: "DELETE" });
  const gateway = () => city.gateways.find(({ site }) => site === "river-east")!;
  const newest = async (device: string) =>
    Math.max(
      0,
      ...[...(await latestOf(city, device)).values()].flatMap(({ at, value }) => (value === null ? [] : [at])),
    );
  async function flow(devices: readonly string[]): Promise<void> {
    for (const device of devices) {
      const before = await newest(device);
      await city.until(`${device} is read on`, async () => (await newest(device)) > before);
    }
  }
  const stateOf = async (id: string) => (await statusOf(gateway())).devices.find(({ device }) => device === id)?.state;
  const bus = async (name: string) => (await statusOf(gateway())).buses.find((each) => each.name === name)!;

  test.each([
    ["is silent", { fault: "silence" }, "timeouts"],
    ["answers with garbage", { fault: "crc" }, "crcErrors"],
    ["swallows the ends of its answers", { fault: "truncate" }, "frameErrors"],
  ] as const)(
    "that %s turns bad alone, without a made-up value, is counted, and comes back",
    { timeout },
    async (_, how, counter) => {
      const before = (await bus("park-mast"))[counter];
      await fault("park-ozone", how);
      await city.until("it is down", async () => (await stateOf("park-ozone")) === "down");
      const bad = await city.until("its readings are bad in the cloud", async () => {
        const readings = [...(await latestOf(city, "park-ozone")).values()];
        return readings.length > 0 && readings.every(({ quality }) => quality === "bad") && readings;
      });
      expect(bad.map(({ value }) => value)).toEqual(bad.map(() => null));
      expect((await bus("park-mast"))[counter]).toBeGreaterThan(before);
      await flow(["park-weather"]);
      await mend("park-ozone");
      await city.until(
        "it is read again",
        async () => (await newest("park-ozone")) > Math.max(...bad.map(({ at }) => at)),
      );
    },
  );

  test("that refuses some registers loses their metrics alone", { timeout }, async () => {
    await fault("waterworks-power", { fault: "exception", code: 2, registers: "65-66" });
    await city.until("its active power is bad, and nothing else of it", async () => {
      const readings = [...(await latestOf(city, "waterworks-power")).values()];
      const bad = readings.filter(({ quality }) => quality === "bad").map(({ metric }) => metric);
      expect(bad).toEqual(["active_power"]);
      return true;
    });
    await flow(["waterworks-power", "waterworks-flow", "waterworks-pressure"]);
    expect((await bus("waterworks-pumps")).exceptions).toBeGreaterThan(0);
    expect(await stateOf("waterworks-power")).toBe("up");
    await mend("waterworks-power");
  });
});
