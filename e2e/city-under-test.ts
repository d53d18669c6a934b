import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatCredential } from "@weir/cloud/broker/credentials.ts";
import { cityPlan, profilesOfCity } from "@weir/simulators/city.ts";
import type { DistrictPlan } from "@weir/simulators/plan.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { stringify } from "yaml";
import { type Ports, reservePorts } from "./ports.ts";
import { type Exit, type Program, startProgram } from "./program.ts";
import { Hopeless, until } from "./until.ts";

export type CityOptions = {
  /** Buses of the simulated city that gateways read; a gateway without any does not run. */
  readonly buses: readonly string[];
  /** Poll period of every device, such as 200ms. */
  readonly every: string;
  /** How often gateways report about themselves. */
  readonly healthEvery: string;
  /** How fast time passes in the simulated world. */
  readonly speed: number;
  /** Instead of cloud.yaml's embedded broker and sqlite store. */
  readonly broker?: object & { readonly url: string };
  readonly store?: object;
  /** What runs as a gateway, before its configuration file; weir-edge run when left out. */
  readonly gatewayCommand?: readonly string[];
};

export type Gateway = {
  readonly site: string;
  readonly gateway: string;
  readonly folder: string;
  readonly file: string;
  readonly password: string;
  /** http://… of its health page. */
  readonly health: string;
  readonly devices: readonly string[];
};

/** simulator, cloud, or a gateway's name. */
export type Name = string;

export type CityUnderTest = {
  readonly folder: string;
  readonly gateways: readonly Gateway[];
  readonly names: readonly Name[];
  /** http://… of API and console. */
  readonly api: string;
  /** http://… of the simulator's switchboard. */
  readonly control: string;
  readonly brokerPort: number;
  start(name: Name, ...more: readonly string[]): Program;
  /** Resolves once each of them has said that it runs. */
  running(...names: readonly Name[]): Promise<void>;
  kill(name: Name): Promise<void>;
  /** SIGTERM; resolves with what it exited with. */
  stop(name: Name): Promise<Exit>;
  /** As `until`, and rejects at once when a program has ended that nobody ended. */
  until<T>(what: string, ask: () => T | Promise<T>, withinMs?: number): Promise<Exclude<T, undefined | false | null>>;
  /** The last lines of every program, for a person who looks at a failure. */
  tell(): string;
  /** Kills everything and removes the folder. */
  end(): Promise<void>;
};

const offsets = { api: 0, broker: 1, control: 2, health: 3, buses: 16 } as const;
const root = join(import.meta.dirname, "..");
const startMs = 30_000;

/** Lays out a part of the simulated city with a cloud, on free ports and in a folder of its own. Nothing runs yet. */
export async function layOutCity(options: CityOptions): Promise<CityUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "weir-e2e-"));
  const ports = await reservePorts();
  const at = (key: keyof typeof offsets) => ports.base + offsets[key];
  const districts = cityPlan({ host: "127.0.0.1", portBase: at("buses") })
    .map((district) => narrow(district, options.buses))
    .filter(({ devices }) => devices.length > 0);
  const gateways = districts.map((district, index): Gateway => {
    const { site, gateway, devices } = district;
    const home = join(folder, gateway);
    mkdirSync(home);
    const password = randomBytes(18).toString("base64url");
    writeFileSync(join(home, "password"), password, { mode: 0o600 });
    const health = `127.0.0.1:${at("health") + index}`;
    const file = join(home, "edge.yaml");
    const url = options.broker?.url ?? `mqtt://127.0.0.1:${at("broker")}`;
    writeFileSync(file, stringify(edgeYaml(district, { ...options, url, health })));
    return {
      ...{ site, gateway, folder: home, file, password },
      health: `http://${health}`,
      devices: devices.map(({ id }) => id),
    };
  });
  const cloudFile = await layOutCloud(join(folder, "cloud"), gateways, {
    ...options,
    api: at("api"),
    brokerPort: at("broker"),
  });
  const commands = new Map<Name, readonly string[]>([
    [
      "simulator",
      [
        ...["node", programOf("simulators"), "run", "--instant", "--speed", String(options.speed)],
        ...["--since", new Date(systemClock.now()).toISOString(), "--from", "2026-07-01T00:00:00Z"],
        ...["--port-base", String(at("buses")), "--control-port", String(at("control"))],
      ],
    ],
    ["cloud", ["node", join(root, "cloud/cli.js"), "run", cloudFile]],
    ...gateways.map(
      ({ gateway, file }) =>
        [gateway, ["node", ...(options.gatewayCommand ?? [join(root, "edge-agent/cli.js"), "run"]), file]] as const,
    ),
  ]);
  return runner({ folder, gateways, ports, commands, api: at("api"), control: at("control"), broker: at("broker") });
}

/** The file that a workspace's package.json gives as its program. */
function programOf(workspace: string): string {
  const { bin } = JSON.parse(readFileSync(join(root, workspace, "package.json"), "utf8"));
  return join(root, workspace, Object.values(bin as Record<string, string>)[0]!);
}

function narrow(district: DistrictPlan, buses: readonly string[]): DistrictPlan {
  return {
    ...district,
    buses: district.buses.filter(({ name }) => buses.includes(name)),
    devices: district.devices.filter(({ bus }) => buses.includes(bus)),
  };
}

function edgeYaml(
  { site, gateway, buses, devices }: DistrictPlan,
  {
    every,
    healthEvery,
    url,
    health,
  }: Pick<CityOptions, "every" | "healthEvery"> & { readonly url: string; readonly health: string },
): object {
  return {
    ...{ site, gateway, profiles: profilesOfCity },
    buses: buses.map(({ name, kind, host, port }) => ({ name, [kind.replaceAll("-", "_")]: `${host}:${port}` })),
    devices: devices.map(({ id, bus, unit, profile }) => ({ id, bus, unit, profile, every })),
    uplink: { url, password_file: "password", primary: "weir-cloud" },
    health: { listen: health, every: healthEvery },
    clock: "trust",
  };
}

async function layOutCloud(
  folder: string,
  gateways: readonly Gateway[],
  {
    broker,
    store,
    api,
    brokerPort,
  }: Pick<CityOptions, "broker" | "store"> & { readonly api: number; readonly brokerPort: number },
): Promise<string> {
  mkdirSync(folder);
  const accounts = gateways.map(({ site, gateway, password }) =>
    formatCredential("gateway", `${site}/${gateway}`, password),
  );
  writeFileSync(join(folder, "credentials"), `${(await Promise.all(accounts)).join("\n")}\n`);
  const file = join(folder, "cloud.yaml");
  writeFileSync(
    file,
    stringify({
      profiles: profilesOfCity,
      broker: broker ?? { listen: `127.0.0.1:${brokerPort}`, credentials: "credentials" },
      ...(store && { store }),
      api: { listen: `127.0.0.1:${api}` },
    }),
  );
  return file;
}

type Site = {
  readonly folder: string;
  readonly gateways: readonly Gateway[];
  readonly ports: Ports;
  readonly commands: ReadonlyMap<Name, readonly string[]>;
  readonly api: number;
  readonly control: number;
  readonly broker: number;
};

function runner({ folder, gateways, ports, commands, api, control, broker }: Site): CityUnderTest {
  const programs = new Map<Name, Program>();
  const find = (name: Name) => programs.get(name) ?? raise(`${name} has not been started`);
  const tell = () =>
    [...programs].flatMap(([name, { lines }]) => lines.slice(-15).map((line) => `${name} │ ${line}`)).join("\n");
  return {
    folder,
    gateways,
    names: [...commands.keys()],
    api: `http://127.0.0.1:${api}`,
    control: `http://127.0.0.1:${control}`,
    brokerPort: broker,
    start(name, ...more) {
      const command = commands.get(name) ?? raise(`there is no ${name}`);
      const program = startProgram([...command, ...more]);
      programs.set(name, program);
      return program;
    },
    async running(...names) {
      await Promise.all(names.map((name) => find(name).says(/"msg":"(city|weir-cloud|weir-edge) runs"/, startMs)));
    },
    async kill(name) {
      await find(name).end("SIGKILL");
      programs.delete(name);
    },
    async stop(name) {
      const exit = await find(name).end("SIGTERM");
      programs.delete(name);
      return exit;
    },
    until: (what, ask, withinMs = startMs) =>
      until(
        what,
        () => {
          for (const [name, program] of programs)
            if (program.exit() !== undefined) throw new Hopeless(`${name} has ended with ${program.exit()}\n${tell()}`);
          return ask();
        },
        withinMs,
      ),
    tell,
    async end() {
      await Promise.all([...programs.values()].map((program) => program.end("SIGKILL")));
      await ports.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function raise(message: string): never {
  throw new Error(message);
}
