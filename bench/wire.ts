/**
 * Metrics per second that the Sparkplug codec encodes and decodes, beside protobufjs in the same run, on a DDATA of 30 Double metrics with
 * names and timestamps. Also what an outbox record costs: samples → body, body → message, message → samples.
 * usage: node bench/wire.ts
 */
import { readFileSync } from "node:fs";
import { encodeRecord, openRecord, sealRecord } from "@weir/wire/record.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType, type Payload } from "@weir/wire/sparkplug/payload.ts";
import protobuf from "protobufjs";

const metricsPerMessage = 30;
const rounds = 9;
const roundMs = 250;
const target = 1e6;

const at = 1_790_000_000_000;
const quantities = ["voltage", "current", "active_power", "reactive_power", "power_factor", "active_energy_import"];
const samples: Sample[] = Array.from({ length: metricsPerMessage }, (_, i) => ({
  metric: `${quantities[i % quantities.length]}/l${Math.floor(i / quantities.length)}`,
  at: at + i,
  value: 220 + Math.sin(i),
  quality: "good",
}));
const payload: Payload = {
  timestamp: at,
  metrics: samples.map(({ metric, at, value }) => ({ name: metric, timestamp: at, datatype: DataType.Double, value })),
  seq: 7,
};

const schema = readFileSync(new URL("../wire/sparkplug/sparkplug_b.proto", import.meta.url), "utf8");
const PeerPayload = protobuf.parse(schema).root.lookupType("weir.sparkplug.Payload");
const peerPayload = PeerPayload.create({
  timestamp: at,
  metrics: samples.map(({ metric, at, value }) => ({ name: metric, timestamp: at, datatype: 10, doubleValue: value })),
  seq: 7,
});

const bytes = encodePayload(payload);
if (Buffer.compare(bytes, PeerPayload.encode(peerPayload).finish()) !== 0)
  throw new Error("the two encoders do not make the same bytes: nothing to compare");

const body = encodeRecord(samples, { kind: "power-meter" });
const seal = { epoch: at, offset: 4711, seq: 7 };
const message = sealRecord(body, { ...seal, historical: false });
const opened = (bytes: Uint8Array) => {
  const payload = decodePayload(bytes);
  if ("error" in payload) throw new Error(payload.error);
  return openRecord(payload).samples.length;
};

const work: Record<string, () => unknown> = {
  encode: () => encodePayload(payload),
  "encode protobufjs": () => PeerPayload.encode(peerPayload).finish(),
  decode: () => decodePayload(bytes),
  "decode protobufjs": () => PeerPayload.decode(bytes),
  "samples → body": () => encodeRecord(samples, { kind: "power-meter" }),
  "body → live message": () => sealRecord(body, { ...seal, historical: false }),
  "body → historical message": () => sealRecord(body, { ...seal, historical: true }),
  "message → samples": () => opened(message),
};

const figures = new Map(Object.keys(work).map((name) => [name, [] as number[]]));
for (let round = 0; round < rounds; round++)
  for (const [name, run] of Object.entries(work)) figures.get(name)!.push(perSecond(run));

console.log(
  `${metricsPerMessage} Double metrics, ${bytes.length} bytes; median of ${rounds} rounds of ${roundMs} ms\n`,
);
for (const name of Object.keys(work)) console.log(`${name.padEnd(26)} ${(median(name) / 1e6).toFixed(2)} M metrics/s`);
console.log();
for (const name of ["encode", "decode"]) {
  const ratio = (median(name) / median(`${name} protobufjs`)).toFixed(2);
  const verdict = median(name) >= target ? "reached" : "MISSED";
  console.log(`${name}: ${ratio} × protobufjs; target ${target / 1e6} M metrics/s ${verdict}`);
}

/** Metrics a second over one round. */
function perSecond(run: () => unknown): number {
  const start = performance.now();
  let messages = 0;
  while (performance.now() - start < roundMs) for (let i = 0; i < 50; i++, messages++) run();
  return (messages * metricsPerMessage * 1000) / (performance.now() - start);
}

/** The median round, without the first, in which the code is still being compiled. */
function median(name: string): number {
  const sorted = figures
    .get(name)!
    .slice(1)
    .toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
