import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

// biome-ignore format: a list
const everything = ["wire", "config", "device-profiles", "alarms", "edge-agent", "cloud", "grafana", "simulators", "firmware"];

/** Which of our folders a folder may import from, and why not the others (docs/data-flow.md). */
const mayImport: Record<string, readonly string[]> = {
  wire: [], // both ends, firmware and dashboards must be able to trust it alone
  config: ["wire"], // one way to read a YAML file and a command line, for every program; its faults are sentences of wire
  "device-profiles": ["wire", "config"],
  alarms: ["wire"], // the same judgement at the edge, in the cloud and on a dashboard; pure
  "edge-agent": ["wire", "config", "device-profiles", "alarms"], // never cloud: a gateway is installed without it
  cloud: ["wire", "config", "device-profiles", "alarms"], // never edge-agent: an edge upgrade reaches it only through wire
  grafana: ["wire", "device-profiles", "alarms"], // dashboards follow from the vocabulary and the limits
  simulators: ["wire", "config", "device-profiles"], // never edge-agent: a shared codec would hide a shared bug
  firmware: ["wire", "config"], // a tool for technicians' laptops, without an agent
  bench: [...everything, "demo", "e2e"], // a figure is measured on the very bus of its test
  e2e: [...everything, "demo"],
  docs: everything, // the reference is written from the schemas
  demo: everything,
  deploy: [...everything, "demo"], // what images and units promise is held against the programs themselves
};

/** A third-party client belongs to one place, so that replacing it touches one place and nobody pays for it unasked. */
const owners: Record<string, readonly string[]> = {
  aedes: ["cloud/broker", "bench"],
  mqtt: ["edge-agent/uplink", "cloud/host", "cloud/ingest", "cloud/broker", "bench", "e2e"],
  serialport: ["edge-agent/drivers", "firmware/tool"],
  "johnny-five": ["edge-agent/drivers/firmata"],
  avr8js: ["firmware/sim", "edge-agent/drivers/firmata/test-avr.ts"],
  "node-opcua-client": ["edge-agent/drivers/opcua", "bench"],
  "@influxdata/influxdb-client": ["cloud/store", "bench"],
  "node:sqlite": [
    "edge-agent/outbox",
    "cloud/store",
    "cloud/ledger",
    "cloud/ingest",
    "cloud/commands",
    "cloud/alarms",
    "cloud/rollup",
    "bench",
    "e2e",
    "cloud/admin",
  ],
  fastify: ["cloud/api", "cloud/main.ts"],
  preact: ["cloud/console"],
  uplot: ["cloud/console"],
  "@grafana/grafana-foundation-sdk": ["grafana/shape.ts"],
  suncalc: ["simulators/world"],
  "node-opcua-server": ["simulators/opcua"],
  "node-opcua-address-space": ["simulators/opcua"],
};

const files = globSync("**/*.{ts,tsx}", {
  exclude: (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(String(path)),
}).filter((file) => file.includes("/"));

type Import = { readonly specifier: string; readonly file: string };
const imports: Import[] = files.flatMap((file) =>
  [
    ...readFileSync(file, "utf8").matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g,
    ),
  ].map((match) => ({ file, specifier: (match[1] ?? match[2])! })),
);

const topFolder = (file: string) => file.split("/")[0]!;
const isTest = (file: string) => /\.test\.tsx?$|\/contract\.ts$/.test(file);
const packageOf = (specifier: string) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

describe("the import rule", () => {
  test.each(Object.keys(mayImport))("%s imports only from the folders it may know", (folder) => {
    const wrong = imports
      .filter(({ file }) => topFolder(file) === folder)
      .filter(({ file, specifier }) => {
        if (specifier.startsWith("@weir/")) {
          const target = specifier.split("/")[1]!;
          return target !== folder && !mayImport[folder]!.includes(target);
        }
        return specifier.startsWith(".") && topFolder(normalize(join(dirname(file), specifier))) !== folder;
      });
    expect(wrong).toEqual([]);
  });

  test("a driver imports no other driver", () => {
    const wrong = imports.filter(({ file, specifier }) => {
      const driver = /^edge-agent\/drivers\/([^/]+)\//.exec(file)?.[1];
      const target = /drivers\/([^/.]+)\//.exec(normalize(join(dirname(file), specifier)))?.[1];
      if (driver === "links" || target === "links") return false; // what opens the roads, and whatever a driver keeps open
      return driver !== undefined && specifier.startsWith(".") && target !== undefined && target !== driver;
    });
    expect(wrong).toEqual([]);
  });

  test.each(Object.entries(owners))("%s is imported only by its owner", (name, allowed) => {
    const wrong = imports.filter(
      ({ file, specifier }) =>
        (name.startsWith("node:") ? specifier === name : packageOf(specifier) === name) &&
        !isTest(file) &&
        !allowed.some((place) => file === place || file.startsWith(`${place}/`)),
    );
    expect(wrong).toEqual([]);
  });

  test("every folder with code has its line in the table", () => {
    const folders = new Set(files.map(topFolder));
    expect([...folders].filter((folder) => !(folder in mayImport))).toEqual([]);
  });

  test("every relative import names its file with its ending, as Node wants it", () => {
    expect(
      imports.filter(({ specifier }) => specifier.startsWith(".") && !/\.(tsx?|css|json|js)$/.test(specifier)),
    ).toEqual([]);
  });
});
