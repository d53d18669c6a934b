import { createHash } from "node:crypto";
import { Point as Line } from "@influxdata/influxdb-client";
import type { InfluxServer } from "./influx-server.ts";
import { sendLines } from "./influx-write.ts";
import type { Event, WriteResult } from "./store.ts";

/** Tags site, device, domain, severity; string fields title_zh, title_en, text_zh, text_en; integer field state. */
export const eventMeasurement = "event";

/** Writes events as writePoints writes points. */
export async function writeEvents(
  server: InfluxServer,
  events: readonly Event[],
  signal: AbortSignal,
): Promise<WriteResult> {
  const indices = events.map((_, index) => index);
  const lines = (some: readonly number[]) => some.map((index) => lineOf(events[index]!));
  return { rejected: await sendLines(server, { indices, lines, precision: "ns" }, signal) };
}

/**
 * Event → line. Pure. Two alerts of one device often begin at the same tick of the rules; the same tags at the same time would be one
 * point, so the nanoseconds below the millisecond tell fingerprints apart. Sent again, an event is the same point.
 */
export function lineOf({ fingerprint, at, state, site, device, domain, severity, title, text }: Event): Line {
  const below = createHash("sha256").update(fingerprint).digest().readUInt32BE() % 1_000_000;
  return new Line(eventMeasurement)
    .tag("site", site)
    .tag("device", device)
    .tag("domain", domain)
    .tag("severity", severity)
    .stringField("title_zh", oneLine(title.zh))
    .stringField("title_en", oneLine(title.en))
    .stringField("text_zh", oneLine(text.zh))
    .stringField("text_en", oneLine(text.en))
    .intField("state", state)
    .timestamp(`${at}${String(below).padStart(6, "0")}`);
}

/** Line protocol leaves line feeds in strings undefined. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, " ");
}
