import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatCredential } from "@weir/cloud/broker/credentials.ts";
import { stringify } from "yaml";
import type { Program } from "../children.ts";

/** A node of the demonstration: where it is on the line, and who orders its update. */
export type DemoNode = { readonly id: string; readonly unit: number; readonly by: "cloud" | "technician" };

export const nodes: readonly DemoNode[] = [
  { id: "well-1", unit: 1, by: "cloud" },
  { id: "well-2", unit: 2, by: "cloud" },
  { id: "well-3", unit: 3, by: "technician" },
];
/** Its A5 is high, and level-flawed hangs where that is so (firmware/nodes/level-flawed.h). */
export const hanging = "well-2";
export const everyMs = 1000;
export const site = "demo";
export const gateway = "gw-firmware";
export const lineSpeed = 115_200;

export type Scene = {
  readonly line: Program;
  readonly cloud: Program;
  readonly agent: Program;
  readonly ports: readonly number[];
  readonly console: string;
  /** host:port of the simulated line, as a serial server has it. */
  readonly linePort: string;
  readonly edgeYaml: string;
  readonly files: Readonly<Record<"release" | "fleet" | "trusted" | "nodeKeys" | "bundle", string>>;
};

const root = join(import.meta.dirname, "..", "..");

/** Writes what cloud and gateway are told into `data`, and says what is to be started. */
export async function layOut(data: string, portBase: number): Promise<Scene> {
  const [api, broker, line, health] = [0, 1, 2, 3].map((offset) => `127.0.0.1:${portBase + offset}`);
  const inData = (name: string) => join(data, name);
  const write = (name: string, content: unknown) => {
    writeFileSync(inData(name), typeof content === "string" ? content : stringify(content), { mode: 0o600 });
    return inData(name);
  };
  mkdirSync(inData("cloud"), { recursive: true });
  const password = randomBytes(24).toString("base64url");
  write("password", password);
  write("cloud/credentials", `${await formatCredential("gateway", `${site}/${gateway}`, password)}\n`);
  const cloudYaml = write("cloud/cloud.yaml", {
    host: "weir-cloud",
    data: ".",
    broker: { listen: broker, credentials: "credentials" },
    store: { sqlite: { path: "readings.db" } },
    api: { listen: api },
  });
  const edgeYaml = write("edge.yaml", {
    site,
    gateway,
    title: { en: "Firmware over a line", zh: "总线固件升级" },
    buses: [{ name: "line", raw_tcp: line }],
    devices: nodes.map(({ id, unit }) => ({
      ...{ id, unit, bus: "line", profile: "pipe/weir-level", every: `${everyMs}ms` },
      title: { en: `Well ${unit}`, zh: `${unit} 号井` },
    })),
    firmware: { keys: "trusted.keys", node_keys: "nodes.keys" },
    uplink: { url: `mqtt://${broker}`, password_file: "password", primary: "weir-cloud" },
    health: { listen: health },
    clock: "trust",
  });
  const swing = nodes.flatMap(({ unit }) => ["--input", `${unit}:0=1..4/600s`]); // so that each reading is another one, and is stored
  const flaw = nodes.flatMap(({ id, unit }) => (id === hanging ? ["--input", `${unit}:5=5`] : []));
  return {
    line: {
      name: "line",
      command: [
        join(root, "firmware/tool/cli.js"),
        ...["sim", ...nodes.map(({ unit }) => `level@${unit}`), "--boot485", "--line-speed", String(lineSpeed)],
        ...["--listen", line!, ...swing, ...flaw],
      ],
    },
    cloud: { name: "cloud", command: [join(root, "cloud/cli.js"), "run", cloudYaml] },
    agent: { name: "gateway", command: [join(root, "edge-agent/cli.js"), "run", edgeYaml] },
    ports: [0, 1, 2, 3].map((offset) => portBase + offset),
    console: `http://${api}/`,
    linePort: line!,
    edgeYaml,
    files: {
      release: inData("makers"),
      fleet: inData("waterworks"),
      trusted: inData("trusted.keys"),
      nodeKeys: inData("nodes.keys"),
      bundle: inData("level.bundle"),
    },
  };
}

/** `weir-edge firmware`, as a technician beside the gateway types it. */
export const technicianOrders = ({ edgeYaml, files }: Scene, device: string): Program => ({
  name: "technician",
  command: [join(root, "edge-agent/cli.js"), ...["firmware", edgeYaml, "update", device, files.bundle, "--lang", "en"]],
});
