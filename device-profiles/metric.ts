import type { ProfilePoint } from "./schema.ts";

/** The metric name of a point: its quantity, with the channel where it has one: `ph`, `voltage/l1`. */
export function metricOf({ quantity, channel }: Pick<ProfilePoint, "quantity" | "channel">): string {
  return channel === undefined ? quantity : `${quantity}/${channel}`;
}
