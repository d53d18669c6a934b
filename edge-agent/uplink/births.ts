import { aboutMetric } from "@weir/wire/about.ts";
import { type Former, formatFormers } from "@weir/wire/former.ts";
import { names } from "@weir/wire/names.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import type { Sample } from "@weir/wire/sample.ts";
import type { Births } from "@weir/wire/sparkplug/edge-session.ts";
import { DataType, type Metric, type PropertySet } from "@weir/wire/sparkplug/payload.ts";
import type { DeviceBook, DeviceState } from "./devices.ts";

/** What NBIRTH and DBIRTHs say besides what every Sparkplug node says: each metric with its last known value, or null when there is none yet. */
export function birthsOf(
  book: DeviceBook,
  about: { readonly epoch: number; readonly oldest: number; readonly formers: readonly Former[]; readonly at: number },
): Births {
  // While no disk could be opened there is no outbox to speak of.
  const oldest = about.epoch > 0 ? [BigInt(about.oldest)] : [];
  const formers = about.formers.length > 0 ? [formatFormers(about.formers)] : [];
  return {
    node: [
      { name: names.receipt, datatype: DataType.String, isNull: true },
      { name: names.rejected, datatype: DataType.String, isNull: true },
      { name: names.accepts, datatype: DataType.String, isNull: true },
      ...oldest.map((value) => ({ name: names.oldest, datatype: DataType.UInt64, value })),
      ...formers.map((value) => ({ name: names.former, datatype: DataType.String, value })),
      ...birthMetrics(book.node(), about),
    ],
    devices: book.devices().map((state) => ({
      device: state.device,
      metrics: birthMetrics(state, about),
      alive: state.online,
    })),
  };
}

/** A data message may only carry metrics of its own birth, so those of the receipts and of replies are born too. */
export function birthMetrics(device: DeviceState, { epoch, at }: { epoch: number; at: number }): Metric[] {
  return [
    aboutMetric(device),
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
