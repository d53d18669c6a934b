import fc from "fast-check";
import {
  type DataSet,
  DataType,
  type MetaData,
  type Metric,
  type Parameter,
  type Payload,
  type Property,
  type PropertySet,
  type Template,
} from "./payload.ts";

/** Payloads of every kind that encode must carry unchanged, for property tests. */

const text = fc.string({ unit: "binary", maxLength: 50 });
const safe = fc.oneof(fc.nat(), fc.maxSafeNat());
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = fc.uint8Array({ maxLength: 200 });

const scalars: [type: number, value: fc.Arbitrary<unknown>][] = [
  [DataType.Int8, fc.integer({ min: -128, max: 127 })],
  [DataType.Int16, fc.integer({ min: -32768, max: 32767 })],
  [DataType.Int32, fc.integer()],
  [DataType.Int64, int64],
  [DataType.UInt8, fc.nat(255)],
  [DataType.UInt16, fc.nat(65535)],
  [DataType.UInt32, fc.nat(0xffffffff)],
  [DataType.UInt64, uint64],
  [DataType.Float, fc.float()],
  [DataType.Double, fc.double()],
  [DataType.Boolean, fc.boolean()],
  [DataType.String, text],
  [DataType.DateTime, safe],
  [DataType.Text, text],
  [DataType.UUID, fc.uuid()],
];

const scalarArrays: [type: number, element: fc.Arbitrary<unknown>][] = [
  [DataType.Int8Array, fc.integer({ min: -128, max: 127 })],
  [DataType.Int16Array, fc.integer({ min: -32768, max: 32767 })],
  [DataType.Int32Array, fc.integer()],
  [DataType.Int64Array, int64],
  [DataType.UInt8Array, fc.nat(255)],
  [DataType.UInt16Array, fc.nat(65535)],
  [DataType.UInt32Array, fc.nat(0xffffffff)],
  [DataType.UInt64Array, uint64],
  [DataType.FloatArray, fc.float()],
  [DataType.DoubleArray, fc.double()],
  [DataType.BooleanArray, fc.boolean()],
  [DataType.StringArray, text.map((value) => value.replaceAll("\0", ""))],
  [DataType.DateTimeArray, safe],
];

const scalar = fc.oneof(...scalars.map(([type, value]) => value.map((value) => ({ type, value }))));

const dataset: fc.Arbitrary<DataSet> = fc
  .array(fc.tuple(text, fc.constantFrom(...scalars)), { maxLength: 4 })
  .chain((columns) =>
    fc.record({
      columns: fc.constant(columns.map(([name]) => name)),
      types: fc.constant(columns.map(([, [type]]) => type)),
      rows: fc.array(fc.tuple(...columns.map(([, [, value]]) => fc.option(value, { freq: 9 }))), { maxLength: 4 }),
    }),
  );

const properties: fc.Arbitrary<PropertySet> = fc.letrec<{ set: PropertySet; property: Property }>((tie) => ({
  set: fc.dictionary(text, tie("property"), { maxKeys: 3, depthIdentifier: "set" }),
  property: fc.oneof(
    { maxDepth: 3, depthIdentifier: "set" },
    fc.oneof(scalar, fc.record({ type: fc.nat(40), value: fc.constant(null) })),
    fc.record({ type: fc.constant(DataType.PropertySet), value: tie("set") }),
    fc.record({ type: fc.constant(DataType.PropertySetList), value: fc.array(tie("set"), { maxLength: 3 }) }),
  ),
})).set;

const metadata: fc.Arbitrary<MetaData> = fc.record(
  {
    isMultiPart: fc.boolean(),
    contentType: text,
    size: safe,
    seq: safe,
    fileName: text,
    fileType: text,
    md5: text,
    description: text,
  },
  { requiredKeys: [] },
);

const typed = fc.oneof(
  { weight: 3, arbitrary: scalar.map(({ type, value }) => ({ datatype: type, value })) },
  fc.oneof(
    ...scalarArrays.map(([datatype, element]) =>
      fc.record({ datatype: fc.constant(datatype), value: fc.array(element, { maxLength: 20 }) }),
    ),
  ),
  fc.record({ datatype: fc.constantFrom(DataType.Bytes, DataType.File), value: bytes }),
  fc.record({ datatype: fc.constant(DataType.DataSet), value: dataset }),
  fc.record({ datatype: fc.constantFrom(...Object.values(DataType)), isNull: fc.constant(true) }),
  fc.record({ field: fc.constant("int" as const), value: fc.nat(0xffffffff) }),
  fc.record({ field: fc.constant("long" as const), value: uint64 }),
  fc.record({ field: fc.constant("string" as const), value: text }),
  fc.record({ datatype: fc.constant(DataType.UInt32), field: fc.constant("long" as const), value: fc.nat() }),
);

const head = fc.record(
  {
    name: text,
    alias: uint64,
    timestamp: safe,
    isHistorical: fc.boolean(),
    isTransient: fc.boolean(),
    metadata,
    properties,
  },
  { requiredKeys: [] },
);

const parameter: fc.Arbitrary<Parameter> = fc
  .tuple(text, scalar)
  .map(([name, { type, value }]) => ({ name, type, value }));

export const metric: fc.Arbitrary<Metric> = fc.letrec<{ metric: Metric; template: Template }>((tie) => ({
  metric: fc
    .tuple(
      head,
      fc.oneof(
        { maxDepth: 2 },
        { weight: 6, arbitrary: typed },
        fc.record({ datatype: fc.constant(DataType.Template), value: tie("template") }),
      ),
    )
    .map(([about, value]) => ({ ...about, ...value }) as Metric),
  template: fc.record(
    {
      version: text,
      metrics: fc.array(tie("metric"), { maxLength: 3 }),
      parameters: fc.array(parameter, { maxLength: 3 }),
      templateRef: text,
      isDefinition: fc.boolean(),
    },
    { requiredKeys: ["metrics", "parameters"] },
  ),
})).metric;

export const payload: fc.Arbitrary<Payload> = fc.record(
  { timestamp: safe, metrics: fc.array(metric, { maxLength: 8 }), seq: fc.nat(255), uuid: text, body: bytes },
  { requiredKeys: ["metrics"] },
);
