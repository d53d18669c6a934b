import { setValue } from "./decode-fields.ts";
import type { Metric, Payload } from "./payload.ts";

type Known = { readonly name: string; readonly datatype: number };

/** What the births of one node or device said: alias → name and datatype, name → datatype. */
export type BirthTable = { readonly byAlias: ReadonlyMap<bigint, Known>; readonly byName: ReadonlyMap<string, Known> };

export function birthTable(metrics: readonly Metric[]): BirthTable {
  const byAlias = new Map<bigint, Known>();
  const byName = new Map<string, Known>();
  for (const { name, alias, datatype } of metrics) {
    if (name === undefined || datatype === undefined) continue;
    const known = { name, datatype };
    byName.set(name, known);
    if (alias !== undefined) byAlias.set(alias, known);
  }
  return { byAlias, byName };
}

/** True when every metric has what a reader needs, so that no birth is needed to understand it. */
export function explainsItself(payload: Payload): boolean {
  return payload.metrics.every(({ name, datatype }) => name !== undefined && datatype !== undefined);
}

/** The payload with the metrics that are, or by the births can be, named and typed; and how many are not. */
export function resolvePayload(
  payload: Payload,
  tables: readonly BirthTable[],
): { readonly payload: Payload; readonly unresolved: number } {
  if (explainsItself(payload)) return { payload, unresolved: 0 };
  const metrics = payload.metrics.flatMap((metric) => resolveMetric(metric, tables) ?? []);
  return { payload: { ...payload, metrics }, unresolved: payload.metrics.length - metrics.length };
}

function resolveMetric(metric: Metric, tables: readonly BirthTable[]): Metric | undefined {
  const { name, alias, datatype } = metric;
  if (name !== undefined && datatype !== undefined) return metric;
  const known = find(name, alias, tables);
  if (known === undefined) return undefined;
  if (datatype !== undefined) return { ...metric, name: known.name };
  const { field, value, ...rest } = metric;
  const resolved: Metric & { value?: unknown } = { ...rest, ...known };
  if (field !== undefined) setValue(resolved, known.datatype, { field, raw: value });
  return resolved;
}

function find(name: string | undefined, alias: bigint | undefined, tables: readonly BirthTable[]): Known | undefined {
  for (const { byAlias, byName } of tables) {
    const known = name !== undefined ? byName.get(name) : alias !== undefined ? byAlias.get(alias) : undefined;
    if (known) return known;
  }
  return undefined;
}
