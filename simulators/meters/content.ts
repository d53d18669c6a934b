import { metricOf } from "@weir/device-profiles/metric.ts";
import type { Cjt188Point, Dlt645Point } from "@weir/device-profiles/schema.ts";

export type MeterPoint = Dlt645Point | Cjt188Point;

/** Codes of CJ/T 188 for the units that profiles ask for. */
const unitCodes = { m3: 0x2c, "m3/h": 0x35, kWh: 0x05, kW: 0x17 } as const;

/** The data that a meter sends for the points of one identifier; bytes that no point names are 0. */
export function contentOf(points: readonly MeterPoint[], show: (metric: string) => number): number[] {
  const size = Math.max(...points.map(endOf));
  const content: number[] = new Array(size).fill(0);
  for (const point of points) {
    const bytes = bytesFor(point, show(metricOf(point)));
    bytes.forEach((byte, i) => {
      content[point.at.from + i] = content[point.at.from + i]! | byte;
    });
    if ("unit" in point.at && point.at.unit) content[point.at.unit.at] = unitCodes[point.at.unit.as];
  }
  return content;
}

/** How many bytes a point needs at least. */
function endOf({ at }: MeterPoint): number {
  const end = at.from + sizeOf(at);
  return "unit" in at && at.unit ? Math.max(end, at.unit.at + 1) : end;
}

function sizeOf({ format, bytes }: MeterPoint["at"]): number {
  return bytes ?? Math.ceil((format ?? "").replace(".", "").length / 2);
}

/** A register of digits stops at its end for a gauge and starts again from 0 for a counter; both fit `digits` here. */
function bytesFor(point: MeterPoint, value: number): number[] {
  const size = sizeOf(point.at);
  if (point.at.format === undefined) return wholeBytes(rawState(point, value), size);
  const [, fraction = ""] = point.at.format.split(".");
  const steps = Math.round(((value - point.offset) / point.scale) * 10 ** fraction.length);
  const signed = "signed" in point.at && point.at.signed;
  const most = signed ? (8 * 100 ** size) / 10 - 1 : 100 ** size - 1;
  const digits = String(Math.min(signed ? Math.abs(steps) : Math.max(0, steps), most)).padStart(2 * size, "0");
  const bytes = (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).toReversed();
  if (signed && steps < 0) bytes[size - 1] = bytes[size - 1]! | 0x80;
  return bytes;
}

function rawState(point: MeterPoint, value: number): number {
  const named = Object.entries(point.states ?? {}).find(([, state]) => state.value === value);
  const raw = named ? Number(named[0]) : Math.round((value - point.offset) / point.scale);
  const lowest = point.bit ?? (point.mask === undefined ? 0 : Math.log2(point.mask & -point.mask));
  return raw * 2 ** lowest;
}

function wholeBytes(raw: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.floor(raw / 256 ** i) % 256);
}
