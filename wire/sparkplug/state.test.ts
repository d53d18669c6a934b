import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeState, encodeState } from "./state.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("any state reads back", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.maxSafeNat(), (online, timestamp) => {
      expect(decodeState(encodeState({ online, timestamp }))).toEqual({ online, timestamp });
    }),
  );
});

test("the state is the JSON of the specification", () => {
  expect(new TextDecoder().decode(encodeState({ online: true, timestamp: 1668114759262 }))).toBe(
    '{"online":true,"timestamp":1668114759262}',
  );
});

test("no bytes make decodeState throw", () => {
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytesOf)), (bytes) => void decodeState(bytes)));
});

test.each([
  "",
  "ONLINE",
  "OFFLINE",
  "null",
  "true",
  "{}",
  '{"online":true}',
  '{"online":1,"timestamp":5}',
  '{"online":"true","timestamp":1}',
  '"ONLINE"',
  '{"online":true,"timestamp":-1}',
  '{"online":true,"timestamp":"5"}',
])("%j is no state", (text) => {
  expect(decodeState(bytesOf(text))).toEqual({ error: expect.stringContaining("is not a host state") });
});
