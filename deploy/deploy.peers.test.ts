/** Scripts, units, certificates and docker-compose.yml against shellcheck, systemd, openssl and Compose. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), "weir-deploy-peers-"));
afterAll(() => rmSync(folder, { recursive: true }));
const run = (command: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return { status, said: `${stdout}${stderr}` };
};

test.each(globSync("*.sh", { cwd: here }))("shellcheck has nothing to say about %s", (script) => {
  expect(run("shellcheck", join(here, script))).toEqual({ status: 0, said: "" });
});

describe("the units", () => {
  test("are understood by systemd, once the program is where they say", () => {
    const units = join(folder, "units");
    mkdirSync(units);
    for (const unit of globSync("systemd/*", { cwd: here })) {
      const text = readFileSync(join(here, unit), "utf8");
      writeFileSync(
        join(units, unit.slice("systemd/".length)),
        text
          .replaceAll("/opt/weir/node_modules/.bin/node", process.execPath)
          .replaceAll("/opt/weir/deploy/", `${here}/`),
      );
    }
    const services = globSync(join(units, "*"));
    expect(run("systemd-analyze", "verify", ...services)).toEqual({ status: 0, said: "" });
  });

  test.each(["edge", "cloud"])("weir-%s is exposed to little: below 2 of 10 by systemd's own measure", (program) => {
    const unit = join(here, "systemd", `weir-${program}.service`);
    expect(run("systemd-analyze", "security", "--offline=true", "--threshold=20", unit).status).toBe(0);
  });
});

describe("docker-compose.yml", () => {
  const tree = join(folder, "city");
  const command = process.env.DOCKER_COMPOSE ?? "docker-compose";
  // Compose needs no engine for this, but Debian 12 has only version 1: set DOCKER_COMPOSE to a docker-compose of version 2.
  const isThere = run(command, "version").said.startsWith("Docker Compose version ");

  test.skipIf(!isThere).each([[[]], [["demo"]], [["edge"]], [["demo", "edge"]]])(
    "is clean to Compose with the profiles %j",
    (profiles) => {
      mkdirSync(tree, { recursive: true });
      cpSync(join(here, "../docker-compose.yml"), join(tree, "docker-compose.yml"));
      cpSync(join(here, "../.env.example"), join(tree, ".env"));
      const chosen = profiles.flatMap((profile) => ["--profile", profile]);
      const file = ["--file", join(tree, "docker-compose.yml")];
      expect(run(command, ...file, ...chosen, "config", "--quiet")).toEqual({ status: 0, said: "" });
    },
  );

  test.skipIf(!isThere)("is refused by Compose without .env, which it says to copy", () => {
    rmSync(join(tree, ".env"), { force: true });
    const { status, said } = run(command, "--file", join(tree, "docker-compose.yml"), "config", "--quiet");
    expect(status).not.toBe(0);
    expect(said).toContain("copy .env.example to .env");
  });
});

describe("deploy/prepare.sh", () => {
  const secrets = join(folder, "secrets");
  const prepare = (...args: readonly string[]) => run(join(here, "prepare.sh"), secrets, ...args);
  const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { encoding: "utf8" });
  const tls = join(secrets, "tls");

  test("makes secrets and certificates for the names it is given, and a second time nothing", () => {
    expect(prepare("weir.example.org", "203.0.113.7").status).toBe(0);
    expect(openssl("verify", "-purpose", "sslserver", "-CAfile", join(tls, "ca.pem"), join(tls, "broker.pem"))).toMatch(
      /OK/,
    );
    const names = openssl("x509", "-in", join(tls, "broker.pem"), "-noout", "-ext", "subjectAltName");
    expect(names).toContain(
      "DNS:cloud, DNS:localhost, IP Address:127.0.0.1, DNS:weir.example.org, IP Address:203.0.113.7",
    );
    expect(readFileSync(join(secrets, "webhook-secret"), "utf8")).toMatch(/^[0-9a-f]{48}$/);
    expect(prepare()).toEqual({ status: 0, said: `ready: ${secrets}\n` });
  });

  test("leaves the authority's key and the folder to their owner alone", () => {
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect([secrets, join(tls, "ca.key")].map(mode)).toEqual(["700", "600"]);
  });

  test("makes a gateway's certificate with its name, and refuses what is no name", () => {
    expect(prepare("--gateway", "hailing/gw-river-1").status).toBe(0);
    const certificate = join(tls, "gateways", "hailing_gw-river-1.pem");
    expect(openssl("verify", "-purpose", "sslclient", "-CAfile", join(tls, "ca.pem"), certificate)).toMatch(/OK/);
    expect(openssl("x509", "-in", certificate, "-noout", "-subject")).toMatch(/CN ?= ?gw-river-1\n/);
    for (const name of ["gw-river-1", "a/b/c", "a/", "../x/y", "a b/c"])
      expect([name, prepare("--gateway", name).status]).toEqual([name, 2]);
  });
});

describe("deploy/install.sh", () => {
  test.each([
    [["--help"], 0, /weir-edge/],
    [[], 2, /say what: edge or cloud/],
    [["bridge"], 2, /bridge is not known/],
    [["edge", "--root"], 2, /--root takes a folder/],
  ])("%j is answered with %i", (args, status, said) => {
    expect(run(join(here, "install.sh"), ...args)).toEqual({ status, said: expect.stringMatching(said) });
  });

  test("says what is missing from an incomplete tree and changes nothing", () => {
    const tree = join(folder, "tree");
    mkdirSync(join(tree, "deploy"), { recursive: true });
    cpSync(join(here, "install.sh"), join(tree, "deploy/install.sh"));
    const root = join(folder, "root");
    expect(run(join(tree, "deploy/install.sh"), "edge", "--root", root)).toEqual({
      status: 1,
      said: expect.stringMatching(/package-lock\.json is missing: run this script from a complete tree/),
    });
    expect(globSync(`${root}/**`)).toEqual([]);
  });
});
