import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ports, reservePorts } from "./ports.ts";
import { type Program, startProgram } from "./program.ts";
import { until } from "./until.ts";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/first-node.md"), "utf8");
/** What a reader is to type, in order: the blocks of the page, `npx` left out because it only finds what is in node_modules/.bin. */
const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text!.replaceAll(/\bnpx /g, ""));
/** Ports of the page, so that a test may run beside others. */
const pagePorts = [4710, 4880, 4883];
const patience = 60_000;

let folder: string;
let ports: Ports;
const running: Program[] = [];
beforeAll(async () => {
  mkdirSync(join(root, ".weir"), { recursive: true });
  folder = mkdtempSync(join(root, ".weir/first-node-"));
  ports = await reservePorts();
});
afterAll(async () => {
  for (const program of running.reverse()) await program.end("SIGTERM");
  await ports.release();
  rmSync(folder, { recursive: true });
});

const own = (text: string) =>
  pagePorts.reduce((found, port, n) => found.replaceAll(String(port), String(ports.base + n)), text);

/** In a shell, in the reader's folder. */
function type(text: string): Program {
  const path = `${join(root, "node_modules/node/bin")}:${join(root, "node_modules/.bin")}:${process.env.PATH}`;
  return startProgram(["bash", "-ec", `cd "${folder}"\n${own(text)}`], { PATH: path });
}

/** Types a block that ends; gives what it said. */
async function run(text: string): Promise<string> {
  const program = type(text);
  await until(`${text.split("\n")[0]} ends`, () => program.exit() !== undefined, patience);
  expect(program.exit(), program.lines.join("\n")).toBe(0);
  return program.lines.join("\n");
}

/** Types a block that goes on, as in a terminal of its own. */
async function leave(text: string, says: RegExp): Promise<void> {
  const program = type(`exec ${text}`);
  running.push(program);
  await program.says(says, patience);
}

describe("docs/first-node.md, command by command", () => {
  const [prepare, identify, flash, commission, simulate, cloud, runCloud, read, runEdge, ask, ...rest] = blocks;

  test("has the commands that this test knows, and no others", () => {
    expect(rest).toEqual([]);
    expect(prepare).toMatch(/npm ci && npm run build[\s\S]*\.weir\/first-node/);
  });

  test("flashes an empty board, gives it serial number, address and label, and hears it answer", async () => {
    expect(await run(identify!)).toMatch(/ATmega328P[\s\S]*no Weir node firmware/);
    expect(await run(flash!)).toMatch(/confirmed WEIR-LEVEL[\s\S]*100231 now, for good[\s\S]*sewer_level no value/);
    expect(await run(commission!)).toMatch(/100231 is at address 5, read back[\s\S]*well-017\.png/);
    expect(readFileSync(join(folder, "well-017.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  test("reads it by a gateway, and a cloud shows its value", { timeout: 3 * patience }, async () => {
    await leave(simulate!, /an Uno on/);
    expect(await run(cloud!)).toContain("trial/bench may log in as gateway");
    await leave(runCloud!, /weir-cloud runs/);
    const seen = await until(
      "the node is read",
      async () => {
        const text = await run(`${read!.trimEnd()} || true`);
        return /sewer_level +2\.4\d+ +m +good/.test(text) && text; // on a busy machine its bootloader waits longer
      },
      patience,
    );
    expect(seen).toContain("supply_voltage  5.006  V     good");
    await leave(runEdge!, /weir-edge runs/);
    const value = await until(
      "the value is on the page",
      async () => {
        const { readings } = JSON.parse(await run(ask!)) as {
          readings: readonly { device: string; metric: string; value: number; quality: string }[];
        };
        return readings.find(({ device, metric }) => device === "well-017" && metric === "sewer_level");
      },
      patience,
    );
    expect(value).toMatchObject({ quality: "good" });
    expect(Math.abs(value.value - 2.495)).toBeLessThan(0.01);
  });
});
