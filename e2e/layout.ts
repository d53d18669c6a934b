import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatCredential } from "@weir/cloud/broker/credentials.ts";
import { cityPlan, profilesOfCity } from "@weir/simulators/city.ts";
import type { BusPlan, DistrictPlan } from "@weir/simulators/plan.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { stringify } from "yaml";

export type CityOptions = {
  /** Buses of the simulated city that gateways read; a gateway without any does not run. */
  readonly buses: readonly string[];
  /** Poll period of every device, such as 200ms. */
  readonly every: string;
  /** How often gateways report about themselves. */
  readonly healthEvery: string;
  /** How fast time passes in the simulated world. */
  readonly speed: number;
  /** external: whatever the test starts at brokerPort. Default: the cloud's own. */
  readonly broker?: "external";
  /** influx: the InfluxDB 1.x that the test starts at influxPort, database weir; or `store` of cloud.yaml as it is. Default: sqlite. */
  readonly store?: "influx" | object;
  /** Gateways that nothing runs for, so that a test can speak as one of them. */
  readonly guests?: readonly Account[];
  /** Of the gateways' MQTT connections, such as 2s; the agent's default when left out. */
  readonly keepAlive?: string;
  /** true: gateways look up `localhost` and reach the broker at their uplinkPort, where the test listens. */
  readonly throughNetwork?: boolean;
  /** plain: gateways go by the broker's answers to pings, as they do with a Sparkplug host that gives no receipts. */
  readonly host?: "plain";
  /** With it, gateways speak TLS there and trust this authority (PEM). */
  readonly uplinkCaFile?: string;
  /** Whether gateways doubt their clock until somebody says that it is synchronised; default trust. */
  readonly clock?: "check" | "trust";
  /** What runs as a gateway, before its configuration file; weir-edge run when left out. */
  readonly gatewayCommand?: readonly string[];
  /** Longest wait for a program to run, or for what a test waits for; default 30 s. */
  readonly patienceMs?: number;
  /** Added to the environment of every program. */
  readonly environment?: Readonly<Record<string, string>>;
};

/** An edge node of a site. */
export type Account = { readonly site: string; readonly gateway: string };

export type Gateway = Account & {
  readonly folder: string;
  /** Its edge.yaml. */
  readonly file: string;
  /** http://… of its health page. */
  readonly health: string;
  /** Where it finds its broker. */
  readonly uplinkPort: number;
  readonly devices: readonly string[];
};

export type Layout = {
  readonly gateways: readonly Gateway[];
  /** `<site>/<gateway>` → password, of gateways and guests. */
  readonly passwords: ReadonlyMap<string, string>;
  /** What to start: simulator, cloud, and each gateway by its name. */
  readonly commands: ReadonlyMap<string, readonly string[]>;
  /** http://… of API and console. */
  readonly api: string;
  /** http://… of the simulator's switchboard. */
  readonly control: string;
  readonly brokerPort: number;
  readonly influxPort: number;
};

const offsets = { api: 0, broker: 1, control: 2, influx: 3, health: 5, network: 8, buses: 16 } as const;
const root = join(import.meta.dirname, "..");

/** Writes every program's configuration for a part of the simulated city into the folder. */
export async function layOut(folder: string, portBase: number, options: CityOptions): Promise<Layout> {
  const at = (key: keyof typeof offsets) => portBase + offsets[key];
  const districts = cityPlan({ host: "127.0.0.1", portBase: at("buses") })
    .map((district) => narrow(district, options.buses))
    .filter(({ devices }) => devices.length > 0);
  const passwords = new Map(
    [...districts, ...(options.guests ?? [])].map(
      ({ site, gateway }) => [`${site}/${gateway}`, randomBytes(18).toString("base64url")] as const,
    ),
  );
  const gateways = districts.map((district, index): Gateway => {
    const { site, gateway, devices } = district;
    const home = join(folder, gateway);
    mkdirSync(home);
    writeFileSync(join(home, "password"), passwords.get(`${site}/${gateway}`)!, { mode: 0o600 });
    const health = `127.0.0.1:${at("health") + index}`;
    const file = join(home, "edge.yaml");
    const uplinkPort = options.throughNetwork ? at("network") + index : at("broker");
    writeFileSync(file, stringify(edgeYaml(district, { ...options, uplinkPort, health })));
    const ids = devices.map(({ id }) => id);
    return { site, gateway, folder: home, file, health: `http://${health}`, uplinkPort, devices: ids };
  });

  const cloud = join(folder, "cloud");
  mkdirSync(cloud);
  const accounts = [...passwords].map(([name, password]) => formatCredential("gateway", name, password));
  writeFileSync(join(cloud, "credentials"), `${(await Promise.all(accounts)).join("\n")}\n`);
  writeFileSync(
    join(cloud, "cloud.yaml"),
    stringify({
      profiles: profilesOfCity,
      broker:
        options.broker === "external"
          ? { url: `mqtt://127.0.0.1:${at("broker")}` }
          : { listen: `127.0.0.1:${at("broker")}`, credentials: "credentials" },
      ...(options.store && {
        store:
          options.store === "influx"
            ? { influx: { url: `http://127.0.0.1:${at("influx")}`, version: "1" } }
            : options.store,
      }),
      api: { listen: `127.0.0.1:${at("api")}` },
    }),
  );

  const gatewayCommand = options.gatewayCommand ?? [programOf("edge-agent"), "run"];
  const simulator = [
    ...[programOf("simulators"), "run", "--instant", "--speed", String(options.speed)],
    ...["--since", new Date(systemClock.now()).toISOString(), "--from", "2026-07-01T00:00:00Z"],
    ...["--port-base", String(at("buses")), "--control-port", String(at("control"))],
  ];
  return {
    gateways,
    passwords,
    commands: new Map<string, readonly string[]>([
      ["simulator", ["node", ...simulator]],
      ["cloud", ["node", programOf("cloud"), "run", join(cloud, "cloud.yaml")]],
      ...gateways.map(({ gateway, file }) => [gateway, ["node", ...gatewayCommand, file]] as const),
    ]),
    api: `http://127.0.0.1:${at("api")}`,
    control: `http://127.0.0.1:${at("control")}`,
    brokerPort: at("broker"),
    influxPort: at("influx"),
  };
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

type Around = Pick<
  CityOptions,
  "every" | "healthEvery" | "clock" | "host" | "keepAlive" | "throughNetwork" | "uplinkCaFile"
> & {
  readonly uplinkPort: number;
  readonly health: string;
};

function edgeYaml({ site, gateway, buses, devices }: DistrictPlan, around: Around): object {
  const {
    every,
    healthEvery,
    clock = "trust",
    host,
    keepAlive,
    throughNetwork,
    uplinkCaFile,
    uplinkPort,
    health,
  } = around;
  return {
    ...{ site, gateway, profiles: profilesOfCity },
    buses: buses.map(busYaml),
    devices: devices.map(({ place: _, ...device }) => ({ ...device, every })),
    uplink: {
      url: `${uplinkCaFile ? "mqtts" : "mqtt"}://${throughNetwork ? "localhost" : "127.0.0.1"}:${uplinkPort}`,
      ...(uplinkCaFile && { ca_file: uplinkCaFile }),
      ...{ password_file: "password", primary: "weir-cloud" },
      ...(keepAlive && { keep_alive: keepAlive }),
      ...(host && { host }),
    },
    health: { listen: health, every: healthEvery },
    ...{ clock, clock_wait: "1h" },
  };
}

function busYaml({ name, kind, host, port }: BusPlan): object {
  if (kind === "opcua") return { name, opcua: { url: `opc.tcp://${host}:${port}`, policy: "None", publish: "200ms" } };
  if (kind === "firmata") return { name, firmata: { tcp: `${host}:${port}` } };
  return { name, [kind.replaceAll("-", "_")]: `${host}:${port}` };
}
