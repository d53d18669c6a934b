import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodePayload } from "./decode.ts";
import { encodePayload } from "./encode.ts";
import { DataType, type Payload } from "./payload.ts";

const testdata = new URL("../testdata/", import.meta.url);
const at = 1_790_000_000_000;
const quality = (value: number) => ({ Quality: { type: DataType.Int32, value } });

/** What each frame of testdata/*.txtpb says. The bytes beside it, *.hex, are what protoc makes of the text. */
const frames: Record<string, Payload> = {
  ddata: {
    timestamp: at + 123,
    metrics: [
      { name: "ph", timestamp: at + 120, datatype: DataType.Double, value: 7.25 },
      { name: "voltage/l1", timestamp: at + 121, datatype: DataType.Double, properties: quality(64), value: 230.2 },
      { name: "turbidity", timestamp: at + 122, datatype: DataType.Double, isNull: true, properties: quality(0) },
      { name: "pump_state", timestamp: at + 123, datatype: DataType.Int32, value: 1 },
      {
        name: "Device/Kind",
        timestamp: at + 123,
        datatype: DataType.String,
        isTransient: true,
        value: "river-station",
      },
      {
        name: "Store Forward/Epoch",
        timestamp: at + 123,
        datatype: DataType.UInt64,
        isTransient: true,
        value: 1789999999000n,
      },
      { name: "Store Forward/Offset", timestamp: at + 123, datatype: DataType.UInt64, isTransient: true, value: 4711n },
    ],
    seq: 42,
  },
  nbirth: {
    timestamp: at,
    metrics: [
      { name: "bdSeq", timestamp: at, datatype: DataType.Int64, value: 17n },
      { name: "Node Control/Rebirth", timestamp: at, datatype: DataType.Boolean, value: false },
      { name: "cpu_load", alias: 1n, timestamp: at, datatype: DataType.Double, value: 12.5 },
      { name: "clock_offset", alias: 2n ** 64n - 1n, timestamp: at, datatype: DataType.Float, value: -0.5 },
    ],
    seq: 0,
  },
  "ndata-alias": {
    timestamp: at + 1000,
    metrics: [
      { alias: 1n, timestamp: at + 1000, value: 13.5, field: "double" },
      { alias: 2n ** 64n - 1n, timestamp: at + 1000, value: 1.25, field: "float" },
    ],
    seq: 1,
  },
  ndeath: { timestamp: at, metrics: [{ name: "bdSeq", datatype: DataType.Int64, value: 17n }] },
  "ncmd-receipt": {
    timestamp: at + 2000,
    metrics: [
      {
        name: "Store Forward/Receipt",
        timestamp: at + 2000,
        datatype: DataType.String,
        value: "1789999999000 4700-4711 4713",
      },
    ],
  },
  dcmd: {
    timestamp: at + 3000,
    metrics: [
      { name: "Command/Id", datatype: DataType.String, value: "c-1" },
      { name: "Command/Expires", datatype: DataType.DateTime, value: at + 33_000 },
      { name: "lamp_dim_level", datatype: DataType.Double, value: 60 },
    ],
  },
  integers: {
    metrics: [
      { name: "Int8", datatype: DataType.Int8, value: -128 },
      { name: "Int8", datatype: DataType.Int8, value: 127 },
      { name: "Int16", datatype: DataType.Int16, value: -32768 },
      { name: "Int16", datatype: DataType.Int16, value: 32767 },
      { name: "Int32", datatype: DataType.Int32, value: -2147483648 },
      { name: "Int32", datatype: DataType.Int32, value: 2147483647 },
      { name: "Int64", datatype: DataType.Int64, value: -(2n ** 63n) },
      { name: "Int64", datatype: DataType.Int64, value: 2n ** 63n - 1n },
      { name: "UInt8", datatype: DataType.UInt8, value: 255 },
      { name: "UInt16", datatype: DataType.UInt16, value: 65535 },
      { name: "UInt32", datatype: DataType.UInt32, value: 4294967295 },
      { name: "UInt64", datatype: DataType.UInt64, value: 2n ** 64n - 1n },
      { name: "DateTime", datatype: DataType.DateTime, value: Number.MAX_SAFE_INTEGER },
    ],
  },
  complex: {
    timestamp: at + 4000,
    metrics: [
      {
        name: "profile",
        timestamp: at + 4000,
        datatype: DataType.DataSet,
        value: {
          columns: ["depth", "temperature", "ok", "note"],
          types: [DataType.Int32, DataType.Double, DataType.Boolean, DataType.String],
          rows: [
            [-2, 18.5, true, "水"],
            [5, null, false, ""],
          ],
        },
      },
      {
        name: "pump",
        datatype: DataType.Template,
        value: {
          version: "v1",
          metrics: [{ name: "speed", datatype: DataType.UInt16, value: 1450 }],
          parameters: [
            { name: "rated", type: DataType.Float, value: 2.5 },
            { name: "serial", type: DataType.String, value: "A-7" },
          ],
          templateRef: "Pump",
          isDefinition: false,
        },
      },
      {
        name: "picture",
        datatype: DataType.File,
        metadata: {
          isMultiPart: false,
          contentType: "image/png",
          size: 4,
          seq: 0,
          fileName: "a.png",
          fileType: "png",
          md5: "00",
          description: "gauge",
        },
        value: Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
      },
      {
        name: "spectrum",
        timestamp: at + 3000,
        datatype: DataType.FloatArray,
        isHistorical: true,
        properties: {
          unit: { type: DataType.String, value: "dB" },
          range: { type: DataType.PropertySet, value: { low: { type: DataType.Float, value: -1.5 } } },
          limits: { type: DataType.PropertySetList, value: [{ n: { type: DataType.UInt64, value: 1n } }, {}] },
          gone: { type: DataType.UInt8, value: null },
        },
        value: [1, -2],
      },
      {
        name: "flags",
        datatype: DataType.BooleanArray,
        value: [false, false, true, true, false, true, false, false, true, true, false, true],
      },
    ],
    seq: 255,
    uuid: "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    body: Uint8Array.of(1, 2),
  },
};

function frame(name: string): string {
  return readFileSync(new URL(`${name}.hex`, testdata), "utf8").replaceAll(/\s/g, "");
}

test("every frame in testdata is looked at", () => {
  const texts = readdirSync(testdata).filter((file) => file.endsWith(".txtpb"));
  expect(texts.map((file) => file.replace(".txtpb", "")).sort()).toEqual(Object.keys(frames).sort());
});

test.each(Object.entries(frames))("protoc's %s decodes to what its text says", (name, payload) => {
  expect(decodePayload(Uint8Array.from(Buffer.from(frame(name), "hex")))).toEqual(payload);
});

test.each(Object.entries(frames))("%s encodes to protoc's bytes", (name, payload) => {
  expect(Buffer.from(encodePayload(payload)).toString("hex")).toBe(frame(name));
});
