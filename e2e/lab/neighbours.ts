import { join } from "node:path";
import type { CityUnderTest } from "../city-under-test.ts";
import { startInfluxd, startMosquitto } from "../peers.ts";
import type { Program } from "../program.ts";

/** Mosquitto and InfluxDB beside a city that was laid out for them. */
export type Neighbours = {
  /** Resolves once it answers. */
  start(name: string): Promise<void>;
  /** undefined when nobody of this name is here or runs. */
  program(name: string): Program | undefined;
  end(): Promise<void>;
};

/** Both run, and InfluxDB has an empty database `weir`. */
export async function openNeighbours(city: CityUnderTest): Promise<Neighbours> {
  const starts: Readonly<Record<string, () => Promise<Program>>> = {
    influxd: () => startInfluxd(city.influxPort, join(city.folder, "influx")),
    mosquitto: () => startMosquitto(city.brokerPort, city.folder),
  };
  const programs = new Map<string, Program>();
  const start = async (name: string) => void programs.set(name, await starts[name]!());
  await Promise.all(Object.keys(starts).map(start));
  await fetch(`${influxUrl(city)}/query`, { method: "POST", body: new URLSearchParams({ q: "CREATE DATABASE weir" }) });
  return {
    start,
    program: (name) => programs.get(name),
    end: async () => void (await Promise.all([...programs.values()].map((program) => program.end("SIGKILL")))),
  };
}

export const influxUrl = ({ influxPort }: CityUnderTest): string => `http://127.0.0.1:${influxPort}`;
