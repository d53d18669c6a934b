import { isControlName } from "./names.ts";
import { decodePayload } from "./sparkplug/decode.ts";
import { encodePayload } from "./sparkplug/encode.ts";
import { DataType, type Metric } from "./sparkplug/payload.ts";

/** Epoch ms, both included: times that a gateway's clock gave. Others in a record are the instrument's own and are left alone. */
export type OwnTimes = { readonly from: number; readonly to: number };

/** A record's body with the times that the gateway's clock gave moved by `byMs`. What is no record comes back as it is. */
export function redate(body: Uint8Array, { from, to }: OwnTimes, byMs: number): Uint8Array {
  const moved = (at: number) => (from <= at && at <= to ? at + byMs : at);
  return changed(body, (metric) => ({
    ...metric,
    ...(metric.timestamp !== undefined && { timestamp: moved(metric.timestamp) }),
  }));
}

/** A record's body in which good values that the gateway's clock dated are uncertain, because nobody vouches for that clock. */
export function doubt(body: Uint8Array, { from, to }: OwnTimes): Uint8Array {
  return changed(body, (metric) => {
    const { name = "", timestamp, isNull, properties } = metric;
    const isDoubted = timestamp !== undefined && from <= timestamp && timestamp <= to;
    if (!isDoubted || isNull || isControlName(name) || properties?.Quality) return metric;
    return { ...metric, properties: { ...properties, Quality: { type: DataType.Int32, value: 64 } } };
  });
}

function changed(body: Uint8Array, change: (metric: Metric) => Metric): Uint8Array {
  const payload = decodePayload(body);
  if ("error" in payload) return body;
  const metrics = payload.metrics.map(change);
  // A record's own time is that of its newest sample.
  const timestamp = Math.max(...metrics.map((metric) => metric.timestamp ?? 0));
  return encodePayload({ ...payload, ...(metrics.length > 0 && { timestamp }), metrics });
}
