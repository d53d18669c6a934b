import type { FastifyInstance } from "fastify";
import { health } from "../answers.ts";
import type { Ground } from "../api.ts";
import { formatMetrics, type Metric } from "../exposition.ts";
import { freshnesses, freshnessOf } from "../freshness.ts";
import { addRoute } from "../route.ts";

/** For those who run the cloud: health and Prometheus metrics. */
export function addOperations(app: FastifyInstance, ground: Ground): void {
  const { clock, directory, metrics, troubles } = ground.deps;
  let requests = 0;
  app.addHook("onResponse", async () => {
    requests += 1;
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/health",
    summary: "Whether the cloud works; status 503 when it does not",
    answer: health,
    handle: ({ setStatus }) => {
      const wrong = [...(troubles?.() ?? [])];
      if (wrong.length > 0) setStatus(503);
      const gateways = directory.gateways();
      return {
        status: wrong.length > 0 ? ("degraded" as const) : ("ok" as const),
        at: clock.now(),
        startedAt: ground.startedAt,
        gateways: gateways.length,
        gatewaysOnline: gateways.filter(({ online }) => online).length,
        troubles: wrong,
      };
    },
  });

  app.get("/metrics", { config: { access: "read" }, schema: { hide: true } }, async (_request, reply) => {
    reply.header("content-type", "text/plain; version=0.0.4; charset=utf-8");
    return formatMetrics([...(metrics?.() ?? []), ...cityMetrics(ground), ...apiMetrics(ground, requests)]);
  });
}

function cityMetrics({ deps, city }: Ground): Metric[] {
  const now = deps.clock.now();
  const gateways = city.gateways();
  const labels = ({ site, gateway }: { readonly site: string; readonly gateway: string }) => ({ site, gateway });
  const ofLedger = (
    name: string,
    help: string,
    type: Metric["type"],
    field: "seen" | "stored" | "rejected" | "duplicates" | "gone" | "missing",
  ): Metric => ({
    name: `weir_ledger_${name}`,
    help,
    type,
    series: gateways.flatMap((each) => (each.ledger ? [{ labels: labels(each), value: each.ledger[field] }] : [])),
  });
  const counts = { live: 0, uncertain: 0, bad: 0, stale: 0 };
  for (const point of deps.latest.all()) counts[freshnessOf(city.reading(point), now)] += 1;
  return [
    {
      name: "weir_gateway_online",
      help: "1 while the gateway's session is alive.",
      type: "gauge",
      series: gateways.map((each) => ({ labels: labels(each), value: Number(each.online) })),
    },
    {
      name: "weir_gateway_silence_seconds",
      help: "Since the gateway's last message.",
      type: "gauge",
      series: gateways.map((each) => ({ labels: labels(each), value: Math.max(0, now - each.lastMessageAt) / 1000 })),
    },
    {
      name: "weir_gateway_faults_total",
      help: "Messages that could not be used.",
      type: "counter",
      series: gateways.flatMap((each) =>
        Object.entries(each.faults).map(([reason, value]) => ({ labels: { ...labels(each), reason }, value })),
      ),
    },
    ofLedger(
      "records_seen",
      "Offsets from the lowest to the highest that has arrived, in the gateway's present epoch.",
      "gauge",
      "seen",
    ),
    ofLedger(
      "records_stored",
      "Records whose points the store has confirmed, in the present epoch.",
      "gauge",
      "stored",
    ),
    ofLedger("records_rejected", "Records the store will never take, in the present epoch.", "gauge", "rejected"),
    ofLedger("records_duplicated", "Arrivals of a record stored before, in the present epoch.", "gauge", "duplicates"),
    ofLedger(
      "records_gone",
      "Records the gateway gave up before the store got them, in the present epoch: lost.",
      "gauge",
      "gone",
    ),
    ofLedger(
      "records_missing",
      "Records that should be here and are not yet, in the present epoch.",
      "gauge",
      "missing",
    ),
    {
      name: "weir_ledger_oldest_missing_seconds",
      help: "Age of the oldest missing record.",
      type: "gauge",
      series: gateways.flatMap((each) =>
        each.ledger ? [{ labels: labels(each), value: each.ledger.oldestMissingAgeMs / 1000 }] : [],
      ),
    },
    {
      name: "weir_readings",
      help: "Series by the freshness of their newest reading.",
      type: "gauge",
      series: freshnesses.map((freshness) => ({ labels: { freshness }, value: counts[freshness] })),
    },
  ];
}

function apiMetrics({ live }: Ground, requests: number): Metric[] {
  return [
    { name: "weir_api_requests_total", help: "Requests answered.", type: "counter", series: [{ value: requests }] },
    { name: "weir_live_clients", help: "Open live streams.", type: "gauge", series: [{ value: live.clients() }] },
    {
      name: "weir_live_clients_dropped_total",
      help: "Live streams closed because their reader was too slow.",
      type: "counter",
      series: [{ value: live.dropped() }],
    },
  ];
}
