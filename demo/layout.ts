import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatCredential } from "@weir/cloud/broker/credentials.ts";
import { profilesOfCity } from "@weir/simulators/city.ts";
import { type BusPlan, type DistrictPlan, planOf } from "@weir/simulators/plan.ts";
import { stringify } from "yaml";
import type { Program } from "./children.ts";
import { districts as wholeCity } from "./districts.ts";

/** What runs in the demo, on which ports, and where to look. */
export type Layout = {
  readonly programs: readonly Program[];
  readonly ports: readonly number[];
  readonly console: string;
  readonly summary: string;
};

/** Offsets from the port base. The buses of the city follow from 16 on. */
const offsets = { console: 0, broker: 1, control: 2, health: 3, buses: 16 } as const;
const root = join(import.meta.dirname, "..");

/** Writes the configuration of every program into `data`, passwords included, and says what to start. Passwords stay those of the first time. */
export async function layOut({
  data,
  portBase,
  speed,
}: {
  readonly data: string;
  readonly portBase: number;
  readonly speed: number;
}): Promise<Layout> {
  const at = (key: keyof typeof offsets) => portBase + offsets[key];
  const districts = wholeCity.map((district) => planOf(district, "127.0.0.1", ({ offset }) => at("buses") + offset));
  const write = (path: string, content: unknown) => {
    writeFileSync(join(data, path), typeof content === "string" ? content : stringify(content, { lineWidth: 120 }), {
      mode: 0o600,
    });
    return join(data, path);
  };

  const devicesOn = (bus: string) =>
    districts.flatMap(({ devices }) => devices.filter((device) => device.bus === bus).map(({ id }) => id));

  mkdirSync(join(data, "cloud"), { recursive: true });
  const accounts = await Promise.all(
    districts.map(({ site, gateway }) => {
      mkdirSync(join(data, gateway), { recursive: true });
      return formatCredential("gateway", `${site}/${gateway}`, password(join(data, gateway, "password")));
    }),
  );
  write("cloud/credentials", `${accounts.join("\n")}\n`);
  const cloud = write("cloud/cloud.yaml", {
    host: "weir-cloud",
    data: ".",
    profiles: profilesOfCity,
    broker: { listen: `127.0.0.1:${at("broker")}`, credentials: "credentials" },
    store: { sqlite: { path: "readings.db" } },
    api: { listen: `127.0.0.1:${at("console")}` },
    stations: [
      { site: "river-east", name: "yinjiang-section", devices: devicesOn("yinjiang-station") },
      { site: "river-east", name: "lake-section", devices: devicesOn("lake-station") },
      { site: "old-town", name: "east-gate-air", devices: ["kerb-gases", "kerb-dust"] },
    ],
    balances: [
      {
        site: "old-town",
        name: "drum-tower-main",
        in: ["old-town/drum-tower-meter"],
        out: ["old-town/drum-tower-check"],
      },
    ],
  });
  const gateways = districts.map((district, index) => ({
    name: district.gateway,
    health: at("health") + index,
    file: write(
      `${district.gateway}/edge.yaml`,
      edgeYaml(district, {
        profiles: profilesOfCity,
        outbox: "outbox.db",
        uplink: { url: `mqtt://127.0.0.1:${at("broker")}`, password_file: "password" },
        health: `127.0.0.1:${at("health") + index}`,
      }),
    ),
  }));

  const buses = districts.flatMap((district) => district.buses);
  const busPorts = buses.map(({ port }) => port);
  const devices = districts.flatMap((district) => district.devices);
  const page = `http://127.0.0.1:${at("console")}/`;
  const row = (name: string, what: string) => `  ${name.padEnd(16)} ${what}`;
  return {
    console: page,
    ports: [at("console"), at("broker"), at("control"), ...gateways.map(({ health }) => health), ...busPorts],
    programs: [
      {
        name: "city",
        command: [
          join(root, "demo/city.js"),
          "--port-base",
          String(at("buses")),
          "--control-port",
          String(at("control")),
          "--speed",
          String(speed),
          "--data",
          join(data, "city"),
        ],
      },
      { name: "cloud", command: [join(root, "cloud/cli.js"), "run", cloud] },
      ...gateways.map(({ name, file }) => ({
        name,
        command: [join(root, "edge-agent/cli.js"), "run", file],
      })),
    ],
    summary: [
      "Weir, a small living city:",
      row(
        "city",
        `${devices.length} simulated instruments on ${buses.length} buses, 127.0.0.1:${Math.min(...busPorts)}–${Math.max(...busPorts)}; faults: npx weir-sim fault --help`,
      ),
      ...gateways.map(({ name, health }, index) =>
        row(name, `${districts[index]!.devices.length} devices; health http://127.0.0.1:${health}/`),
      ),
      row("cloud", `broker 127.0.0.1:${at("broker")}; API ${page}api/openapi.json`),
      row("data", data),
      "",
      row("console", page),
      "",
    ].join("\n"),
  };
}

/** The configuration of a district's gateway. around: where it finds its profiles, its outbox and its cloud. */
export function edgeYaml(
  { site, gateway, place, buses, devices }: DistrictPlan,
  around: {
    readonly profiles: string;
    readonly outbox: string;
    readonly uplink: { readonly url: string; readonly password_file: string; readonly ca_file?: string };
    readonly health: string;
  },
) {
  return {
    site,
    gateway,
    title: place,
    profiles: around.profiles,
    buses: buses.map(busYaml),
    devices: devices.map(({ place, ...device }) => ({ ...device, title: place })),
    outbox: { path: around.outbox },
    uplink: { ...around.uplink, primary: "weir-cloud" },
    health: { listen: around.health },
    clock: "trust",
  };
}

function busYaml({ name, kind, host, port }: BusPlan) {
  if (kind === "opcua") return { name, opcua: { url: `opc.tcp://${host}:${port}`, policy: "None" } };
  if (kind === "firmata") return { name, firmata: { tcp: `${host}:${port}` } };
  return { name, [kind.replaceAll("-", "_")]: `${host}:${port}` };
}

function password(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}
