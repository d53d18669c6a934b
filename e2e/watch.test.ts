import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { city, loadCityProfiles } from "@weir/simulators/city.ts";
import { runCity } from "@weir/simulators/run.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProgram } from "./program.ts";
import { until } from "./until.ts";

const stop = new AbortController();
const cli = join(import.meta.dirname, "../edge-agent/cli.js");
let file: string;

/** One Modbus line of the simulated city, as edge.yaml. */
beforeAll(async () => {
  const running = await runCity(
    {
      ...{ districts: city, profiles: loadCityProfiles(), seed: 1, host: "127.0.0.1", portBase: 0, controlPort: 0 },
      time: { speed: 1, since: systemClock.now(), from: Date.parse("2026-07-01T02:00:00Z") },
      ...{ timing: "none", clock: systemClock, log: () => {} },
    },
    stop.signal,
  );
  const district = running.districts.find(({ buses }) => buses.some(({ kind }) => kind === "tcp"))!;
  const bus = district.buses.find(({ kind }) => kind === "tcp")!;
  const devices = district.devices.filter((device) => device.bus === bus.name).slice(0, 2);
  file = join(mkdtempSync(join(tmpdir(), "weir-watch-")), "edge.yaml");
  writeFileSync(
    file,
    JSON.stringify({
      ...{ site: "s", gateway: "g", uplink: { url: "mqtt://127.0.0.1:1" }, health: { listen: "127.0.0.1:1" } },
      buses: [{ name: bus.name, tcp: `${bus.host}:${bus.port}` }],
      devices: devices.map(({ id, profile, unit }) => ({ id, profile, unit, bus: bus.name })),
    }),
  );
}, 60_000);
afterAll(() => stop.abort());

test("weir-edge watch asks the simulated instruments before any cloud exists, and tells a pipe lines of JSON", async () => {
  const watching = startProgram(["node", cli, "watch", file, "--every", "200ms", "--json"]);
  await watching.says(/"event":"reading".*"quality":"good"/, 20_000);
  watching.kill("SIGINT");
  const summary = await watching.says(/"event":"summary"/, 10_000);
  expect(JSON.parse(summary).points.some(({ good }: { good: number }) => good > 0)).toBe(true);
}, 30_000);

test("on a terminal it draws a table in place until q, then says what there was", async () => {
  const command = `stty cols 70 rows 30; exec ${process.execPath} ${cli} watch ${file} --every 200ms --lang zh`;
  const child = spawn("script", ["-qec", command, "/dev/null"]);
  let text = "";
  child.stdout.on("data", (bytes) => (text += bytes));
  const has = (part: string) => until(`it shows ${part}`, () => text.includes(part) || undefined, 20_000);
  await has("✓ 有效");
  expect(text).toContain("直接读取仪表");
  child.stdin.write("q");
  await has("监看时长");
  expect(text.indexOf("\x1b[?1049h")).toBeLessThan(text.indexOf("✓ 有效"));
  expect(text.indexOf("\x1b[?1049l")).toBeLessThan(text.indexOf("监看时长"));
}, 50_000);
