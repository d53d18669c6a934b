import fc from "fast-check";
import { expect, test } from "vitest";
import { type About, aboutMetric, aboutOf } from "./about.ts";
import { decodePayload } from "./sparkplug/decode.ts";
import { encodePayload } from "./sparkplug/encode.ts";
import { DataType, type Metric, type Payload } from "./sparkplug/payload.ts";

const birth = (...metrics: Metric[]): Payload => {
  const payload = decodePayload(encodePayload({ timestamp: 1, metrics }));
  if ("error" in payload) throw new Error(payload.error);
  return payload;
};

test("what a birth says about a device arrives as it was said", () => {
  const text = fc.string({ minLength: 1, unit: "grapheme" });
  const about = fc.record(
    {
      ...{ kind: text, model: text, profile: text, title: fc.record({ en: text, zh: text }) },
      everyMs: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(fc.property(about, (said: About) => void expect(aboutOf(birth(aboutMetric(said)))).toEqual(said)));
});

test("a birth of another make says nothing about the device", () => {
  expect(aboutOf(birth({ name: "ph", datatype: DataType.Double, value: 7 }))).toEqual({});
  expect(aboutOf(birth({ name: "Device/Kind", datatype: DataType.Int32, value: 7 }))).toEqual({});
});

test("a title in one language stands for both", () => {
  const titled = {
    ...aboutMetric({ kind: "probe" }),
    properties: { "Title zh": { type: DataType.String, value: "桥" } },
  };
  expect(aboutOf(birth(titled as Metric))).toEqual({ kind: "probe", title: { en: "桥", zh: "桥" } });
});
