import type { Gateway as GatewayView, LedgerEpoch, Reading } from "@weir/cloud/api/answers.ts";
import type { AgentStatus } from "@weir/edge-agent/health/status.ts";
import type { Account, Gateway, Layout } from "./layout.ts";

/** GET → JSON, on a connection of its own: whoever answers may have been killed since the last one. Rejects when nobody answers in time, or not with 200. */
export async function getJson<T>(url: string, withinMs = 5000): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(withinMs), headers: { connection: "close" } });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** What a gateway says of itself. */
export const statusOf = ({ health }: Pick<Gateway, "health">) => getJson<AgentStatus>(`${health}/status`);

/** What the cloud says became of a gateway's records, newest epoch first. */
export async function ledgerOf(
  { api }: Pick<Layout, "api">,
  { site, gateway }: Account,
): Promise<readonly LedgerEpoch[]> {
  const path = `${api}/api/v1/gateways/${site}/${gateway}/ledger`;
  return (await getJson<{ readonly epochs: readonly LedgerEpoch[] }>(path)).epochs;
}

/** The newest readings of one device, by metric. */
export async function latestOf({ api }: Pick<Layout, "api">, device: string): Promise<ReadonlyMap<string, Reading>> {
  const { readings } = await getJson<{ readonly readings: readonly Reading[] }>(
    `${api}/api/v1/latest?device=${device}`,
  );
  return new Map(readings.map((reading) => [reading.metric, reading]));
}

/** The newest readings of all devices. */
export const allLatest = async ({ api }: Pick<Layout, "api">): Promise<readonly Reading[]> =>
  (await getJson<{ readonly readings: readonly Reading[] }>(`${api}/api/v1/latest`, 30_000)).readings;

/** What the cloud knows of an edge node; undefined before it has spoken. */
export async function gatewayOf(
  { api }: Pick<Layout, "api">,
  { site, gateway }: Account,
): Promise<GatewayView | undefined> {
  const { gateways } = await getJson<{ readonly gateways: readonly GatewayView[] }>(
    `${api}/api/v1/gateways?site=${site}`,
  );
  return gateways.find((each) => each.gateway === gateway);
}
