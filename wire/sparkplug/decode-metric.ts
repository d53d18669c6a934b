import { readDataSet } from "./decode-dataset.ts";
import { keepUnknown, passOver, type Raw, readScalar, type Spans, setValue, type Writable } from "./decode-fields.ts";
import { readMetaData, readPropertySet } from "./decode-properties.ts";
import { DataType, limits, type Metric, type Parameter, type Template } from "./payload.ts";
import {
  enter,
  leave,
  type Reader,
  readBytes,
  readDouble,
  readString,
  readTag,
  readUint32,
  readUint64,
  readVarint,
} from "./reader.ts";

/** Payload field 2, template field 2. */
export function readMetric(r: Reader): Metric {
  const outerEnd = enter(r, limits.depth);
  const metric: Writable<Metric> = {};
  let raw: Raw | undefined;
  let double: number | undefined;
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    switch (tag) {
      case (1 << 3) | 2:
        metric.name = readString(r);
        break;
      case (2 << 3) | 0:
        metric.alias = readUint64(r);
        break;
      case (3 << 3) | 0:
        metric.timestamp = readVarint(r);
        break;
      case (4 << 3) | 0:
        metric.datatype = readUint32(r);
        break;
      case (5 << 3) | 0:
        metric.isHistorical = readVarint(r) !== 0;
        break;
      case (6 << 3) | 0:
        metric.isTransient = readVarint(r) !== 0;
        break;
      case (7 << 3) | 0:
        metric.isNull = readVarint(r) !== 0;
        break;
      case (8 << 3) | 2:
        metric.metadata = readMetaData(r);
        break;
      case (9 << 3) | 2:
        metric.properties = readPropertySet(r);
        break;
      case (13 << 3) | 1:
        double = readDouble(r);
        raw = undefined;
        break;
      default: {
        const value = readValue(r, tag);
        if (value) {
          raw = value;
          double = undefined;
        } else unknown = passOver(r, tag, start, unknown);
      }
    }
  }
  leave(r, outerEnd);
  if (double !== undefined && metric.datatype === DataType.Double) metric.value = double;
  else if (double !== undefined) setValue(metric, metric.datatype ?? 0, { field: "double", raw: double });
  else if (raw) setValue(metric, metric.datatype ?? 0, raw);
  keepUnknown(metric, r, unknown);
  return metric;
}

function readValue(r: Reader, tag: number): Raw | undefined {
  switch (tag) {
    case (16 << 3) | 2:
      return { field: "bytes", raw: readBytes(r) };
    case (17 << 3) | 2:
      return { field: "dataset", raw: readDataSet(r) };
    case (18 << 3) | 2:
      return { field: "template", raw: readTemplate(r) };
    default:
      return readScalar(r, tag, 10);
  }
}

/** Metric field 18. */
function readTemplate(r: Reader): Template {
  const outerEnd = enter(r, limits.depth);
  const metrics: Metric[] = [];
  const parameters: Parameter[] = [];
  const template: Writable<Template> = { metrics, parameters };
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    if (tag === ((1 << 3) | 2)) template.version = readString(r);
    else if (tag === ((2 << 3) | 2)) metrics.push(readMetric(r));
    else if (tag === ((3 << 3) | 2)) parameters.push(readParameter(r));
    else if (tag === ((4 << 3) | 2)) template.templateRef = readString(r);
    else if (tag === ((5 << 3) | 0)) template.isDefinition = readVarint(r) !== 0;
    else unknown = passOver(r, tag, start, unknown);
  }
  leave(r, outerEnd);
  keepUnknown(template, r, unknown);
  return template;
}

function readParameter(r: Reader): Parameter {
  const outerEnd = enter(r, limits.depth);
  const parameter: Writable<Parameter> = { type: 0 };
  let raw: Raw | undefined;
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    if (tag === ((1 << 3) | 2)) parameter.name = readString(r);
    else if (tag === ((2 << 3) | 0)) parameter.type = readUint32(r);
    else {
      const scalar = readScalar(r, tag, 3);
      if (scalar) raw = scalar;
      else unknown = passOver(r, tag, start, unknown);
    }
  }
  leave(r, outerEnd);
  if (raw) setValue(parameter, parameter.type, raw);
  keepUnknown(parameter, r, unknown);
  return parameter;
}
