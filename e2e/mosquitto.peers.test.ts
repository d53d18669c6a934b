import { join } from "node:path";
import { names } from "@weir/wire/names.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { parseTopic } from "@weir/wire/topics.ts";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { statusOf } from "./ask.ts";
import { layOutCity } from "./city-under-test.ts";
import { drain } from "./drain.ts";
import { compare, readOracle, readStore } from "./oracle.ts";
import { startMosquitto, startMosquittoSub } from "./peers.ts";

type Heard = { readonly topic: string; readonly retained: string; readonly bytes: Uint8Array };

function heardOf(lines: readonly string[]): readonly Heard[] {
  return lines.flatMap((line) => {
    const [, topic, retained, hex] = /^message: (\S+) ([01]) ([0-9a-f]*)$/.exec(line) ?? [];
    return topic === undefined ? [] : [{ topic, retained: retained!, bytes: Buffer.from(hex!, "hex") }];
  });
}

test("over mosquitto nothing is lost though it is killed, and mosquitto_sub hears Sparkplug B as it stands in the book", {
  timeout: 180_000,
}, async () => {
  const city = await layOutCity({
    buses: ["waterworks-pumps", "park-mast", "drainage"],
    every: "200ms",
    healthEvery: "2s",
    speed: 3600,
    broker: "external",
    gatewayCommand: [join(import.meta.dirname, "oracle-gateway.ts")],
  });
  onTestFinished(city.end);
  onTestFailed(() => console.error(city.tell()));
  let broker = await startMosquitto(city.brokerPort, city.folder);
  onTestFinished(async () => void (await broker.end("SIGKILL")));
  const listener = await startMosquittoSub(city.brokerPort, "spBv1.0/#");
  onTestFinished(async () => void (await listener.end("SIGKILL")));
  const receipts = async () => {
    const statuses = await Promise.all(city.gateways.map(statusOf));
    return statuses.map(({ uplink }) => uplink.receipts);
  };
  const moreReceipts = async (than: readonly number[]) =>
    city.until("receipts come", async () => (await receipts()).every((count, index) => count > than[index]! + 3));

  for (const name of city.names) city.start(name);
  await city.running(...city.names);
  await city.until("mosquitto_sub hears readings of every gateway", () =>
    city.gateways.every(
      ({ gateway }) => heardOf(listener.lines).filter(({ topic }) => topic.includes(`/DDATA/${gateway}/`)).length > 10,
    ),
  );
  await listener.end("SIGTERM");
  await broker.end("SIGKILL");
  const before = await receipts();
  broker = await startMosquitto(city.brokerPort, city.folder);
  await moreReceipts(before);
  await drain(city);
  const oracle = readOracle(city.gateways);
  expect(await city.stop("cloud")).toBe(0);
  expect(compare(oracle, readStore(join(city.folder, "cloud", "readings.db")))).toEqual({
    missing: [],
    altered: [],
    invented: [],
  });
  expect(oracle.promised.size).toBeGreaterThan(200);

  const heard = heardOf(listener.lines);
  const states = heard.filter(({ topic }) => topic === "spBv1.0/STATE/weir-cloud");
  expect(JSON.parse(Buffer.from(states.at(-1)!.bytes).toString())).toEqual({
    online: true,
    timestamp: expect.any(Number),
  });
  for (const gateway of city.gateways) {
    const said = heard.flatMap(({ topic, retained, bytes }) => {
      const about = parseTopic(topic);
      if (!about || about.verb === "STATE" || about.node !== gateway.gateway || about.verb.endsWith("CMD")) return [];
      const payload = decodePayload(bytes);
      if ("error" in payload) throw new Error(`${topic}: ${payload.error}`);
      expect({ group: about.group, retained }).toEqual({ group: gateway.site, retained: "0" });
      return [{ verb: about.verb, device: about.device, payload }];
    });
    const [nbirth, ...rest] = said;
    expect(nbirth).toMatchObject({ verb: "NBIRTH", payload: { seq: 0 } });
    expect(nbirth!.payload.metrics.map(({ name }) => name)).toEqual(
      expect.arrayContaining([names.bdSeq, names.rebirth]),
    );
    let seq: number | undefined;
    for (const { verb, payload } of said.filter(({ verb }) => verb !== "NDEATH")) {
      seq = verb === "NBIRTH" ? 0 : ((seq ?? 0) + 1) % 256;
      expect(payload.seq).toBe(seq);
    }
    const born = new Set(rest.flatMap(({ verb, device }) => (verb === "DBIRTH" ? [device] : [])));
    expect([...born].sort()).toEqual([...gateway.devices].sort());
    const data = rest.filter(({ verb }) => verb === "DDATA");
    expect(data.length).toBeGreaterThan(10);
    for (const { payload } of data)
      for (const { name, datatype, timestamp } of payload.metrics)
        expect({ name, datatype, timestamp }).toEqual({
          name: expect.stringMatching(/./),
          datatype: expect.any(Number),
          timestamp: expect.any(Number),
        });
  }
});
