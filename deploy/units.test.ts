import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const unit = (name: string) => readFileSync(join(import.meta.dirname, "systemd", name), "utf8");
const installer = readFileSync(join(import.meta.dirname, "install.sh"), "utf8");
const linesOf = (text: string, key: string) =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value!);

describe.each(["edge", "cloud"])("weir-%s.service and the installer", (program) => {
  const service = unit(`weir-${program}.service`);
  const folder = program === "edge" ? "edge-agent" : "cloud";

  test("start a program that the tree has, with the configuration that the installer asks for", () => {
    const [node, cli, verb, config] = linesOf(service, "ExecStart")[0]!.split(" ");
    expect(node).toBe("/opt/weir/node_modules/.bin/node");
    expect(existsSync(join(root, node!.slice("/opt/weir/".length)))).toBe(true);
    expect(existsSync(join(root, cli!.slice("/opt/weir/".length)))).toBe(true);
    expect([cli, verb, config]).toEqual([`/opt/weir/${folder}/cli.js`, "run", `/etc/weir/${program}.yaml`]);
    expect(installer).toContain("/etc/weir/$program.yaml");
    expect(existsSync(join(root, folder, `${program}.example.yaml`))).toBe(true);
  });

  test("keep the data where the example's configuration puts it, under the user that the installer makes", () => {
    expect(linesOf(service, "StateDirectory")).toEqual(["weir"]);
    expect(readFileSync(join(root, folder, `${program}.example.yaml`), "utf8")).toContain("/var/lib/weir");
    expect(linesOf(service, "User")).toEqual(["weir"]);
    expect(installer).toMatch(/useradd .* weir$/m);
  });

  test("has its watch: a timer, and a script that is there, may be run and knows the program", () => {
    expect(installer).toContain("weir-$program-watch.service weir-$program-watch.timer");
    expect(unit(`weir-${program}-watch.timer`)).toMatch(/^OnUnitInactiveSec=/m);
    const [script, argument] = linesOf(unit(`weir-${program}-watch.service`), "ExecStart")[0]!.split(" ");
    const path = join(root, script!.slice("/opt/weir/".length));
    expect(statSync(path).mode & 0o111).not.toBe(0);
    expect(readFileSync(path, "utf8")).toContain(`${argument}) folder=${folder}`);
  });
});

test("every unit is installed", () => {
  const names = globSync("*", { cwd: join(import.meta.dirname, "systemd") }).map((name) =>
    name.replace(/edge|cloud/, "$program"),
  );
  for (const name of names) expect(installer).toContain(name);
});
