import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./admin/command.ts";
import { readConfig } from "./config.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-cloud-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const run = async (...args: string[]) => {
  const lines: string[] = [];
  const faults: string[] = [];
  const code = await runCommand(args, { out: (text) => lines.push(text), err: (text) => faults.push(text) });
  return { code, out: lines.join("\n"), err: faults.join("\n") };
};

describe("the cloud's configuration", () => {
  test("an empty file is a cloud for this machine: own broker and API on loopback, readings in SQLite beside the file", () => {
    expect(readConfig(write("empty.yaml", "{}"))).toMatchObject({
      hostId: "weir-cloud",
      cloudFile: join(folder, "cloud.db"),
      broker: { kind: "own", host: "127.0.0.1", port: 1883 },
      store: { kind: "sqlite", file: join(folder, "readings.db") },
      api: { listen: { host: "127.0.0.1", port: 8080 }, tokens: [] },
    });
  });

  test("balances zones by their meters: a flow, or another metric that is named", () => {
    const zone = "{ site: town, name: zone, in: [works/main], out: ['town/block:flow_total'] }";
    expect(readConfig(write("zones.yaml", `balances: [${zone}]`)).balances).toEqual([
      {
        ...{ site: "town", name: "zone" },
        in: [{ site: "works", device: "main", metric: "pipe_flow" }],
        out: [{ site: "town", device: "block", metric: "flow_total" }],
      },
    ]);
    const twice = write("twice.yaml", `balances: [${zone}, ${zone.replace("works/main", "town/zone, town/block")}]`);
    expect(() => readConfig(twice)).toThrow(
      "balances.1: town/zone stands here twice; give one another name\nbalances.1: town/zone is a balance itself; name the meters\nbalances.1: town/block stands here twice",
    );
    const wrong = write("wrong.yaml", `balances: [${zone.replace("flow_total", "pipe_pressure")}]`);
    expect(() => readConfig(wrong)).toThrow(/town\/block:pipe_pressure: expected a metric in m³\/h/);
  });

  test("knows stations by their instruments, each of which stands in one", () => {
    const station = "{ site: east, name: section, devices: [sonde, codmn] }";
    expect(readConfig(write("stations.yaml", `stations: [${station}]`)).stations).toEqual([
      { site: "east", name: "section", devices: ["sonde", "codmn"] },
    ]);
    const twice = write(
      "twice.yaml",
      `stations: [${station}, { site: east, name: section, devices: [section, codmn] }]`,
    );
    expect(() => readConfig(twice)).toThrow(
      "stations.1: east/section stands here twice; give one another name\nstations.1: east/section is a station itself; name its instruments\nstations.1: east/codmn stands in a station already",
    );
  });

  test("is refused with the faults of every file it names at once", () => {
    write("credentials", "gateway nonsense a/b\n");
    write("tokens", "read 12 somebody\n");
    const file = write(
      "bad.yaml",
      "broker: { credentials: credentials }\nstore: { influx: { url: 'http://x:8086', token_file: none } }\napi: { tokens: tokens }\n",
    );
    expect(() => readConfig(file)).toThrow(
      new RegExp(
        ["credentials:1: .*hash", "none: the secret cannot be read \\(ENOENT\\)", "tokens:1: .*weir-cloud token"].join(
          "[^]*",
        ),
      ),
    );
    rmSync(join(folder, "credentials"));
  });

  test("an API beyond loopback without tokens is refused", () => {
    expect(() => readConfig(write("open.yaml", "api: { listen: '0.0.0.0:8080' }"))).toThrow(/no tokens are configured/);
  });

  test("the example is good but for the files of a real machine", () => {
    const faults: string[] = [];
    try {
      readConfig(join(import.meta.dirname, "cloud.example.yaml"));
    } catch (error) {
      faults.push(...(error as Error).message.split("\n"));
    }
    expect(faults.filter((line) => !/^\/etc\/weir\/.*\(ENOENT\)/.test(line))).toEqual([]);
  });

  test("a broker beyond loopback without TLS is refused: passwords would travel in the clear", () => {
    expect(() => readConfig(write("clear.yaml", "broker: { listen: '0.0.0.0:1883' }"))).toThrow(
      /broker\.listen: 0\.0\.0\.0 .*give tls/,
    );
  });

  test("a webhook secret that is missing or can be guessed is refused", () => {
    write("short", "password\n");
    const configure = (name: string) => readConfig(write("hook.yaml", `alarms: { webhook_secret_file: ${name} }`));
    expect(() => configure("nowhere")).toThrow(/nowhere: the secret cannot be read/);
    expect(() => configure("short")).toThrow(/short: a secret of 8 characters can be guessed/);
    write("long", "0123456789abcdef\n");
    expect(configure("long").api.webhookSecret).toBe("0123456789abcdef");
  });

  test("of two stores or an unknown key, each is named", () => {
    expect(() =>
      readConfig(write("two.yaml", "store: { sqlite: {}, influx: { url: 'http://x:1' } }\nbrokr: {}\n")),
    ).toThrow(/two\.yaml:1: store: expected one store[\s\S]*two\.yaml:2: brokr: unknown key; did you mean "broker"\?/);
  });
});

describe("weir-cloud", () => {
  test("lets a gateway in: the password is printed once and only its hash is kept", async () => {
    const file = write("cloud.yaml", "api: { tokens: tokens.txt }");
    const made = await run("credential", file, "hailing/gw-1");
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^[\w-]{32}$/) });
    const { broker } = readConfig(file);
    expect(broker.kind === "own" && [...broker.credentials.keys()]).toEqual(["hailing/gw-1"]);
    expect(await run("credential", file, "hailing/gw-1")).toMatchObject({
      code: 1,
      err: expect.stringContaining("is there already"),
    });
    expect(await run("credential", file, "no-site")).toMatchObject({
      code: 1,
      err: expect.stringContaining("<site>/<gateway>"),
    });
  });

  test("an account or a token from a file that is there already stays, so that a container may say it at each start; another is refused", async () => {
    const file = write("files.yaml", "broker: { credentials: accounts }\napi: { tokens: people }\n");
    for (const kind of [
      ["credential", "hailing/gw-1", "--password-file"],
      ["token", "operator", "--token-file"],
    ]) {
      const [verb, name, option] = kind as [string, string, string];
      const secret = write("secret", "0123456789abcdef0123\n");
      expect(await run(verb, file, name, option, secret)).toMatchObject({ code: 0, out: "" });
      const kept = readFileSync(join(folder, verb === "token" ? "people" : "accounts"), "utf8");
      expect(await run(verb, file, name, option, secret)).toMatchObject({
        code: 0,
        err: expect.stringContaining("there already"),
      });
      expect(readFileSync(join(folder, verb === "token" ? "people" : "accounts"), "utf8")).toBe(kept);
      expect(await run(verb, file, name, option, write("another", "ffffffffffffffffffff"))).toMatchObject({ code: 1 });
    }
    expect(await run("token", file, "guess", "--token-file", write("weak", "short"))).toMatchObject({ code: 1 });
  });

  test("health is asked of the cloud that runs; when none does, it says where it asked", async () => {
    const file = write("health.yaml", "api: { listen: '127.0.0.1:1' }\n");
    expect(await run("health", file)).toEqual({
      code: 1,
      out: "",
      err: expect.stringMatching(/127\.0\.0\.1:1\/api\/v1\/health does not answer .*weir-cloud run/),
    });
  });

  test("lets a person in: the token is printed once and only its hash is kept", async () => {
    const file = write("cloud.yaml", "api: { listen: '0.0.0.0:8080', tokens: tokens.txt }");
    const { code, out } = await run("token", file, "Wang Wei", "--access", "operate");
    expect([code, out]).toEqual([0, expect.stringMatching(/^[\w-]{32}$/)]);
    expect(readConfig(file).api.tokens).toEqual([
      { name: "Wang Wei", access: "operate", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  test("says what it did not understand, with exit code 2", async () => {
    expect(await run("rum", "x.yaml")).toMatchObject({ code: 2, err: expect.stringContaining('no command "rum"') });
    expect(await run("run")).toMatchObject({ code: 2, err: expect.stringContaining("takes the configuration file") });
    expect(await run("token", "x.yaml", "a", "--access", "all")).toMatchObject({
      code: 2,
      err: expect.stringContaining("read or operate"),
    });
  });
});
