import type { Clock } from "@weir/wire/clock.ts";
import { ask } from "./influx-read.ts";
import { type InfluxServer, nameOfPlace, tierOf } from "./influx-server.ts";
import { post } from "./influx-write.ts";
import { tiers } from "./store.ts";

/** One thing that was tried, and why it failed, with what to do; undefined: it works. */
export type Finding = { readonly what: string; readonly fault: string | undefined };

/**
 * Does what the cloud does, once in each place: writes a point (measurement `check`) and reads it with InfluxQL. Never rejects: a fault is
 * a finding. Stops at a server that is not there, or is of another version.
 */
export async function checkInflux(
  server: InfluxServer,
  clock: Pick<Clock, "now">,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const version = await versionFault(server, signal);
  const first = { what: `InfluxDB ${server.api.version}.x at ${server.url}`, fault: version };
  if (version !== undefined) return [first];
  const places = [server, ...tiers.map((tier) => tierOf(server, tier))];
  const findings = await Promise.all(
    places.map(async (place) => {
      const name = nameOfPlace(place.api);
      return [
        { what: `writing to ${name}`, fault: await faultOf(() => write(place, clock.now(), signal)) },
        { what: `reading from ${name}`, fault: await faultOf(() => read(place, signal)) },
      ];
    }),
  );
  return [first, ...findings.flat()];
}

/** Whether what the configuration says may write and read there. */
export async function works(place: InfluxServer, may: "write" | "read", now: number): Promise<boolean> {
  const signal = new AbortController().signal;
  return (await faultOf(() => (may === "write" ? write(place, now, signal) : read(place, signal)))) === undefined;
}

/** Why this server cannot be what the configuration says; undefined when it may. */
export async function versionFault(server: InfluxServer, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await fetch(new URL("/ping", server.url), {
      headers: server.headers.read,
      signal: AbortSignal.any([signal, AbortSignal.timeout(server.timeoutMs)]),
    });
    const found = answer.headers.get("x-influxdb-version") ?? "";
    const is = /^v?([123])\./.exec(found)?.[1];
    if (is === "3")
      return `it is InfluxDB ${found}, which can query some days at a time only; right: InfluxDB 2.x, OSS 2.9`;
    // 1.12 answers the requests of 2.x too, and a cloud service does not say what it is.
    if (is === undefined || Number(is) === server.api.version || (is === "1" && /^v?1\.1[2-9]/.test(found)))
      return undefined;
    return `it is InfluxDB ${found}; write version: "${is}" in store.influx`;
  } catch (error) {
    const { message, cause } = error as Error;
    return `it does not answer (${cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : message}); check the url, and that the database runs`;
  }
}

async function write(place: InfluxServer, now: number, signal: AbortSignal): Promise<void> {
  const refused = await post(place, [`check ok=1i ${now}`], "ms", signal);
  if (refused !== undefined) throw new Error(refused);
}

async function read(place: InfluxServer, signal: AbortSignal): Promise<void> {
  await ask(place, ['SELECT last("ok") FROM "check"'], signal);
}

async function faultOf(attempt: () => Promise<void>): Promise<string | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
