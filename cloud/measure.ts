import type { Metric } from "./api/exposition.ts";
import type { IngestStats } from "./ingest/ingest.ts";
import type { RollUpStats } from "./rollup/job.ts";

/** What the ingest and this process count, for Prometheus. */
export function measure(
  stats: IngestStats,
  factsLost: number,
  rollUps: RollUpStats,
  { memoryUsage, cpuUsage, uptime }: Pick<NodeJS.Process, "memoryUsage" | "cpuUsage" | "uptime">,
): readonly Metric[] {
  const one = (name: string, type: Metric["type"], help: string, value: number): Metric => ({
    name,
    type,
    help,
    series: [{ value }],
  });
  const { user, system } = cpuUsage();
  return [
    one("weir_ingest_messages_total", "counter", "MQTT messages taken from gateways.", stats.messages),
    one("weir_ingest_points_total", "counter", "Points that the store has confirmed.", stats.points),
    one("weir_ingest_rejected_points_total", "counter", "Points that the store will never take.", stats.rejected),
    one("weir_ingest_batches_total", "counter", "Writes to the store that were confirmed.", stats.batches),
    one(
      "weir_store_write_seconds_total",
      "counter",
      "Time that the store took for the confirmed writes.",
      stats.writingMs / 1000,
    ),
    one("weir_ingest_pending_points", "gauge", "Points that arrived and are not confirmed yet.", stats.pendingPoints),
    one(
      "weir_ingest_pending_bytes",
      "gauge",
      "Payload bytes that arrived and are not confirmed yet.",
      stats.pendingBytes,
    ),
    one("weir_store_available", "gauge", "1 while the store takes points.", stats.store.available ? 1 : 0),
    one("weir_facts_lost_total", "counter", "Minutes whose facts the store did not take.", factsLost),
    one("weir_rollup_windows_total", "counter", "Windows of devices rolled up.", rollUps.windows),
    one(
      "weir_rollup_behind_hours",
      "gauge",
      "Hours of devices whose roll-ups are behind their readings; the running hour counts.",
      rollUps.behind,
    ),
    one("process_cpu_seconds_total", "counter", "Processor time used.", (user + system) / 1e6),
    one("process_resident_memory_bytes", "gauge", "Resident memory.", memoryUsage().rss),
    one("process_uptime_seconds", "gauge", "Time since the start.", uptime()),
  ];
}

/** What is wrong now, in words for people. */
export function troublesOf(
  { store, pendingPoints }: Pick<IngestStats, "store" | "pendingPoints">,
  { trouble }: Pick<RollUpStats, "trouble">,
): readonly string[] {
  // A store that ingest has not tried yet, since no gateway has spoken, is known by the roll-ups alone.
  if (store.available) return trouble === undefined ? [] : [`roll-ups have stopped: ${trouble}`];
  const since = new Date(store.since).toISOString();
  return [
    `the store has taken nothing since ${since} (${store.reason}); ${pendingPoints} points wait, gateways keep the rest`,
  ];
}
