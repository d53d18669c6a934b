import type {
  Alarm,
  Command,
  Delivered,
  Device,
  Gap,
  Gateway,
  LedgerEpoch,
  Reading,
  SeriesBucket,
  Session,
} from "../api/answers.ts";

/** The server refused or could not be reached. status 0: no connection. */
export class AskError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const timeoutMs = 20_000;

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const signals = [
    AbortSignal.timeout(init.method === "POST" ? 90_000 : timeoutMs),
    ...(init.signal ? [init.signal] : []),
  ];
  const response = await fetch(`api/v1/${path}`, { ...init, signal: AbortSignal.any(signals) }).catch(
    (error: unknown) => {
      throw new AskError(0, error instanceof Error ? error.message : String(error));
    },
  );
  const body = (await response.json().catch(() => undefined)) as (T & { error?: { message: string } }) | undefined;
  if (!response.ok || body === undefined)
    throw new AskError(response.status, body?.error?.message ?? `${response.status} ${response.statusText}`);
  return body;
}

function send<T>(method: "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
  if (body === undefined) return ask<T>(path, { method });
  return ask<T>(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

const pathOf = (what: string, site: string, name: string) =>
  `${what}/${encodeURIComponent(site)}/${encodeURIComponent(name)}`;

export const askSession = () => ask<Session>("session");
export const signIn = (token: string) => send<Session>("POST", "session", { token });
export const signOut = () => send<Session>("DELETE", "session");
export const askDevices = () => ask<{ at: number; devices: Device[] }>("devices");
export const askGateways = () => ask<{ at: number; gateways: Gateway[] }>("gateways");
export const askLatest = () => ask<{ at: number; readings: Reading[] }>("latest");
export const askLedger = (site: string, gateway: string) =>
  ask<{ epochs: LedgerEpoch[] }>(`${pathOf("gateways", site, gateway)}/ledger`);
export type Calendar = { at: number; timeZone: string; dates: string[]; days: Delivered[] };
export const askDelivery = () =>
  ask<Calendar & { gateways: { site: string; gateway: string; days: Delivered[] }[] }>("delivery");
export const askGatewayDelivery = (site: string, gateway: string) =>
  ask<Calendar & { devices: { device: string; days: Delivered[] }[] }>(`${pathOf("gateways", site, gateway)}/delivery`);
export const askDeviceDelivery = (site: string, device: string) =>
  ask<Calendar & { gaps: Gap[] }>(`${pathOf("devices", site, device)}/delivery`);
export const remove = (what: "gateways" | "devices", site: string, name: string) =>
  send<{ removed: number }>("DELETE", pathOf(what, site, name));
export const askCommands = (site: string, device: string) =>
  ask<{ commands: Command[] }>(`commands?${new URLSearchParams({ site, device, limit: "5" })}`);
export const sendCommand = (order: { site: string; device: string; metric: string; value: number }) =>
  send<{ command: Command }>("POST", "commands", order);

export const askAlarms = () => ask<{ at: number; alarms: Alarm[] }>("alarms");
export const askAlarmHistory = (from: string) =>
  ask<{ at: number; alarms: Alarm[]; more: boolean }>(`alarms/history?${new URLSearchParams({ from, limit: "200" })}`);
export const acknowledgeAlarm = (id: number, comment: string) =>
  send<{ alarm: Alarm }>("POST", `alarms/${id}/acknowledgement`, { comment });

export type Series = { at: number; from: number; to: number; everyMs: number; buckets: SeriesBucket[] };
export const askSeries = (of: { site: string; device: string; metric: string; from: string }, signal: AbortSignal) =>
  ask<Series>(`series?${new URLSearchParams(of)}`, { signal });
