import { resolve } from "node:path";
import { city, loadCityProfiles } from "../city.ts";
import { fleetPoints, serveFleet } from "../fleet/fleet.ts";
import { type Log, lineLog } from "../log.ts";
import { runCity, SimulatorError } from "../run.ts";
import {
  anyPort,
  type Given,
  type OptionReader,
  readOptions,
  type Surroundings,
  usualControlPort,
  usualPortBase,
} from "./options.ts";

const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2100, 0, 1);

/** `weir-sim run`: the city, or with --fleet many equal instruments, until the signal aborts. */
export async function runUntilStopped(
  given: Given,
  positionals: readonly string[],
  { clock, signal, out, districts = city }: Surroundings,
): Promise<void> {
  const options = readOptions(given);
  const seed = options.number("seed", 1, { min: 0, max: 0xffffffff, whole: "whole" });
  const speed = options.number("speed", 1, { min: 0.001, max: 3600 });
  const host = options.text("host", "127.0.0.1");
  const portBase = options.number("port-base", usualPortBase, anyPort);
  const controlPort = options.number("control-port", usualControlPort, anyPort);
  const ports = options.number("ports", 10, { min: 1, max: 1000, whole: "whole" });
  const since = readInstant(options, "since", clock.now());
  const from = readInstant(options, "from", since);
  const units = readFleet(options, ports);
  for (const extra of positionals) options.fault(`${extra}: run takes options only`);
  options.done();

  const log = lineLog(out, clock.now);
  if (units !== undefined) return runFleet({ units, ports, host, portBase }, log, { clock, signal });
  const running = await runCity(
    {
      districts,
      profiles: loadCityProfiles(),
      seed,
      time: { speed, since, from },
      host,
      portBase,
      controlPort,
      ...(typeof given.data === "string" && { data: resolve(given.data) }),
      timing: given.instant ? "none" : "line",
      clock,
      log,
    },
    signal,
  );
  for (const { gateway, site, buses, devices } of running.districts)
    for (const { name, kind, port } of buses)
      log("info", "bus listens", {
        site,
        gateway,
        bus: name,
        kind,
        host,
        port,
        instruments: devices.filter(({ bus }) => bus === name).length,
      });
  log("info", "city runs", {
    seed,
    speed,
    since: new Date(since).toISOString(),
    from: new Date(from).toISOString(),
    control: `http://127.0.0.1:${running.controlPort}`,
  });
  await stopped(signal);
  log("info", "city stopped");
}

async function runFleet(
  fleet: { readonly units: number; readonly ports: number; readonly host: string; readonly portBase: number },
  log: Log,
  { clock, signal }: Pick<Surroundings, "clock" | "signal">,
): Promise<void> {
  try {
    const { buses } = await serveFleet({ ...fleet, clock }, signal);
    for (const { name, host, port } of buses) log("info", "bus listens", { bus: name, kind: "tcp", host, port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? `${message}; stop what listens there or choose another --port-base` : message;
    throw new SimulatorError(why);
  }
  log("info", "fleet runs", { units: fleet.units, points: fleet.units * fleetPoints });
  await stopped(signal);
  log("info", "fleet stopped");
}

/** `500x30` → 500. */
function readFleet(options: OptionReader, ports: number): number | undefined {
  const text = options.text("fleet", "");
  if (text === "") return undefined;
  const [, units = "", points = ""] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (units === "" || Number(units) < 1)
    options.fault(`--fleet ${text}: give units x points, such as 500x${fleetPoints}`);
  else if (Number(points) !== fleetPoints)
    options.fault(`--fleet ${text}: the generic profile has ${fleetPoints} points; give ${units}x${fleetPoints}`);
  else if (Number(units) > 247 * ports)
    options.fault(`--fleet ${text}: a port holds 247 units; give --ports ${Math.ceil(Number(units) / 247)}`);
  return Number(units);
}

function readInstant(options: OptionReader, name: string, usual: number): number {
  const text = options.text(name, "");
  const instant = text === "" ? usual : Date.parse(text);
  if (instant >= earliest && instant < latest) return instant;
  options.fault(`--${name} ${text}: give an instant from 2000 to 2100 such as 2026-07-01T06:00:00+08:00`);
  return usual;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve());
  });
}
