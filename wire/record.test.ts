import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeRecord, encodeReplyRecord, openRecord, sealRecord } from "./record.ts";
import type { Sample } from "./sample.ts";
import { decodePayload } from "./sparkplug/decode.ts";
import { DataType, type Metric, type Payload } from "./sparkplug/payload.ts";

const at = 1_790_000_000_000;
const good = (metric: string, value: number): Sample => ({ metric, at, value, quality: "good" });

function decoded(bytes: Uint8Array): Payload {
  const payload = decodePayload(bytes);
  if ("error" in payload) throw new Error(payload.error);
  return payload;
}

const sample: fc.Arbitrary<Sample> = fc
  .record({
    metric: fc.oneof(
      fc.constantFrom("ph", "voltage/l1", "pump_state", "error_code", "flow_total"),
      fc.stringMatching(/^[a-z]{1,9}$/),
    ),
    at: fc.nat(8.64e15),
    number: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.nat(0xffffffff)),
    quality: fc.constantFrom("good" as const, "uncertain" as const, "bad" as const),
  })
  .map(({ number, ...sample }) => ({ ...sample, value: sample.quality === "bad" ? null : number + 0 }));

const seal = fc.record({ epoch: fc.maxSafeNat(), offset: fc.maxSafeNat(), seq: fc.nat(255), historical: fc.boolean() });

test("what a gateway seals a cloud opens: the same samples, the kind, the place in the outbox", () => {
  const kind = fc.string();
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 40 }), kind, seal, (samples, kind, seal) => {
      const { seq, ...place } = seal;
      const payload = decoded(sealRecord(encodeRecord(samples, { kind }), seal));
      expect(payload.seq).toBe(seq);
      expect(openRecord(payload)).toEqual({ samples, skipped: [], replies: [], kind, ...place });
    }),
  );
});

describe("a sealed record", () => {
  const body = encodeRecord([good("ph", 7), good("pump_state", 1)], { kind: "station" });

  test("live is the body with epoch, offset and seq behind it", () => {
    const sealed = sealRecord(body, { epoch: 5, offset: 9, seq: 200, historical: false });
    expect(sealed.slice(0, body.length)).toEqual(body);
    expect(decoded(sealed).metrics.slice(-2)).toEqual([
      { name: "Store Forward/Epoch", timestamp: at, datatype: DataType.UInt64, isTransient: true, value: 5n },
      { name: "Store Forward/Offset", timestamp: at, datatype: DataType.UInt64, isTransient: true, value: 9n },
    ]);
  });

  test("sent later has is_historical on every sample and is otherwise the same", () => {
    const live = decoded(sealRecord(body, { epoch: 5, offset: 9, seq: 1, historical: false }));
    const late = decoded(sealRecord(body, { epoch: 5, offset: 9, seq: 1, historical: true }));
    const marked = live.metrics.map((metric, i) => (i < 3 ? { ...metric, isHistorical: true } : metric));
    expect(late).toEqual({ ...live, metrics: marked });
  });

  test("is a message every Sparkplug host can read alone: each metric has name, datatype and timestamp", () => {
    for (const { name, datatype, timestamp } of decoded(
      sealRecord(body, { epoch: 1, offset: 1, seq: 0, historical: false }),
    ).metrics)
      expect([typeof name, typeof datatype, timestamp]).toEqual(["string", "number", at]);
  });

  test("costs 22 bytes a sample beyond its name, two more when it is sent later, and at most 110 once", () => {
    const two = encodeRecord([good("ph", 7), good("ph", 8)], { kind: "station" });
    const three = encodeRecord([good("ph", 7), good("ph", 8), good("turbidity", 9)], { kind: "station" });
    expect(three.length - two.length).toBe(22 + "turbidity".length);
    const seal = { epoch: at, offset: 1e6, seq: 9 };
    const live = sealRecord(three, { ...seal, historical: false });
    expect(live.length - three.length).toBeLessThan(110);
    expect(sealRecord(three, { ...seal, historical: true }).length - live.length).toBe(4 * 2);
  });
});

test("the annotated frame in the README is the one that is sent", () => {
  const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
  const frame = /```hex\n(.*?)```/s.exec(readme)?.[1]?.replaceAll(/#.*|\s/g, "");
  const body = encodeRecord([good("ph", 7.25)], { kind: "probe" });
  const sealed = sealRecord(body, { epoch: 5, offset: 4711, seq: 42, historical: true });
  expect(frame).toBe(Buffer.from(sealed).toString("hex"));
});

describe("values on the wire", () => {
  test("good says nothing of quality, uncertain says 64, bad is null with 0", () => {
    const samples: Sample[] = [
      good("ph", 7),
      { metric: "ph", at, value: 15, quality: "uncertain" },
      { metric: "pump_state", at, value: null, quality: "bad" },
    ];
    expect(decoded(encodeRecord(samples, { kind: "" })).metrics.slice(0, 3)).toEqual([
      { name: "ph", timestamp: at, datatype: DataType.Double, value: 7 },
      {
        name: "ph",
        timestamp: at,
        datatype: DataType.Double,
        value: 15,
        properties: { Quality: { type: 3, value: 64 } },
      },
      {
        name: "pump_state",
        timestamp: at,
        datatype: DataType.Int32,
        isNull: true,
        properties: { Quality: { type: 3, value: 0 } },
      },
    ]);
  });

  test("a state of 32 unsigned bits keeps its value", () => {
    const [metric] = decoded(encodeRecord([good("error_code", 0xffffffff)], { kind: "" })).metrics;
    expect(metric).toMatchObject({ datatype: DataType.Int64, value: 0xffffffffn });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("%s is no value: the sample is bad", (value) => {
    const payload = decoded(encodeRecord([good("ph", value)], { kind: "" }));
    expect(openRecord(payload).samples).toEqual([{ metric: "ph", at, value: null, quality: "bad" }]);
  });

  test("a record is dated by its newest sample", () => {
    expect(
      decoded(
        encodeRecord(
          [
            { ...good("ph", 7), at: 5 },
            { ...good("ph", 7), at: 9 },
            { ...good("ph", 7), at: 7 },
          ],
          { kind: "" },
        ),
      ).timestamp,
    ).toBe(9);
  });

  test("a record of nothing is not made", () => {
    expect(() => encodeRecord([], { kind: "" })).toThrow("at least one sample");
  });
});

describe("messages of others", () => {
  const open = (...metrics: Metric[]) => openRecord({ timestamp: at, metrics });

  test.each([
    ["a Boolean", { datatype: DataType.Boolean, value: true }, 1],
    ["a UInt64", { datatype: DataType.UInt64, value: 12n }, 12],
    ["a Float", { datatype: DataType.Float, value: 0.5 }, 0.5],
  ])("%s is a number", (_what, metric, value) => {
    expect(open({ name: "Pump 1/Speed (rpm)", ...metric }).samples).toEqual([good("Pump 1/Speed (rpm)", value)]);
  });

  test.each([
    [192, "good"],
    [216, "good"],
    [500, "uncertain"],
    [64, "uncertain"],
    [0, "bad"],
    [63, "bad"],
  ] as const)("quality %s is %s, and only a bad sample has no value", (code, quality) => {
    const properties = { Quality: { type: DataType.Int32, value: code } };
    const value = quality === "bad" ? null : 7;
    expect(open({ name: "ph", datatype: DataType.Double, value: 7, properties }).samples).toEqual([
      { metric: "ph", at, value, quality },
    ]);
  });

  test("what is no sample is skipped with a reason, and its neighbours are not", () => {
    const opened = open(
      { name: "note", datatype: DataType.String, value: "hello" },
      { name: "table", datatype: DataType.DataSet, value: { columns: [], types: [], rows: [] } },
      { name: "ph", datatype: DataType.Double },
      { alias: 7n, value: 1 },
      { name: "x", isTransient: true, datatype: DataType.Double, value: 1 },
      { name: "ns", timestamp: 1.79e18, datatype: DataType.Double, value: 1 },
      { name: "ph", datatype: DataType.Double, value: 7 },
    );
    expect(opened.samples).toEqual([good("ph", 7)]);
    expect(opened.skipped.map(({ metric, reason }) => `${metric}: ${reason}`)).toEqual([
      "note: a value of datatype 12 is not a number",
      "table: a value of datatype 16 is not a number",
      "ph: a value of datatype 10 is not a number",
      ": has no name, and no birth gave its alias one",
      "x: is transient: not to be stored",
      "ns: timestamp 1790000000000000000 is not epoch ms",
    ]);
  });

  test("protocol metrics are neither samples nor skipped", () => {
    expect(
      open(
        { name: "bdSeq", value: 1n },
        { name: "Node Control/Rebirth", value: false },
        { name: "Node Control/Reboot", value: false },
      ),
    ).toEqual({
      samples: [],
      skipped: [],
      replies: [],
      historical: false,
    });
  });

  test("half a place in an outbox is no place", () => {
    expect(open({ name: "Store Forward/Epoch", value: 1n })).not.toHaveProperty("epoch");
    expect(
      open({ name: "Store Forward/Epoch", value: 1n }, { name: "Store Forward/Offset", value: 2n ** 60n }),
    ).not.toHaveProperty("epoch");
  });
});

test("a reply to a command takes the same road", () => {
  const reply = { id: "c-1", status: "done", readBack: 60 } as const;
  const sealed = sealRecord(encodeReplyRecord(reply, at), { epoch: 1, offset: 2, seq: 3, historical: true });
  expect(openRecord(decoded(sealed))).toEqual({
    samples: [],
    skipped: [],
    replies: [reply],
    epoch: 1,
    offset: 2,
    historical: false,
  });
});

test("no payload makes openRecord throw", () => {
  const names = fc.constantFrom(
    "ph",
    "Store Forward/Offset",
    "Store Forward/Epoch",
    "Device/Kind",
    "Command/Reply",
    "bdSeq",
  );
  const value = fc.oneof(fc.anything(), fc.double(), fc.bigInt(), fc.string());
  const metric = fc.record({ name: names, timestamp: fc.double(), value, isNull: fc.boolean() }, { requiredKeys: [] });
  fc.assert(fc.property(fc.array(metric), (metrics) => void openRecord({ metrics: metrics as Metric[] })));
});
