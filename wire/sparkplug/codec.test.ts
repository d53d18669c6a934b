import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePayload } from "./decode.ts";
import { encodePayload } from "./encode.ts";
import * as arbitrary from "./payload.arbitrary.ts";
import { DataType, limits, type Metric, type Payload, unknownFields } from "./payload.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));

/** A length-delimited field in hex: its tag, its length, its contents. */
function inside(tag: string, ...contents: string[]): string {
  const all = contents.join("");
  return `${tag}${(all.length / 2).toString(16).padStart(2, "0")}${all}`;
}

function decoded(bytes: Uint8Array): Payload {
  const payload = decodePayload(bytes);
  if ("error" in payload) throw new Error(payload.error);
  return payload;
}

/** One metric through the codec and back. */
function carried(metric: Metric): Metric | undefined {
  return decoded(encodePayload({ metrics: [metric] })).metrics[0];
}

describe("round trip", () => {
  test("any payload that we encode decodes to itself", () => {
    fc.assert(
      fc.property(arbitrary.payload, (payload) => {
        expect(decoded(encodePayload(payload))).toEqual(payload);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["Int8", -128],
    ["Int8", 127],
    ["Int16", -32768],
    ["Int32", -2147483648],
    ["Int64", -(2n ** 63n)],
    ["UInt8", 255],
    ["UInt16", 65535],
    ["UInt32", 4294967295],
    ["UInt64", 2n ** 64n - 1n],
    ["Float", 1.5],
    ["Double", -0],
    ["Double", Number.NaN],
    ["Boolean", false],
    ["String", "水位 \u{1f30a}"],
    ["DateTime", 1_790_000_000_000],
    ["Text", ""],
    ["UUID", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"],
    ["Bytes", Uint8Array.of(0, 255)],
    ["File", new Uint8Array(0)],
    [
      "DataSet",
      {
        columns: ["a", "b"],
        types: [3, 12],
        rows: [
          [-1, "x"],
          [null, ""],
        ],
      },
    ],
    ["Template", { version: "1", templateRef: "pump", isDefinition: false, metrics: [], parameters: [] }],
    ["Int8Array", [-128, 127]],
    ["Int16Array", [-32768, 32767]],
    ["Int32Array", [-1, 2147483647]],
    ["Int64Array", [-1n, 2n ** 63n - 1n]],
    ["UInt8Array", [0, 255]],
    ["UInt16Array", [65535]],
    ["UInt32Array", [4294967295]],
    ["UInt64Array", [2n ** 64n - 1n]],
    ["FloatArray", [0.5, -2]],
    ["DoubleArray", [0.1, Number.POSITIVE_INFINITY]],
    ["BooleanArray", [true, false, true, false, true, false, true, false, true]],
    ["StringArray", ["ABC", "", "水"]],
    ["DateTimeArray", [0, 1_790_000_000_000]],
  ] as const)("a metric of %s keeps the value %s", (type, value) => {
    const metric = { name: "x", datatype: DataType[type], value };
    expect(carried(metric)).toEqual(metric);
  });

  test("strings and bodies of any length keep their length prefix right", () => {
    for (const length of [0, 1, 123, 124, 125, 126, 127, 128, 9000, 16379, 16380, 16383, 16384, 2 ** 21]) {
      const payload = { metrics: [{ name: "n".repeat(length) }, { name: "next" }] };
      expect(decoded(encodePayload(payload))).toEqual(payload);
    }
  });
});

test("a name is never mistaken for one whose letters are its bytes", () => {
  for (const prefix of "abcdefghijklmnopqrstuvwxyz")
    for (let lead = 0xc2; lead <= 0xdf; lead++)
      for (let trail = 0x80; trail <= 0xbf; trail++) {
        const letters = prefix + String.fromCharCode(lead, trail);
        const bytes = Uint8Array.of(0x12, 5, 0x0a, 3, prefix.charCodeAt(0), lead, trail);
        carried({ name: letters });
        if (decoded(bytes).metrics[0]?.name === letters) throw new Error(`${letters} was read for its bytes`);
      }
});

describe("Sparkplug 3.0 §6.4.17", () => {
  // The byte examples of the specification.
  test.each([
    ["Int8Array", [-23, 123], "e97b"],
    ["Int16Array", [-30000, 30000], "d08a3075"],
    ["UInt32Array", [52, 3293969225], "3400000049fb55c4"],
    ["UInt64Array", [52n, 16444743074749521625n], "3400000000000000d99e02d1b27637e4"],
    ["BooleanArray", [false, false, true, true, false, true, false, false, true, true, false, true], "0c00000034d0"],
    ["StringArray", ["ABC", "hello"], "41424300" + "68656c6c6f00"],
  ] as const)("%s packs as the specification shows", (type, value, packed) => {
    const bytes = encodePayload({ metrics: [{ datatype: DataType[type], value }] });
    expect(hex(bytes).slice(-packed.length)).toBe(packed);
  });
});

describe("what other senders do", () => {
  test("a UInt32 in long_value, as Sparkplug 2.2 had it, is read and goes back the same way", () => {
    const bytes = bytesOf("12 04 20 07 58 05");
    expect(decoded(bytes).metrics[0]).toEqual({ datatype: DataType.UInt32, value: 5, field: "long" });
    expect(hex(encodePayload(decoded(bytes)))).toBe(hex(bytes));
  });

  test("a negative Int8 is read in its own width and sign-extended to 32 bits", () => {
    expect(decoded(bytesOf("12 05 20 01 50 ff 01")).metrics[0]?.value).toBe(-1);
    expect(decoded(bytesOf("12 08 20 01 50 ff ff ff ff 0f")).metrics[0]?.value).toBe(-1);
    expect(decoded(bytesOf("12 0d 20 01 50 ff ff ff ff ff ff ff ff ff 01")).metrics[0]?.value).toBe(-1);
  });

  test("a typeless value keeps its field, so that a birth can type it later", () => {
    const bytes = bytesOf("12 08 10 07 50 ff ff ff ff 0f");
    expect(decoded(bytes).metrics[0]).toEqual({ alias: 7n, field: "int", value: 4294967295 });
    expect(hex(encodePayload(decoded(bytes)))).toBe(hex(bytes));
  });

  test.each([
    ["an Int8 of 300", "12 05 20 01 50 ac 02", 300],
    ["a Double in string_value", "12 05 20 0a 7a 01 61", "a"],
    ["an Int16Array of three bytes", "12 08 20 17 82 01 03 01 02 03", Uint8Array.of(1, 2, 3)],
    ["a StringArray without its last zero", "12 06 20 21 82 01 01 41", Uint8Array.of(0x41)],
    [
      "a BooleanArray that counts more than it holds",
      "12 09 20 20 82 01 04 ff ff ff ff",
      Uint8Array.of(255, 255, 255, 255),
    ],
    ["a DateTime beyond 2^53", "12 0d 20 0d 58 ff ff ff ff ff ff ff ff ff 01", 2n ** 64n - 1n],
    ["a type that does not exist", "12 05 20 63 50 01", 1],
  ])("%s is left as it came and does not spoil its neighbour", (_what, text, value) => {
    const length = text.replaceAll(" ", "").length / 2 - 2;
    const bytes = bytesOf(`12 ${length.toString(16).padStart(2, "0")} ${text.slice(6)} 12 03 0a 01 62`);
    const [strange, neighbour] = decoded(bytes).metrics;
    expect(strange?.value).toEqual(value);
    expect(strange?.field).toBeDefined();
    expect(neighbour).toEqual({ name: "b" });
    expect(hex(encodePayload(decoded(bytes)))).toBe(hex(bytes));
  });

  test("fields that we do not know survive, wherever they stand", () => {
    const extra = "a00605"; // field 100, varint 5
    const element = inside("0a", "0801", extra);
    const dataset = inside("8a01", "0801", inside("12", "61"), "1803", inside("22", element, extra), extra);
    const property = inside("12", "0815", inside("52", inside("0a", extra), extra), extra);
    const properties = inside("4a", inside("0a", "51"), property, extra);
    const template = inside("9201", inside("1a", "1003", "1801", extra), extra);
    const metrics = [
      inside("12", "2010", inside("42", "2001", extra), properties, dataset, extra),
      inside("12", "2013", template, "9b06", "0801", "9c06"),
    ];
    const bytes = bytesOf([...metrics, "a1060102030405060708", "a20601ff", "a3060801a406", "a50601020304"].join(""));
    const payload = decoded(bytes);
    expect(payload[unknownFields]).toHaveLength(26);
    expect(payload.metrics[0]?.[unknownFields]).toEqual(bytesOf(extra));
    expect(payload.metrics[0]?.value).toMatchObject({ columns: ["a"], types: [3] });
    expect(hex(encodePayload(payload))).toBe(hex(bytes));
  });

  test("unknown fields among known ones survive and go behind them", () => {
    const payload = decoded(bytesOf("a00605 0801 a00606 1807 a00607"));
    expect(hex(encodePayload(payload))).toBe("08011807a00605a00606a00607");
  });

  test("a property named __proto__ is a property", () => {
    const properties = Object.fromEntries([["__proto__", { type: DataType.Int32, value: 1 }]]);
    const found = carried({ properties })?.properties ?? {};
    expect(Object.entries(found)).toEqual([["__proto__", { type: 3, value: 1 }]]);
  });
});

describe("bytes that are no payload", () => {
  test("no bytes, however random, make decode throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodePayload(bytes)),
      { numRuns: 1000 },
    );
  });

  test("no payload with bytes changed, cut or repeated makes decode throw, and what decodes can be encoded", () => {
    const edit = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "cut", "repeat"));
    fc.assert(
      fc.property(arbitrary.payload, fc.array(edit, { minLength: 1, maxLength: 4 }), (payload, edits) => {
        let bytes = [...encodePayload(payload)];
        for (const [position, byte, how] of edits) {
          const at = position % (bytes.length + 1);
          if (how === "set") bytes[at] = byte;
          else if (how === "cut") bytes = bytes.slice(0, at);
          else bytes = [...bytes.slice(0, at), ...bytes.slice(at, at + byte), ...bytes.slice(at)];
        }
        const read = decodePayload(Uint8Array.from(bytes));
        if (!("error" in read)) expect(decodePayload(encodePayload(read))).toEqual(read);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["a length beyond the end", "12 05 0a", "byte 2: needs 5 bytes, 1 are left", 2],
    ["a number cut short", "08 ff", "byte 1: number is cut short", 1],
    ["a number of more than 64 bits", "08 ff ff ff ff ff ff ff ff ff 02", "byte 1: number is longer than 64 bits", 1],
    ["field number 0", "00", "byte 0: 0 is not a field tag", 0],
    ["wire type 7", "0f", "byte 1: wire type 7 does not exist", 1],
    ["text that is not UTF-8", "12 03 0a 01 ff", "byte 4: text is not UTF-8", 4],
    ["a double cut by its metric", "12 05 69 00 00 00 00", "byte 3: needs 8 bytes, 4 are left", 3],
    ["a property without a value", "12 05 4a 03 0a 01 51", "byte 4: property set has 1 keys and 0 values", 4],
    ["a group that never ends", "a3 06 08 01", "byte 2: group has no end", 2],
  ])("%s is refused with its place", (_what, text, error, offset) => {
    expect(decodePayload(bytesOf(text))).toEqual({ error, offset });
  });

  test("templates nested beyond the limit are refused, within it accepted", () => {
    const nest = (depth: number): Metric =>
      depth === 0
        ? { name: "leaf" }
        : { datatype: DataType.Template, value: { metrics: [nest(depth - 1)], parameters: [] } };
    expect(decodePayload(encodePayload({ metrics: [nest(limits.depth / 2 - 1)] }))).toHaveProperty("metrics");
    expect(decodePayload(encodePayload({ metrics: [nest(limits.depth / 2)] }))).toMatchObject({
      error: expect.stringContaining("nested deeper than 16"),
    });
    expect(decodePayload(new Uint8Array(100_000).fill(0x1b))).toHaveProperty("error");
  });

  test("a payload over the size limit is refused unread", () => {
    expect(decodePayload(new Uint8Array(limits.bytes + 1))).toMatchObject({ offset: 0 });
  });
});

describe("values that a type cannot hold", () => {
  test.each([
    [DataType.Int8, 128],
    [DataType.UInt16, -1],
    [DataType.Int32, 1.5],
    [DataType.UInt64, -1n],
    [DataType.Int64, 2n ** 63n],
    [DataType.Double, "1"],
    [DataType.Boolean, 1],
    [DataType.String, 5],
    [DataType.Bytes, [1]],
    [DataType.DataSet, 5],
    [99, 1],
  ])("datatype %s refuses %s by the metric's name", (datatype, value) => {
    expect(() => encodePayload({ metrics: [{ name: "tank_level", datatype, value }] })).toThrow(
      /^metric tank_level: datatype \d+ (cannot hold|does not exist)/,
    );
  });

  test("a payload that failed to encode leaves nothing behind in the next", () => {
    const good = { metrics: [{ name: "a", datatype: DataType.Int8, value: 1 }] };
    const before = hex(encodePayload(good));
    expect(() => encodePayload({ timestamp: 1, metrics: [{ datatype: DataType.Int8, value: 999 }] })).toThrow(
      RangeError,
    );
    expect(hex(encodePayload(good))).toBe(before);
  });
});
