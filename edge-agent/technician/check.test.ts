import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "./command.ts";

async function check(yaml: string, ...options: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "weir-edge-check-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "edge.yaml");
  writeFileSync(file, yaml);
  const [out, err] = [[] as string[], [] as string[]];
  const terminal = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) };
  const code = await runCommand(["check", file, ...options], terminal);
  return { code, out: out.join("\n").replaceAll(folder, ""), err: err.join("\n").replaceAll(folder, "") };
}

const tank = "hazmat/generic-4-20ma-tank-level";
const good = `{ site: a, gateway: b, buses: [{ name: line, raw_tcp: "127.0.0.1:4001" }],
  devices: [{ id: one, bus: line, unit: 1, profile: ${tank} }], uplink: { url: "mqtt://127.0.0.1:1" } }`;
const bad = `site: a
gateway: b/c
gatewey: b
buses:
  - { name: line, raw_tcp: "127.0.0.1" }
devices:
  - { id: one, bus: lin, unit: 1, profile: ${tank} }
  - { id: one, bus: line, unit: 0, profile: ${tank}, every: 5 }
  - { id: two, bus: line, profile: dlt645/nothing }
uplink: { url: "http://a" }
`;

test("a good configuration is summed up, in the technician's language", async () => {
  expect(await check(good)).toEqual({
    code: 0,
    out: "/edge.yaml is good: a/b, 1 devices with 1 points on 1 buses, to mqtt://127.0.0.1:1",
    err: "",
  });
  expect((await check(good, "--lang", "zh")).out).toBe(
    "/edge.yaml 无误：a/b，1 条总线上 1 台设备共 1 个测点，上送至 mqtt://127.0.0.1:1",
  );
});

test("every fault of a configuration is told in Chinese as in English, line by line, with what would be right", async () => {
  const english = (await check(bad)).err.split("\n");
  const { code, err } = await check(bad, "--lang", "zh");
  const chinese = err.split("\n");
  expect(code).toBe(1);
  const placeOf = (line: string) => line.match(/^\S+:\d+: [^\s:：]+/)![0];
  expect(chinese.map(placeOf)).toEqual(english.map(placeOf));
  for (const line of chinese) expect(line).toMatch(/\p{Script=Han}/u);
  expect(err).toContain("/edge.yaml:3: gatewey：未知的键；是否指“gateway”？");
  expect(err).toContain("/edge.yaml:7: devices.0.bus：没有名为“lin”的总线；是否指“line”？");
  expect(err).toMatch(/uplink\.url: "http:\/\/a"：应为 mqtt:\/\/host:1883/);
});

test("for a program faults stay English", async () => {
  expect((await check(bad, "--lang", "zh", "--json")).err).toBe((await check(bad)).err);
});
