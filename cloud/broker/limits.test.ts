import { virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { generate, type IPublishPacket } from "mqtt-packet";
import { expect, test } from "vitest";
import { packetSizeGuard, rateLimit } from "./limits.ts";

const publish = (bytes: number): Buffer =>
  generate({
    cmd: "publish",
    topic: "t",
    payload: Buffer.alloc(bytes),
    qos: 0,
    retain: false,
    dup: false,
  } as IPublishPacket);

test("packets up to the limit pass however the stream is cut, a larger one is seen before its body", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(300), { minLength: 1 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (sizes, cuts) => {
        const fits = packetSizeGuard(303);
        const stream = Buffer.concat(sizes.map(publish));
        for (let at = 0, n = 0; at < stream.length; n++) {
          const length = cuts[n % cuts.length]!;
          expect(fits(stream.subarray(at, at + length))).toBe(true);
          at += length;
        }
        expect(fits(publish(301).subarray(0, 3))).toBe(false);
      },
    ),
  );
});

test("a length of five bytes is no MQTT", () => {
  expect(packetSizeGuard(2 ** 31)(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x01))).toBe(false);
});

test("any bytes leave the guard in a definite state", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(typeof packetSizeGuard(100)(bytes)).toBe("boolean")));
});

test("an address gets its burst at once and its rate after that, another its own", async () => {
  const clock = virtualClock();
  const may = rateLimit({ perSecond: 2, burst: 3 }, clock);
  expect(["a", "a", "a", "a", "b"].map(may)).toEqual([true, true, true, false, true]);
  await clock.advance(500);
  expect(["a", "a"].map(may)).toEqual([true, false]);
});
