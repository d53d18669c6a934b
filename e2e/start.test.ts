import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { city } from "@weir/simulators/city.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { getJson, ledgerOf, statusOf } from "./ask.ts";
import { type Ports, reservePorts } from "./ports.ts";
import { type Program, startProgram } from "./program.ts";
import { until } from "./until.ts";

const launcher = join(import.meta.dirname, "..", "demo", "main.ts");
const timeout = 120_000;

let folder: string;
let ports: Ports;
const launched: Program[] = [];
const children: number[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-start-"));
  ports = await reservePorts();
});
afterEach(async () => {
  for (const program of launched.splice(0)) await program.end("SIGKILL");
  for (const pid of children.splice(0)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await ports.release();
  rmSync(folder, { recursive: true, force: true });
});

/** `npm start` as a person has it. */
function launch(): Program {
  const program = startProgram(["node", launcher, "--data", folder, "--port-base", String(ports.base)]);
  launched.push(program);
  return program;
}

/** The process ids that the launcher tells. */
async function processesOf(program: Program): Promise<readonly number[]> {
  const line = await program.says(/processes: /, 60_000);
  const ids = [...line.matchAll(/ (\d+)(?=,|$)/g)].map((match) => Number(match[1]));
  children.push(...ids);
  expect(ids.length).toBe(4);
  return ids;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** SIGINT, as Ctrl-C sends it. */
async function interrupt(program: Program, processes: readonly number[]): Promise<void> {
  expect(await program.end("SIGINT", 30_000)).toBe(0);
  expect(processes.filter(isAlive)).toEqual([]);
  expect(program.lines.filter((line) => /killed|unexpectedly|"level":50|fatal/.test(line))).toEqual([]);
}

/** The gateways, with the health pages that the launcher tells. */
function gatewaysOf({ lines }: Program) {
  return city.map(({ site, gateway }) => {
    const line = lines.find((each) => each.trim().startsWith(`${gateway} `) && each.includes("health"));
    return { site, gateway, health: /health (http:\S+?)\/?$/.exec(line ?? "")?.[1] ?? "" };
  });
}

/** What the demo city has judged together: its stations, and a zone. */
const places = ["yinjiang-section", "lake-section", "east-gate-air", "drum-tower-main"];

describe("npm start", () => {
  test("shows readings, ends whole with exit code 0 at Ctrl-C, and goes on at the next start with nothing lost, its stations among its devices", {
    timeout,
  }, async () => {
    const first = launch();
    const processes = await processesOf(first);
    await first.says(/readings are on the page/, 60_000);
    const gateways = gatewaysOf(first);
    // The first readings on the page may be those of the other gateway.
    const outboxOf = (gateway: (typeof gateways)[number]) =>
      until(`${gateway.gateway} answers`, async () => (await statusOf(gateway)).outbox, 30_000);
    const before = await Promise.all(gateways.map(outboxOf));
    await interrupt(first, processes);

    const second = launch();
    const again = await processesOf(second);
    await second.says(/readings are on the page/, 60_000);
    for (const [index, gateway] of gateways.entries()) {
      const told = await until(
        `the cloud has every record of ${gateway.gateway}`,
        async () => {
          const { outbox } = await statusOf(gateway);
          const epochs = await ledgerOf({ api: `http://127.0.0.1:${ports.base}` }, gateway);
          return epochs[0]?.stored === outbox.appended && outbox.records === 0 && { outbox, epochs };
        },
        60_000,
      );
      expect(told.epochs).toMatchObject([{ epoch: before[index]!.epoch, lowestSeen: 1, missing: 0, rejected: 0 }]);
      expect(told.outbox.appended).toBeGreaterThan(before[index]!.appended);
    }
    const { devices } = await getJson<{ devices: { device: string; kind: string }[] }>(
      `http://127.0.0.1:${ports.base}/api/v1/devices`,
    );
    expect(devices.filter(({ kind }) => /^((lake-)?station|balance)$/.test(kind)).map(({ device }) => device)).toEqual(
      places,
    );
    await interrupt(second, again);
  });

  test("leaves no process behind when its launcher is killed, while they start and while they run", {
    timeout,
  }, async () => {
    for (const moment of [/processes: /, /gw-old-town .*weir-edge runs/]) {
      const program = launch();
      const processes = await processesOf(program);
      await program.says(moment, 60_000);
      await program.end("SIGKILL");
      await until("all have gone", () => !processes.some(isAlive), 20_000);
    }
  });

  test("says which port is taken and what to do, with exit code 1, and starts nothing", { timeout }, async () => {
    const port = ports.base + 1;
    const squatter = await new Promise<Server>((resolve) => {
      const server = createServer().listen(port, "127.0.0.1", () => resolve(server));
    });
    const program = launch();
    await until("it has ended", () => program.exit() !== undefined, 60_000);
    await new Promise((resolve) => squatter.close(resolve));
    expect(program.exit()).toBe(1);
    expect(program.lines.join("\n")).toBe(
      `port ${port} of 127.0.0.1 is in use: is another city running? Stop it, or choose others: npm start -- --port-base 6400`,
    );
  });
});
