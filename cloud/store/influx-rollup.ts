import { escape as escaped } from "@influxdata/influxdb-client";
import { infoOf, quantities } from "@weir/wire/quantities.ts";
import { metricOf } from "./influx-fields.ts";
import { name, type Series, text } from "./influx-read.ts";
import { type InfluxServer, tierOf } from "./influx-server.ts";
import { askInPieces } from "./influx-stream.ts";
import { post } from "./influx-write.ts";
import { type RollUp, type RollUpResult, tierMs } from "./store.ts";

const measurements = [...new Set(Object.values(quantities).map(({ domain }) => domain)), "other"];

/**
 * The server sends the readings, we aggregate and write back: in the tier's bucket the same measurement and tags, the field itself as a chart
 * draws it (mean; of a counter the last) and beside it `<field>__mean`, `__min`, `__max`, `__last`, `__count`, `__valid`, `__bad`. Asking the server
 * for the aggregates costs it over ten times as much: an iterator a field, a device and an aggregate. What a tier refuses as older than it keeps is
 * left out. Rejects with a StoreUnavailable.
 */
export async function rollUp(server: InfluxServer, request: RollUp, signal: AbortSignal): Promise<RollUpResult> {
  const { tier, site, devices, from, to } = request;
  if (from === to || devices?.length === 0) return { refused: [] };
  const named =
    devices === undefined ? "" : ` AND (${devices.map((device) => `"device" = ${text(device)}`).join(" OR ")})`;
  const where = `"site" = ${text(site)}${named} AND time >= ${from}ms AND time < ${to}ms`;
  const statements = measurements.map(
    (each) => `SELECT * FROM ${name(each)} WHERE ${where} GROUP BY site, device, kind`,
  );

  const place = tierOf(server, tier);
  const refused: string[] = [];
  let [body, length] = [[] as string[], 0];
  async function send(): Promise<void> {
    const reason = body.length === 0 ? undefined : await post(place, body, "ms", signal);
    if (reason !== undefined) refused.push(reason);
    [body, length] = [[], 0];
  }
  async function take(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      if (length + line.length > bodyLength) await send();
      body.push(line);
      length += line.length;
    }
  }

  let open: (WindowLines & { readonly of: string }) | undefined;
  for await (const piece of askInPieces(server, statements, signal)) {
    const of = JSON.stringify([piece.name, piece.tags]);
    if (open?.of !== of) {
      if (open) await take(open.end());
      open = { of, ...windowLines(piece, tierMs[tier]) };
    }
    await take(open.add(piece.values));
  }
  if (open) await take(open.end());
  await send();
  return { refused };
}

/** Well below what servers accept in one request: 25 MB of InfluxDB 1.x, 50 MB of the cloud service. */
const bodyLength = 4_000_000;

type WindowLines = {
  /** Rows in ascending time, going on where the last ended. Returns a line for each window that they complete. */
  add(rows: Series["values"]): readonly string[];
  /** The line of the last window. */
  end(): readonly string[];
};

/** What a window holds of one field, whose value and quality are in these columns; -1: in none. */
type Held = {
  readonly field: string;
  readonly isCounter: boolean;
  readonly value: number;
  readonly quality: number;
} & Record<"sum" | "min" | "max" | "last" | "count" | "uncertain" | "bad", number>;

const empty = { sum: 0, min: Infinity, max: -Infinity, last: 0, count: 0, uncertain: 0, bad: 0 } as const;

/** Readings of one device → lines, one for each window that holds any. */
export function windowLines(
  { name: measurement, tags = {}, columns }: Omit<Series, "values">,
  lengthMs: number,
): WindowLines {
  // A quantity that never had a value has its quality only.
  const fields = new Set(columns.slice(1).map((column) => (column.endsWith("_q") ? column.slice(0, -2) : column)));
  const held = [...fields].flatMap((field): readonly Held[] => {
    const metric = metricOf(measurement, field);
    if (metric === undefined) return [];
    const [value, quality] = [columns.indexOf(field), columns.indexOf(`${field}_q`)];
    return [{ field: escaped.tag(field), isCounter: infoOf(metric)?.kind === "counter", value, quality, ...empty }];
  });
  const head = [escaped.measurement(measurement)]
    .concat(Object.entries(tags).flatMap(([tag, value]) => (value === "" ? [] : [`${tag}=${escaped.tag(value)}`])))
    .join(",");
  let at = Number.NaN;

  function end(): readonly string[] {
    const parts = held.flatMap(partsOf);
    for (const each of held) Object.assign(each, empty);
    return parts.length === 0 ? [] : [`${head} ${parts.join(",")} ${at}`];
  }

  return {
    add(rows) {
      const lines: string[] = [];
      for (const row of rows) {
        const time = row[0] as number;
        const start = time - (time % lengthMs);
        if (start !== at) {
          lines.push(...end());
          at = start;
        }
        for (const each of held) {
          const value = row[each.value];
          if (typeof value === "number") {
            each.count++;
            each.sum += value;
            each.last = value;
            if (value < each.min) each.min = value;
            if (value > each.max) each.max = value;
          }
          // A bad reading has 0 beside it and no value, an uncertain one 64.
          const quality = row[each.quality];
          if (typeof quality === "number") {
            if (quality > 0 && typeof value === "number") each.uncertain++;
            else each.bad++;
          }
        }
      }
      return lines;
    },
    end,
  };
}

function partsOf({ field, isCounter, sum, min, max, last, count, uncertain, bad }: Held): readonly string[] {
  if (count + bad === 0) return [];
  const shares = `${field}__count=${count}i,${field}__bad=${bad}i,${field}__valid=${(count - uncertain) / (count + bad)}`;
  if (count === 0) return [shares];
  const mean = sum / count;
  const drawn = isCounter ? last : mean;
  return [
    shares,
    `${field}=${drawn},${field}__mean=${mean},${field}__min=${min},${field}__max=${max},${field}__last=${last}`,
  ];
}
