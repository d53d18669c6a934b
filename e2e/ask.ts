import type { LedgerEpoch } from "@weir/cloud/api/answers.ts";
import type { AgentStatus } from "@weir/edge-agent/health/status.ts";
import type { CityUnderTest, Gateway } from "./city-under-test.ts";

/** GET → JSON. Rejects when nobody answers, or not with 200. */
export async function getJson<T>(url: string): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** What a gateway says of itself. */
export const statusOf = ({ health }: Pick<Gateway, "health">) => getJson<AgentStatus>(`${health}/status`);

/** What the cloud says became of a gateway's records, newest epoch first. */
export async function ledgerOf(
  { api }: Pick<CityUnderTest, "api">,
  { site, gateway }: Pick<Gateway, "site" | "gateway">,
): Promise<readonly LedgerEpoch[]> {
  const path = `${api}/api/v1/gateways/${site}/${gateway}/ledger`;
  return (await getJson<{ readonly epochs: readonly LedgerEpoch[] }>(path)).epochs;
}
