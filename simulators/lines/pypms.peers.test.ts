import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, beforeAll, expect, test } from "vitest";
import { plainly } from "../faults/reply.ts";
import { serveLineBus } from "./line-bus.ts";
import { createSpeaker } from "./speakers.ts";

const run = promisify(execFile);
const home = join(tmpdir(), "weir-pypms-0.8.1");
const python = join(home, "bin/python");
const client = join(import.meta.dirname, "testdata/pypms-client.py");
const profiles = loadProfiles();

beforeAll(async () => {
  if (existsSync(join(home, "ready"))) return;
  await run("/usr/bin/python3", ["-m", "venv", "--clear", home]);
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pypms==0.8.1"]);
  await run("touch", [join(home, "ready")]);
}, 120_000);

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

const shown: Readonly<Record<string, number>> = { pm25: 37.4, pm10: 61.2, co2: 812 };

/** The simulated instrument on a line, as PyPMS reads it. */
async function readByPyPms(profile: string, model: string, manner: readonly string[]): Promise<string> {
  const speaker = createSpeaker({
    ...{ name: model, profile: profiles.get(profile)!, address: undefined, monotonic: systemClock.monotonic },
    show: (metric) => shown[metric] ?? 0,
  })!;
  const port = await serveLineBus(
    {
      ...{ host: "127.0.0.1", port: 0, speakers: [speaker], clock: systemClock },
      deliver: (_, said) => plainly(said),
    },
    stop.signal,
  );
  const { stdout } = await run(python, [client, model, String(port), ...manner]);
  return stdout.trim();
}

test.each([
  ["air/nova-sds011", "SDS011", ["listen"], "pm25=37.4 pm10=61.2"],
  ["air/honeywell-hpma115s0", "HPMA115S0", [], "pm25=37 pm10=61"],
  ["air/winsen-mh-z19b", "MHZ19B", [], "CO2=812"],
] as const)("PyPMS reads a simulated %s as it reads a real one", async (profile, model, manner, expected) => {
  expect(await readByPyPms(profile, model, manner)).toBe(expected);
});
