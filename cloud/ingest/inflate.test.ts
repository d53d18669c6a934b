import { deflateSync, gzipSync } from "node:zlib";
import { names } from "@weir/wire/names.ts";
import { compressedUuid, encodeCompressed } from "@weir/wire/sparkplug/compressed.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inflated } from "./inflate.ts";
import { ownGateway, sample, t0, testbed } from "./testbed.ts";

const inner = { timestamp: 5, seq: 3, metrics: [{ name: "ph", timestamp: 5, datatype: 10, value: 7 }] };

test("zlib and gzip are opened, whatever else the message says; what is not compressed stays as it is", () => {
  const bytes = encodePayload(inner);
  expect(inflated({ metrics: [], uuid: compressedUuid, body: deflateSync(bytes) })).toEqual(inner);
  const gzip = [{ name: "algorithm", value: "GZIP" }];
  expect(inflated({ metrics: gzip, uuid: compressedUuid, body: gzipSync(bytes) })).toEqual(inner);
  expect(inflated(inner)).toBe(inner);
});

test("a few bytes that swell beyond the largest message are refused before they do", () => {
  const bomb = deflateSync(new Uint8Array(64 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(70_000);
  const error = expect.stringMatching(/more than 1048576 bytes/);
  expect(inflated({ metrics: [], uuid: compressedUuid, body: bomb })).toEqual({ error });
});

test("no bytes make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom("GZIP", "DEFLATE", "LZ4", 3), (body, value) => {
      expect(inflated({ metrics: [{ name: "algorithm", value }], uuid: compressedUuid, body })).toBeDefined();
    }),
  );
});

test("a compressed record is stored and receipted like any other; the receipt says what the cloud can open", async () => {
  const { say, clock, heard, store } = await testbed();
  const gateway = ownGateway();
  say(...gateway.birth());
  say(...gateway.deviceBirth("sonde", "water-quality"));
  const [topic, record] = gateway.record(1, "sonde", [sample("ph", 7.1)], { historical: true });
  say(topic, encodeCompressed({ algorithm: "DEFLATE", body: deflateSync(record) }, { timestamp: t0, seq: 2 }));
  await clock.advance(50);
  expect(heard.filter(({ name }) => name.startsWith("Store Forward/"))).toMatchObject([
    { name: names.receipt, value: "7 1" },
    { name: names.accepts, value: "DEFLATE" },
  ]);
  expect(await store.latest(new AbortController().signal)).toMatchObject([{ device: "sonde", value: 7.1 }]);
});
