import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviceVerbs, formatTopic, nodeVerbs, parseTopic, type Topic, validName } from "./topics.ts";

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter(validName);
const group = name.filter((text) => text !== "STATE");
const topic: fc.Arbitrary<Topic> = fc.oneof(
  fc.record({ verb: fc.constantFrom(...nodeVerbs), group, node: name }),
  fc.record({ verb: fc.constantFrom(...deviceVerbs), group, node: name, device: name }),
  fc.record({ verb: fc.constant("STATE" as const), host: name }),
);

test("any topic that we build parses back to its parts", () => {
  fc.assert(
    fc.property(topic, (topic) => {
      expect(parseTopic(formatTopic(topic))).toEqual(topic);
    }),
  );
});

test("no text, however malformed, makes parseTopic throw, and what parses formats to the same text", () => {
  const part = fc.constantFrom("spBv1.0", "STATE", "DDATA", "NCMD", "NBIRTH", "a", "", "+", "#", "\0");
  const text = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 6 }).map((parts) => parts.join("/")),
  );
  fc.assert(
    fc.property(text, (text) => {
      const topic = parseTopic(text);
      if (topic) expect(formatTopic(topic)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["spBv1.0/city/DDATA/gw-1/meter", { verb: "DDATA", group: "city", node: "gw-1", device: "meter" }],
  ["spBv1.0/city/NBIRTH/gw-1", { verb: "NBIRTH", group: "city", node: "gw-1" }],
  ["spBv1.0/STATE/weir", { verb: "STATE", host: "weir" }],
  ["spBv1.0/水务/NDATA/网关 1", { verb: "NDATA", group: "水务", node: "网关 1" }],
])("%s is a topic", (text, topic) => {
  expect(parseTopic(text)).toEqual(topic);
});

test.each([
  "",
  "STATE/weir",
  "spAv1.0/city/NDATA/gw",
  "spBv1.0/city/NDATA",
  "spBv1.0/city/NDATA/gw/meter",
  "spBv1.0/city/DDATA/gw",
  "spBv1.0/city/DDATA/gw/",
  "spBv1.0/city/DDATA/gw/a/b",
  "spBv1.0//NDATA/gw",
  "spBv1.0/city/ndata/gw",
  "spBv1.0/city/NDATA/+",
  "spBv1.0/city/#",
  "spBv1.0/STATE/NDATA/gw",
  "spBv1.0/city/toString/gw",
  "spBv1.0/city/__proto__/gw",
  "$share/x/spBv1.0/city/NDATA/gw",
])("%j is no topic", (text) => {
  expect(parseTopic(text)).toBeUndefined();
});

describe("a wrong topic does not leave the program", () => {
  test.each([
    [{ verb: "NDATA", group: "", node: "gw" }, 'group: "" must not be empty or contain + / #'],
    [{ verb: "NDATA", group: "a/b", node: "gw" }, 'group: "a/b"'],
    [{ verb: "NDATA", group: "STATE", node: "gw" }, "`STATE` is the topic of host states"],
    [{ verb: "NDATA", group: "a", node: "gw", device: "d" }, "NDATA: is about the edge node, not a device"],
    [{ verb: "DCMD", group: "a", node: "gw" }, "DCMD: needs a device"],
    [{ verb: "STATE", host: "+" }, 'host: "+"'],
  ] as [Topic, string][])("%j", (topic, reason) => {
    expect(() => formatTopic(topic)).toThrow(reason);
  });
});
