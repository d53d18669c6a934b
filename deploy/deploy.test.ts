import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { runCommand as cloudCommand } from "@weir/cloud/admin/command.ts";
import { readConfig as readCloud } from "@weir/cloud/config.ts";
import { readConfig as readEdge } from "@weir/edge-agent/config.ts";
import { runCommand as edgeCommand } from "@weir/edge-agent/technician/command.ts";
import { afterAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { lastStage, readDockerfile, type Stage } from "./dockerfile.ts";
import { generated } from "./generate.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

type Service = {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly user?: string;
  readonly command?: readonly string[];
  readonly restart?: string;
  readonly ports?: readonly string[];
  readonly secrets?: readonly (string | { readonly source: string; readonly target: string })[];
  readonly volumes?: readonly (
    | string
    | { readonly source: string; readonly target: string; readonly read_only: true }
  )[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } } };
  readonly read_only?: boolean;
};
const text = read("docker-compose.yml");
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const env = Object.fromEntries(
  [...read(".env.example").matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
);
const filled = (value: string) => value.replaceAll(/\$\{(\w+)(?::\?[^}]*)?\}/g, (_, name: string) => env[name] ?? "");
/** `source:target[:ro]` → its parts. */
const mountsOf = ({ volumes = [] }: Service) =>
  volumes.map((each) => {
    if (typeof each !== "string") return { ...each, mode: "ro" };
    const [source = "", target = "", mode] = filled(each).split(":");
    return { source, target, mode };
  });
const secretsOf = ({ secrets = [] }: Service) => secrets.map((each) => (typeof each === "string" ? each : each.source));
const oneShot = ({ restart }: Service) => restart === "no";

describe("every service of docker-compose.yml", () => {
  test.each(services)("%s has a pinned image, limits, a user that is not root, and no literal secret", (_, service) => {
    expect(service.image).toMatch(/^[\w./-]+:\d+\.\d+\.\d+$/);
    const { cpus, memory } = service.deploy?.resources.limits ?? {};
    expect([Number(cpus) > 0, memory]).toEqual([true, expect.stringMatching(/^\d+[MG]$/)]);
    expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
    for (const [name, value] of Object.entries(service.environment ?? {}))
      if (/PASSWORD|TOKEN|SECRET/.test(name))
        expect([name, value]).toEqual([expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/run\/secrets\//)]);
  });

  test.each(services)("%s tells how it is, and waits for what it needs", (_, service) => {
    expect(oneShot(service) || service.healthcheck !== undefined).toBe(true);
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {}))
      expect(condition).toBe(oneShot(compose.services[name]!) ? "service_completed_successfully" : "service_healthy");
  });

  test.each(services)("%s uses secrets, volumes and files that are there", (_, service) => {
    for (const secret of secretsOf(service)) expect(Object.keys(compose.secrets)).toContain(secret);
    for (const { source, mode } of mountsOf(service)) {
      if (!source.startsWith(".")) expect(Object.keys(compose.volumes)).toContain(source);
      else {
        expect(existsSync(join(root, source)), source).toBe(true);
        expect(mode).toBe("ro");
      }
    }
  });

  test.each(ours)("%s is ours, and read-only", (_, service) => {
    expect(service.read_only).toBe(true);
  });

  const commands = new Map(
    ours
      .filter(([, { build }]) => build!.dockerfile !== "simulators/Dockerfile")
      .flatMap(([, service]) =>
        [service.command ?? lastStage(stagesOf(service)).cmd, service.healthcheck?.test.slice(3)].map(
          (words) => [service, words] as const,
        ),
      )
      .filter(([, words]) => words !== undefined)
      .map(([{ build }, words]) => [`${dirname(build!.dockerfile)} ${words!.join(" ")}`, words!]),
  );
  test.each([...commands])("%s is a command that the program has", async (line, words) => {
    const said: string[] = [];
    const terminal = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
    // The line is understood: it fails at the file that is not on this machine, not at a word or an option.
    const at = words.map((word) => (/^\/(etc|run)\//.test(word) ? `/nowhere${word}` : word));
    const run = line.startsWith("cloud") ? cloudCommand : edgeCommand;
    expect([await run(at, terminal), said.join("\n")]).toEqual([
      1,
      expect.stringMatching(/^\/nowhere\/.*(cannot be read|ENOENT)/),
    ]);
  });

  test("nothing is declared that nobody uses", () => {
    const used = new Set(services.flatMap(([, service]) => secretsOf(service)));
    expect([...used].sort()).toEqual(Object.keys(compose.secrets).sort());
    const mounted = new Set(services.flatMap(([, service]) => mountsOf(service).map(({ source }) => source)));
    expect(Object.keys(compose.volumes).filter((volume) => !mounted.has(volume))).toEqual([]);
  });

  test("every variable of .env.example is used, and every one that is used is there", () => {
    const asked = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!));
    expect([...asked].sort()).toEqual(Object.keys(env).sort());
  });

  test("every secret but the edge's own is made by deploy/prepare.sh", () => {
    const script = read("deploy/prepare.sh");
    for (const { file } of Object.values(compose.secrets)) {
      const made = basename(file).replace(/\.(pem|key)$/, "");
      if (made !== "edge-password") expect(script).toMatch(new RegExp(`[ /]${made}\\b`));
    }
  });
});

describe("the configuration files of the containers", () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-deploy-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The file with each path of the container taken from where docker-compose.yml mounts it. Faults of files that only a machine has are left out. */
  function faultsOf(service: Service, target: string, check: (file: string) => unknown): string[] {
    const mounts = mountsOf(service);
    const outside = (path: string) => {
      const mount = mounts.find(
        (each) => each.source.startsWith(".") && (path === each.target || path.startsWith(`${each.target}/`)),
      );
      return mount ? join(root, mount.source, path.slice(mount.target.length)) : path;
    };
    const config: unknown = parse(readFileSync(outside(target), "utf8"), (_, value: unknown) =>
      typeof value === "string" && value.startsWith("/") ? outside(value) : value,
    );
    const file = join(folder, basename(target));
    writeFileSync(file, stringify(config));
    try {
      check(file);
      return [];
    } catch (error) {
      return (error as Error).message.split("\n").filter((line) => !/^\/(run|var)\/[\w/.-]+: .*\(ENOENT\)/.test(line));
    }
  }
  /** What a container finds below /run/secrets, /run/weir and its data. */
  const reaches = (service: Service) => new Set(secretsOf(service).map((secret) => `/run/secrets/${secret}`));

  test.each([["cloud", compose.services.cloud!] as const])("%s: weir-cloud check is content", (_, service) => {
    expect(
      faultsOf(service, "/etc/weir/cloud.yaml", (file) => readCloud(file)).filter((line) => !line.startsWith("api:")),
    ).toEqual([]);
  });

  test.each(ours.filter(([, { build }]) => build!.dockerfile === "edge-agent/Dockerfile"))(
    "%s: weir-edge check is content",
    (_, service) => {
      expect(faultsOf(service, "/etc/weir/edge.yaml", (file) => readEdge(file))).toEqual([]);
    },
  );

  test("every file that the cloud and the gateways name below /run/secrets is handed to them", () => {
    for (const [name, service] of ours) {
      const config = mountsOf(service).find(({ target }) => /^\/etc\/weir\/(cloud|edge)\.yaml$/.test(target));
      if (!config || oneShot(service)) continue;
      const named = [...read(config.source).matchAll(/\/run\/secrets\/[\w-]+/g)].map(([path]) => path);
      expect([name, named.filter((path) => !reaches(service).has(path))]).toEqual([name, []]);
    }
  });

  test("the cloud listens where docker-compose.yml publishes and where the others ask", () => {
    const cloud = compose.services.cloud!;
    const config = parse(read("deploy/compose/cloud.yaml"));
    const published = cloud.ports!.map((port) => port.split(":").at(-1));
    expect([config.api.listen, config.broker.listen].map((listen: string) => listen.split(":").at(-1))).toEqual(
      published,
    );
    expect(config.store.influx.url).toBe("http://influxdb:8086");
    for (const file of globSync("deploy/compose/{edge,gw-*}.yaml", { cwd: root }))
      expect([file, parse(read(file)).uplink.url]).toEqual([file, `mqtts://cloud:${published[1]}`]);
  });

  test("stations and zones of the cloud are made of instruments that gateways of the demo have", () => {
    const gateways = globSync("deploy/compose/gw-*.yaml", { cwd: root }).map((file) => parse(read(file)));
    const known = gateways.flatMap(({ site, devices }) => devices.map(({ id }: { id: string }) => `${site}/${id}`));
    const { stations, balances } = parse(read("deploy/compose/cloud.yaml")) as {
      readonly stations: readonly { readonly site: string; readonly devices: readonly string[] }[];
      readonly balances: readonly { readonly in: readonly string[]; readonly out: readonly string[] }[];
    };
    const named = [
      ...stations.flatMap(({ site, devices }) => devices.map((device) => `${site}/${device}`)),
      ...balances.flatMap((zone) => [...zone.in, ...zone.out]),
    ];
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((device) => !known.includes(device))).toEqual([]);
  });

  test.each(Object.keys(generated).map((file) => [basename(file), file]))(
    "%s is fresh (else: npm run docs)",
    (_, file) => {
      expect(readFileSync(file, "utf8")).toBe(generated[file]);
    },
  );
});

function stagesOf({ build }: Service): readonly Stage[] {
  return readDockerfile(read(build!.dockerfile));
}

describe.each(["cloud/Dockerfile", "edge-agent/Dockerfile", "simulators/Dockerfile"])("%s", (file) => {
  const stages = readDockerfile(read(file));
  const image = lastStage(stages);
  const program = dirname(file);
  const copied = image.steps
    .filter(({ instruction, words }) => instruction === "COPY" && !words[0]!.startsWith("--from"))
    .flatMap(({ words }) => words.slice(0, -1));

  test("is built on the Node that the project runs on, and drops root", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: { node: string } };
    for (const { from } of stages) expect(from).toBe(`node:${dependencies.node}-bookworm-slim`);
    expect(image.user).toBe("1000:1000");
  });

  test("copies what is there and what .dockerignore lets through", () => {
    const through = read(".dockerignore").split("\n");
    for (const source of copied) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(
        through.some((line) => line === `!${source}` || source.startsWith(`${line.slice(1)}/`)),
        source,
      ).toBe(true);
    }
  });

  test("holds every folder that the program imports from, with the package.json that npm needs", () => {
    const found = new Set([program]);
    for (const folder of found)
      for (const source of globSync(`${folder}/**/*.ts`, {
        cwd: root,
        exclude: ["**/node_modules/**", "**/*.test.ts", "**/console/**"],
      }))
        for (const [, target] of read(source).matchAll(/from "@weir\/([\w-]+)/g)) found.add(target!);
    const used = [...found].filter((folder) => !/fakes|test/.test(folder));
    expect(used.filter((folder) => !copied.includes(folder) || !copied.includes(`${folder}/package.json`))).toEqual([]);
  });

  test("starts its program", () => {
    expect(image.entrypoint).toEqual(["node", `/opt/weir/${program}/cli.js`]);
  });
});
