import { escape as escaped } from "@influxdata/influxdb-client";
import { infoOf, quantities } from "@weir/wire/quantities.ts";
import { metricOf } from "./influx-fields.ts";
import { ask, name, type Series, text } from "./influx-read.ts";
import { type InfluxServer, tierOf } from "./influx-server.ts";
import { post } from "./influx-write.ts";
import { type RollUp, type RollUpResult, tierMs } from "./store.ts";

const measurements = [...new Set(Object.values(quantities).map(({ domain }) => domain)), "other"];

/**
 * The server aggregates, we write back: in the tier's bucket the same measurement and tags, the field itself as a chart draws it (mean; of a
 * counter the last) and beside it `<field>__mean`, `__min`, `__max`, `__last`, `__count`, `__valid`, `__bad`. What a tier refuses as older
 * than it keeps is left out. Rejects with a StoreUnavailable.
 */
export async function rollUp(server: InfluxServer, request: RollUp, signal: AbortSignal): Promise<RollUpResult> {
  const { tier, site, devices, from, to } = request;
  if (from === to || devices?.length === 0) return { refused: [] };
  const named =
    devices === undefined ? "" : ` AND (${devices.map((device) => `"device" = ${text(device)}`).join(" OR ")})`;
  const where = `"site" = ${text(site)}${named} AND time >= ${from}ms AND time < ${to}ms`;
  const answers = await ask(
    server,
    measurements.map(
      (measurement) =>
        `SELECT mean(*), min(*), max(*), last(*), count(*), sum(/_q$/) FROM ${name(measurement)} WHERE ${where} GROUP BY time(${tierMs[tier]}ms), site, device, kind fill(none)`,
    ),
    signal,
  );
  const refused: string[] = [];
  for (const lines of bodiesOf(answers.flatMap((series) => series.flatMap(linesOfSeries)))) {
    const reason = await post(tierOf(server, tier), lines, "ms", signal);
    if (reason !== undefined) refused.push(reason);
  }
  return { refused };
}

/** Well below what servers accept in one request: 25 MB of InfluxDB 1.x, 50 MB of the cloud service. */
const bodyLength = 4_000_000;

function* bodiesOf(lines: readonly string[]): Iterable<readonly string[]> {
  let body: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (length + line.length > bodyLength && body.length > 0) {
      yield body;
      [body, length] = [[], 0];
    }
    body.push(line);
    length += line.length;
  }
  if (body.length > 0) yield body;
}

/** Aggregates of one device → lines, one for each window. Pure. */
export function linesOfSeries({ name: measurement, tags = {}, columns, values }: Series): readonly string[] {
  const at = new Map(columns.map((column, index) => [column, index]));
  const counted = columns.flatMap((column) => (column.startsWith("count_") ? [column.slice("count_".length)] : []));
  // A quantity that never had a value has its quality only.
  const fields = [...new Set(counted.map((field) => (field.endsWith("_q") ? field.slice(0, -2) : field)))];
  const metrics = fields.flatMap((field) => {
    const metric = metricOf(measurement, field);
    if (metric === undefined) return [];
    const of = (aggregate: string, suffix = "") => at.get(`${aggregate}_${field}${suffix}`) ?? -1;
    const draw = infoOf(metric)?.kind === "counter" ? of("last") : of("mean");
    return [
      {
        field: escaped.tag(field),
        draw,
        ...{ mean: of("mean"), min: of("min"), max: of("max"), last: of("last"), count: of("count") },
        ...{ told: of("count", "_q"), qualities: of("sum", "_q") },
      },
    ];
  });
  const head = [escaped.measurement(measurement)]
    .concat(Object.entries(tags).flatMap(([tag, value]) => (value === "" ? [] : [`${tag}=${escaped.tag(value)}`])))
    .join(",");
  return values.flatMap((row) => {
    const fields: string[] = [];
    for (const { field, draw, mean, min, max, last, count, told, qualities } of metrics) {
      const values = Number(row[count] ?? 0);
      const notGood = Number(row[told] ?? 0);
      if (values + notGood === 0) continue;
      // A bad reading has 0 beside it and no value, an uncertain one 64.
      const uncertain = Number(row[qualities] ?? 0) / 64;
      const bad = notGood - uncertain;
      fields.push(
        `${field}__count=${values}i,${field}__bad=${bad}i,${field}__valid=${(values - uncertain) / (values + bad)}`,
      );
      if (values > 0)
        fields.push(
          `${field}=${row[draw]},${field}__mean=${row[mean]},${field}__min=${row[min]},${field}__max=${row[max]},${field}__last=${row[last]}`,
        );
    }
    return fields.length === 0 ? [] : [`${head} ${fields.join(",")} ${row[0]}`];
  });
}
