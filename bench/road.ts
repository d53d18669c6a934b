import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatCredential } from "@weir/cloud/broker/credentials.ts";
import { fleetPoints } from "@weir/simulators/fleet/fleet.ts";
import { stringify } from "yaml";
import { freePorts, type Program, pinTo, startProgram } from "./program.ts";

/** The whole road in processes of its own: weir-sim's fleet, one agent that reads it, one cloud on sqlite. */
export type Road = {
  /** The one that was started last. */
  readonly agent: Program & { readonly pid: number };
  readonly cloud: Program;
  readonly fleet: Program;
  /** Why the agent is not on one core; undefined when it is. */
  readonly notPinned: string | undefined;
  /** The agent's /metrics at this moment: each one's sum over its labels, by its name without weir_ and _total. */
  metrics(): Promise<(name: string) => number>;
  /** http://… of the cloud's API and console. */
  readonly api: string;
  /** The cloud's SQLite file. */
  readonly store: string;
  /** The agent's. */
  readonly outbox: string;
  /** Starts another agent in the place of one that has gone; does not wait for it. */
  startAgent(): Program;
  /** Stops all of it and removes its folder. */
  end(): Promise<void>;
};

export type RoadOptions = {
  readonly devices: number;
  /** Node's own for the agent, beside what weir-edge sets itself. */
  readonly flags?: readonly string[];
  /** The port at which the agent finds its broker as `localhost`, given the broker's own; the broker's when left out. */
  readonly through?: (broker: number) => Promise<number>;
};

const root = join(import.meta.dirname, "..");
const agentFile = join(root, "edge-agent/cli.js");
const [site, gateway, password] = ["bench", "gw-bench", "bench"];

export { fleetPoints };

/** Starts it: every device has a TCP connection of its own and 30 points that all change and are all read every second. Resolves once everything runs. */
export async function openRoad({ devices, flags = [], through }: RoadOptions): Promise<Road> {
  const folder = mkdtempSync(join(tmpdir(), "weir-bench-road-"));
  const programs: Program[] = [];
  const end = async () => {
    for (const program of programs.toReversed()) await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const start = (...args: readonly string[]) => {
    const program = startProgram(args);
    programs.push(program);
    return program;
  };
  try {
    const fleet = start(
      ...[join(root, "simulators/cli.js"), "run", "--fleet", `${devices}x${fleetPoints}`],
      ...["--ports", String(devices), "--port-base", "0"],
    );
    await fleet.says('"fleet runs"');
    const ports = fleet.lines.flatMap((line) =>
      line.includes("bus listens") ? [JSON.parse(line).port as number] : [],
    );
    const [broker, api, health] = (await freePorts(3)) as [number, number, number];

    mkdirSync(join(folder, "cloud"));
    writeFileSync(join(folder, "cloud/credentials"), await formatCredential("gateway", `${site}/${gateway}`, password));
    const cloudFile = join(folder, "cloud/cloud.yaml");
    const loopback = (port: number) => `127.0.0.1:${port}`;
    writeFileSync(
      cloudFile,
      stringify({
        profiles: join(root, "simulators/fleet"),
        broker: { listen: loopback(broker) },
        api: { listen: loopback(api) },
      }),
    );
    const cloud = start(join(root, "cloud/cli.js"), "run", cloudFile);
    await cloud.says('"weir-cloud runs"');

    const edgeFile = join(folder, "edge.yaml");
    writeFileSync(join(folder, "password"), password);
    const uplink = through ? `localhost:${await through(broker)}` : loopback(broker);
    writeFileSync(edgeFile, edgeYaml({ ports, uplink, health }));
    let notPinned: string | undefined;
    const startAgent = () => {
      const started = start(...flags, agentFile, "run", edgeFile);
      notPinned = pinTo(0, started.pid);
      return started;
    };
    let agent = startAgent();
    for (const { pid } of [fleet, cloud]) pinTo(1, pid);
    await agent.says('"weir-edge runs"');
    return {
      ...{ cloud, fleet, notPinned, end },
      get agent() {
        return agent;
      },
      startAgent: () => {
        agent = startAgent();
        return agent;
      },
      api: `http://${loopback(api)}`,
      outbox: join(folder, "outbox.db"),
      store: join(folder, "cloud/readings.db"),
      metrics: async () => {
        const exposition = await (await fetch(`http://${loopback(health)}/metrics`)).text();
        return (name) => sumOf(exposition, name);
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function edgeYaml({ ports, uplink, health }: { ports: readonly number[]; uplink: string; health: number }): string {
  return stringify({
    ...{ site, gateway, clock: "trust" },
    profiles: join(root, "simulators/fleet"),
    buses: ports.map((port, n) => ({ name: `bus-${n}`, tcp: `127.0.0.1:${port}` })),
    devices: ports.map((_, n) => ({ id: `fleet-${n}`, bus: `bus-${n}`, profile: "pipe/generic-30" })),
    uplink: { url: `mqtt://${uplink}`, password_file: "password", primary: "weir-cloud" },
    health: { listen: `127.0.0.1:${health}` },
  });
}

function sumOf(exposition: string, name: string): number {
  const rows = exposition.matchAll(new RegExp(`^weir_${name}(?:_total)?(?:\\{.*\\})? (.*)$`, "gm"));
  return [...rows].reduce((sum, [, value]) => sum + Number(value), 0);
}
