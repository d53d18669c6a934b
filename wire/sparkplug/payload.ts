/**
 * Sparkplug B 3.0 chapter 6 payload as TypeScript values. Timestamps are epoch ms numbers (exact to 2^53); 64-bit integers are bigint.
 * Field numbers and nesting: sparkplug_b.proto beside this file.
 */
export const DataType = {
  Int8: 1,
  Int16: 2,
  Int32: 3,
  Int64: 4,
  UInt8: 5,
  UInt16: 6,
  UInt32: 7,
  UInt64: 8,
  Float: 9,
  Double: 10,
  Boolean: 11,
  String: 12,
  DateTime: 13,
  Text: 14,
  UUID: 15,
  DataSet: 16,
  Bytes: 17,
  File: 18,
  Template: 19,
  PropertySet: 20,
  PropertySetList: 21,
  Int8Array: 22,
  Int16Array: 23,
  Int32Array: 24,
  Int64Array: 25,
  UInt8Array: 26,
  UInt16Array: 27,
  UInt32Array: 28,
  UInt64Array: 29,
  FloatArray: 30,
  DoubleArray: 31,
  BooleanArray: 32,
  StringArray: 33,
  DateTimeArray: 34,
} as const;
export type DataType = (typeof DataType)[keyof typeof DataType];

/** Key under which a decoded message keeps the fields that it does not know, as they stood on the wire; encode writes them back. */
export const unknownFields: unique symbol = Symbol("unknown fields");
type Extensible = { readonly [unknownFields]?: Uint8Array };

export type Payload = Extensible & {
  readonly timestamp?: number;
  readonly metrics: readonly Metric[];
  readonly seq?: number;
  readonly uuid?: string;
  readonly body?: Uint8Array;
};

/** Which protobuf field of the value carried it. */
export type ValueField =
  | "int"
  | "long"
  | "float"
  | "double"
  | "boolean"
  | "string"
  | "bytes"
  | "dataset"
  | "template"
  | "propertyset"
  | "propertysets";

/**
 * A value as its type says: number for Int8…Int32, UInt8…UInt32, Float, Double and DateTime (epoch ms); bigint for Int64 and UInt64; boolean;
 * string for String, Text and UUID; Uint8Array for Bytes and File; DataSet; Template; PropertySet and arrays of it (properties only);
 * readonly arrays of the same for the array types.
 * `field` is set when the field is not the one the type prescribes (typeless metrics, UInt32 in long_value …); a value that does not fit its
 * type is left as the field gave it: int unsigned number, long unsigned bigint, float and double number, bytes Uint8Array.
 */
type Valued = { readonly value?: unknown; readonly field?: ValueField };

export type Metric = Extensible &
  Valued & {
    readonly name?: string;
    readonly alias?: bigint;
    readonly timestamp?: number;
    readonly datatype?: number;
    readonly isHistorical?: boolean;
    readonly isTransient?: boolean;
    readonly isNull?: boolean;
    readonly metadata?: MetaData;
    readonly properties?: PropertySet;
  };

/** type 0: the sender gave none. value null: the property is null. */
export type Property = Extensible & { readonly type: number; readonly value: unknown; readonly field?: ValueField };
export type PropertySet = Extensible & Readonly<Record<string, Property>>;

export type MetaData = Extensible & {
  readonly isMultiPart?: boolean;
  readonly contentType?: string;
  readonly size?: number;
  readonly seq?: number;
  readonly fileName?: string;
  readonly fileType?: string;
  readonly md5?: string;
  readonly description?: string;
};

/** rows hold one value a column, by the column's type; null where the sender gave none; a RawValue where it does not fit. */
export type DataSet = Extensible & {
  readonly columns: readonly string[];
  readonly types: readonly number[];
  readonly rows: readonly DataSetRow[];
};
export type DataSetRow = Extensible & readonly unknown[];
export type RawValue = Extensible & { readonly field?: ValueField; readonly value: unknown };

export type Template = Extensible & {
  readonly version?: string;
  readonly metrics: readonly Metric[];
  readonly parameters: readonly Parameter[];
  readonly templateRef?: string;
  readonly isDefinition?: boolean;
};
export type Parameter = Extensible & Valued & { readonly name?: string; readonly type: number };

/** What decode reads at most: length of a payload, messages within messages. */
export const limits = { bytes: 16 * 1024 * 1024, depth: 16 } as const;
