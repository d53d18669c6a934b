import fc from "fast-check";
import { expect, test } from "vitest";
import { compressedOf, compressedUuid, encodeCompressed } from "./compressed.ts";
import { decodePayload } from "./decode.ts";
import type { Payload } from "./payload.ts";

const decode = (bytes: Uint8Array): Payload => {
  const payload = decodePayload(bytes);
  if ("error" in payload) throw new Error(payload.error);
  return payload;
};

test("whatever is compressed comes out of the message as it went in, with its algorithm", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom("DEFLATE" as const, "GZIP" as const), (body, algorithm) => {
      const message = decode(encodeCompressed({ algorithm, body }, { timestamp: 5, seq: 7 }));
      expect(compressedOf(message)).toEqual({ algorithm, body });
      expect(message).toMatchObject({ timestamp: 5, seq: 7 });
    }),
  );
});

test("other payloads are not compressed, and one that cannot be opened says why", () => {
  const body = Uint8Array.of(1);
  expect(compressedOf({ metrics: [], body })).toBeUndefined();
  expect(compressedOf({ metrics: [], uuid: compressedUuid, body })).toEqual({ algorithm: "DEFLATE", body });
  expect(compressedOf({ metrics: [], uuid: compressedUuid })).toMatchObject({
    error: expect.stringMatching(/no body/),
  });
  const metrics = [{ name: "algorithm", value: "LZ4" }];
  expect(compressedOf({ metrics, uuid: compressedUuid, body })).toMatchObject({
    error: expect.stringMatching(/"LZ4"; expected DEFLATE/),
  });
});
