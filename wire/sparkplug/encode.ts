import { writeDataSet } from "./encode-dataset.ts";
import {
  toRaw,
  writeBooleanField,
  writeBytesField,
  writeNumberField,
  writeScalar,
  writeStringField,
  writeUnknown,
} from "./encode-fields.ts";
import { writeMetaData, writePropertySet } from "./encode-properties.ts";
import { type DataSet, DataType, type Metric, type Parameter, type Payload, type Template } from "./payload.ts";
import { close, newWriter, open, type Writer, writeDouble, writeUint64, writeVarint } from "./writer.ts";

/** One buffer for all payloads: encoding is synchronous and the result is a copy. */
const scratch = newWriter(16 * 1024);

/**
 * Values → Sparkplug B payload, fields in the order of their numbers, unknown ones last, as protoc does.
 * Throws RangeError naming the metric whose value its datatype cannot hold.
 */
export function encodePayload(payload: Payload): Uint8Array {
  scratch.pos = 0;
  writeNumberField(scratch, 1, payload.timestamp);
  for (const metric of payload.metrics) writeMetric(scratch, metric);
  writeNumberField(scratch, 3, payload.seq);
  writeStringField(scratch, 4, payload.uuid);
  writeBytesField(scratch, 5, payload.body);
  writeUnknown(scratch, payload);
  return scratch.bytes.slice(0, scratch.pos);
}

/** Payload field 2, template field 2. */
export function writeMetric(w: Writer, metric: Metric): void {
  writeVarint(w, (2 << 3) | 2);
  const opened = open(w);
  writeStringField(w, 1, metric.name);
  if (metric.alias !== undefined) {
    writeVarint(w, 2 << 3);
    writeUint64(w, metric.alias);
  }
  writeNumberField(w, 3, metric.timestamp);
  writeNumberField(w, 4, metric.datatype);
  writeBooleanField(w, 5, metric.isHistorical);
  writeBooleanField(w, 6, metric.isTransient);
  writeBooleanField(w, 7, metric.isNull);
  if (metric.metadata) writeMetaData(w, metric.metadata);
  if (metric.properties) writePropertySet(w, 9, metric.properties);
  if (metric.value !== undefined && metric.value !== null) writeValue(w, metric);
  writeUnknown(w, metric);
  close(w, opened);
}

function writeValue(w: Writer, metric: Metric): void {
  const { datatype, value } = metric;
  if (datatype === DataType.Double && typeof value === "number" && metric.field === undefined) {
    writeVarint(w, (13 << 3) | 1);
    writeDouble(w, value);
    return;
  }
  const raw = named(metric, () => toRaw(datatype ?? 0, value, metric.field));
  if (raw.field === "bytes") writeBytesField(w, 16, raw.raw as Uint8Array);
  else if (raw.field === "dataset") named(metric, () => writeDataSet(w, raw.raw as DataSet));
  else if (raw.field === "template") named(metric, () => writeTemplate(w, raw.raw as Template));
  else writeScalar(w, 10, raw);
}

/** Metric field 18. */
function writeTemplate(w: Writer, template: Template): void {
  writeVarint(w, (18 << 3) | 2);
  const opened = open(w);
  writeStringField(w, 1, template.version);
  for (const metric of template.metrics) writeMetric(w, metric);
  for (const parameter of template.parameters) writeParameter(w, parameter);
  writeStringField(w, 4, template.templateRef);
  writeBooleanField(w, 5, template.isDefinition);
  writeUnknown(w, template);
  close(w, opened);
}

function writeParameter(w: Writer, parameter: Parameter): void {
  writeVarint(w, (3 << 3) | 2);
  const opened = open(w);
  writeStringField(w, 1, parameter.name);
  if (parameter.type !== 0) writeNumberField(w, 2, parameter.type);
  if (parameter.value !== undefined && parameter.value !== null)
    writeScalar(w, 3, toRaw(parameter.type, parameter.value, parameter.field));
  writeUnknown(w, parameter);
  close(w, opened);
}

function named<T>(metric: Metric, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(`metric ${metric.name ?? metric.alias ?? "without name"}: ${cause.message}`, { cause });
  }
}
