/** Sparkplug B 3.0 chapter 6 payload as TypeScript values. Timestamps are epoch ms numbers; 64-bit integers are bigint. */
export const DataType = {
  Int8: 1, Int16: 2, Int32: 3, Int64: 4, UInt8: 5, UInt16: 6, UInt32: 7, UInt64: 8, Float: 9, Double: 10, Boolean: 11, String: 12,
  DateTime: 13, Text: 14, UUID: 15, DataSet: 16, Bytes: 17, File: 18, Template: 19,
} as const;
export type DataType = (typeof DataType)[keyof typeof DataType];

export type Payload = {
  readonly timestamp?: number;
  readonly metrics: readonly Metric[];
  readonly seq?: number;
  readonly uuid?: string;
  readonly body?: Uint8Array;
};

export type Metric = {
  readonly name?: string;
  readonly alias?: bigint;
  readonly timestamp?: number;
  readonly datatype?: number;
  readonly isHistorical?: boolean;
  readonly isTransient?: boolean;
  readonly isNull?: boolean;
  readonly properties?: Readonly<Record<string, { readonly type: number; readonly value: unknown }>>;
  readonly value?: unknown;
};
