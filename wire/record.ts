import { formatReply, parseReply, type Reply } from "./command.ts";
import { isControlName, names } from "./names.ts";
import { infoOf } from "./quantities.ts";
import type { Quality, Sample } from "./sample.ts";
import { encodePayload } from "./sparkplug/encode.ts";
import { DataType, type Metric, type Payload, type PropertySet } from "./sparkplug/payload.ts";
import { newReader, readTag, readVarint, skip } from "./sparkplug/reader.ts";
import { close, newWriter, open, type Writer, writeRaw, writeString, writeVarint } from "./sparkplug/writer.ts";

/**
 * Samples → the body of one outbox record: a Sparkplug payload without seq whose metrics explain themselves (name, timestamp, datatype), and
 * the kind of instrument. A value that is no finite number travels as bad. Throws RangeError for no samples.
 */
export function encodeRecord(samples: readonly Sample[], about: { readonly kind: string }): Uint8Array {
  if (samples.length === 0) throw new RangeError("a record holds at least one sample");
  const timestamp = newest(samples);
  const kind: Metric = {
    name: names.deviceKind,
    timestamp,
    datatype: DataType.String,
    isTransient: true,
    value: about.kind,
  };
  return encodePayload({ timestamp, metrics: [...samples.map(toMetric), kind] });
}

/** A reply to a command, given at epoch ms `at`, as a record: it takes the readings' road, so that it too is never lost. */
export function encodeReplyRecord(reply: Reply, at: number): Uint8Array {
  const value = formatReply(reply);
  return encodePayload({
    timestamp: at,
    metrics: [{ name: names.commandReply, timestamp: at, datatype: DataType.String, value }],
  });
}

export type Seal = {
  readonly epoch: number;
  readonly offset: number;
  /** 0 to 255, of the session. */
  readonly seq: number;
  /** Marks every metric of the body is_historical: kept, but not shown as live. */
  readonly historical: boolean;
  /** The oldest offset that the outbox still holds: what is older and not stored will never come. */
  readonly oldest?: number;
};

const scratch = newWriter(16 * 1024);

/** A record's body as the message to send: the same bytes, marked historical or not, with epoch, offset and seq behind them. */
export function sealRecord(body: Uint8Array, seal: Seal): Uint8Array {
  const w = scratch;
  w.pos = 0;
  if (seal.historical) writeHistorical(w, body);
  else writeRaw(w, body);
  const at = timestampOf(body);
  writeUint64Metric(w, names.epoch, at, seal.epoch);
  writeUint64Metric(w, names.offset, at, seal.offset);
  if (seal.oldest !== undefined) writeUint64Metric(w, names.oldest, at, seal.oldest);
  writeVarint(w, 3 << 3);
  writeVarint(w, seal.seq);
  return w.bytes.slice(0, w.pos);
}

const metricTag = (2 << 3) | 2;

/** Copies the body with is_historical (field 5) behind the other fields of every metric: protobuf allows any order. */
function writeHistorical(w: Writer, body: Uint8Array): void {
  const r = newReader(body);
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    if (tag !== metricTag) {
      skip(r, tag);
      writeRaw(w, body.subarray(start, r.pos));
      continue;
    }
    const length = readVarint(r);
    writeVarint(w, metricTag);
    writeVarint(w, length + 2);
    writeRaw(w, body.subarray(r.pos, r.pos + length));
    writeVarint(w, 5 << 3);
    writeVarint(w, 1);
    r.pos += length;
  }
}

/** The body's own timestamp, which encodeRecord puts first. */
function timestampOf(body: Uint8Array): number {
  const r = newReader(body);
  if (readTag(r) !== 1 << 3) throw new RangeError("a record's body begins with its timestamp");
  return readVarint(r);
}

/** Sparkplug wants a timestamp on every metric of a data message. [tck-id-payloads-name-birth-data-requirement] */
function writeUint64Metric(w: Writer, name: string, at: number, value: number): void {
  writeVarint(w, metricTag);
  const opened = open(w);
  writeVarint(w, (1 << 3) | 2);
  writeString(w, name);
  writeVarint(w, 3 << 3);
  writeVarint(w, at);
  writeVarint(w, 4 << 3);
  writeVarint(w, DataType.UInt64);
  writeVarint(w, 6 << 3);
  writeVarint(w, 1);
  writeVarint(w, 11 << 3);
  writeVarint(w, value);
  close(w, opened);
}

export type OpenedRecord = {
  readonly samples: readonly Sample[];
  /** Metrics that are no samples, and why. Protocol metrics are not listed. */
  readonly skipped: readonly { readonly metric: string; readonly reason: string }[];
  readonly replies: readonly Reply[];
  readonly kind?: string;
  /** Present together, on messages of our own gateways. */
  readonly epoch?: number;
  readonly offset?: number;
  /** At least one sample is marked is_historical. */
  readonly historical: boolean;
};

/** A data or birth payload, ours or foreign, whose metrics are resolved (names and datatypes known), as samples. Never throws. */
export function openRecord(payload: Payload): OpenedRecord {
  const samples: Sample[] = [];
  const skipped: { metric: string; reason: string }[] = [];
  const replies: Reply[] = [];
  const marks: { kind?: string; epoch?: number; offset?: number } = {};
  let historical = false;
  for (const metric of payload.metrics) {
    const { name, value } = metric;
    if (name === names.epoch) setInteger(marks, "epoch", value);
    else if (name === names.offset) setInteger(marks, "offset", value);
    else if (name === names.deviceKind) marks.kind = typeof value === "string" ? value : "";
    else if (name === names.commandReply) {
      const reply = typeof value === "string" ? parseReply(value) : { error: "the reply is not text" };
      if ("error" in reply) skipped.push({ metric: name, reason: reply.error });
      else replies.push(reply);
    } else if (name !== undefined && isControlName(name)) continue;
    else {
      const sample = toSample(metric, payload.timestamp);
      if ("reason" in sample) skipped.push(sample);
      else {
        samples.push(sample);
        historical ||= metric.isHistorical === true;
      }
    }
  }
  const { epoch, offset, ...rest } = marks;
  const place = epoch !== undefined && offset !== undefined ? { epoch, offset } : {};
  return { samples, skipped, replies, ...rest, ...place, historical };
}

function toSample(metric: Metric, sentAt: number | undefined): Sample | { metric: string; reason: string } {
  const name = metric.name ?? "";
  const at = metric.timestamp ?? sentAt;
  if (name === "") return { metric: name, reason: "has no name, and no birth gave its alias one" };
  if (metric.isTransient) return { metric: name, reason: "is transient: not to be stored" };
  if (at === undefined) return { metric: name, reason: "has no timestamp" };
  if (at > latestDate) return { metric: name, reason: `timestamp ${at} is not epoch ms` };
  const quality = qualityOf(metric.properties);
  if (metric.isNull || quality === "bad") return { metric: name, at, value: null, quality: "bad" };
  const value = toNumber(metric.value);
  if (value === undefined) return { metric: name, reason: `a value of datatype ${metric.datatype} is not a number` };
  return Number.isFinite(value)
    ? { metric: name, at, value, quality }
    : { metric: name, at, value: null, quality: "bad" };
}

/** The latest instant a JavaScript date can name. */
const latestDate = 8.64e15;

function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "bigint" ? Number(value) : undefined;
}

/** Sparkplug 3.0 §6.4.10: 192 good, 0 bad, 500 stale. Other numbers by OPC's bands: from 192 good, from 64 uncertain, below bad. */
function qualityOf(properties: PropertySet | undefined): Quality {
  const code = properties?.Quality?.value;
  if (typeof code !== "number" || (code >= 192 && code < 256)) return "good";
  return code < 64 ? "bad" : "uncertain";
}

const bad: PropertySet = { Quality: { type: DataType.Int32, value: 0 } };
const uncertain: PropertySet = { Quality: { type: DataType.Int32, value: 64 } };

function toMetric({ metric, at, value, quality }: Sample): Metric {
  const isState = infoOf(metric)?.kind === "state";
  if (value === null || quality === "bad" || !Number.isFinite(value)) {
    const datatype = isState ? DataType.Int32 : DataType.Double;
    return { name: metric, timestamp: at, datatype, isNull: true, properties: bad };
  }
  const numeric = numericMetric(isState, metric, at, value);
  return quality === "uncertain" ? { ...numeric, properties: uncertain } : numeric;
}

/** A state is an Int32; one that does not fit keeps its value in a wider type. */
function numericMetric(isState: boolean, name: string, timestamp: number, value: number): Metric {
  if (!isState || !Number.isSafeInteger(value)) return { name, timestamp, datatype: DataType.Double, value };
  if (value === (value | 0)) return { name, timestamp, datatype: DataType.Int32, value };
  return { name, timestamp, datatype: DataType.Int64, value: BigInt(value) };
}

function setInteger(marks: { epoch?: number; offset?: number }, key: "epoch" | "offset", value: unknown): void {
  const integer = Number(value);
  if (Number.isSafeInteger(integer) && integer >= 0) marks[key] = integer;
}

function newest(samples: readonly Sample[]): number {
  return samples.reduce((latest, { at }) => Math.max(latest, at), 0);
}
