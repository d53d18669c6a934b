import { names } from "@weir/wire/names.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType, type Metric, type PropertySet } from "@weir/wire/sparkplug/payload.ts";
import type { DeviceState } from "./devices.ts";

/** NBIRTH: bdSeq of the will, the rebirth switch, what carries receipts, and the gateway's own metrics. Sparkplug 3.0 §6.4.19. */
export function encodeNodeBirth(
  node: DeviceState,
  { bdSeq, epoch, at }: { bdSeq: number; epoch: number; at: number },
): Uint8Array {
  const metrics: Metric[] = [
    bdSeqMetric(bdSeq, at),
    { name: names.rebirth, timestamp: at, datatype: DataType.Boolean, value: false },
    { name: names.receipt, timestamp: at, datatype: DataType.String, isNull: true },
    { name: names.rejected, timestamp: at, datatype: DataType.String, isNull: true },
    ...commonMetrics(node, { epoch, at }),
  ];
  return encodePayload({ timestamp: at, seq: 0, metrics });
}

/** DBIRTH: every metric of the device with its last known value, or null when there is none yet. Sparkplug 3.0 §6.4.21. */
export function encodeDeviceBirth(
  device: DeviceState,
  { seq, epoch, at }: { seq: number; epoch: number; at: number },
): Uint8Array {
  return encodePayload({ timestamp: at, seq, metrics: commonMetrics(device, { epoch, at }) });
}

/** NDEATH: bdSeq and nothing else, without seq. Sparkplug 3.0 §6.4.25. */
export function encodeNodeDeath({ bdSeq, at }: { bdSeq: number; at: number }): Uint8Array {
  return encodePayload({ timestamp: at, metrics: [bdSeqMetric(bdSeq, at)] });
}

/** DDEATH: seq and time. Sparkplug 3.0 §6.4.26. */
export function encodeDeviceDeath({ seq, at }: { seq: number; at: number }): Uint8Array {
  return encodePayload({ timestamp: at, seq, metrics: [] });
}

function bdSeqMetric(bdSeq: number, at: number): Metric {
  return { name: names.bdSeq, timestamp: at, datatype: DataType.Int64, value: BigInt(bdSeq) };
}

/** A data message may only carry metrics of its own birth, so those of the receipts and of replies are born too. */
function commonMetrics(device: DeviceState, { epoch, at }: { epoch: number; at: number }): Metric[] {
  const about: Record<string, PropertySet[string]> = {};
  if (device.model) about.Model = text(device.model);
  if (device.profile) about.Profile = text(device.profile);
  return [
    { name: names.deviceKind, timestamp: at, datatype: DataType.String, value: device.kind, properties: about },
    { name: names.epoch, timestamp: at, datatype: DataType.UInt64, isTransient: true, value: BigInt(epoch) },
    { name: names.offset, timestamp: at, datatype: DataType.UInt64, isTransient: true, isNull: true },
    { name: names.commandReply, timestamp: at, datatype: DataType.String, isNull: true },
    ...device.metrics.map((metric) => sampleMetric(metric, device.last.get(metric), at)),
  ];
}

function sampleMetric(name: string, last: Sample | undefined, at: number): Metric {
  const info = infoOf(name);
  const isState = info?.kind === "state";
  const properties: Record<string, PropertySet[string]> = {};
  if (info) Object.assign(properties, { engUnit: text(info.display), en: text(info.en), zh: text(info.zh) });
  if (last?.quality === "uncertain") properties.Quality = { type: DataType.Int32, value: 64 };
  const fits = isState && last?.value != null && last.value === (last.value | 0);
  const datatype = isState && (last?.value == null || fits) ? DataType.Int32 : DataType.Double;
  if (last && last.value !== null) return { name, timestamp: last.at, datatype, value: last.value, properties };
  properties.Quality = { type: DataType.Int32, value: 0 };
  return { name, timestamp: last?.at ?? at, datatype, isNull: true, properties };
}

function text(value: string): PropertySet[string] {
  return { type: DataType.String, value };
}

/** A record's body with a seq and nothing else added: for records that no outbox vouches for. */
export function withSeq(body: Uint8Array, seq: number): Uint8Array {
  const message = new Uint8Array(body.length + (seq < 128 ? 2 : 3));
  message.set(body);
  message.set(seq < 128 ? [0x18, seq] : [0x18, (seq & 0x7f) | 0x80, 1], body.length);
  return message;
}
