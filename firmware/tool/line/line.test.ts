import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { slotBytes } from "@weir/wire/firmware/boot485.ts";
import { formatNodeKey, parseNodeKeys } from "@weir/wire/firmware/node-keys.ts";
import { afterAll, describe, expect, test } from "vitest";
import { bytesOf, serialOf, startBus, type TestBus } from "../../boot485/test-bus.ts";
import { Failure, type Happening } from "../events.ts";
import { flashOnLine } from "./flash.ts";
import { giveKey } from "./give-key.ts";
import { identifyOnLine, verifyOnLine } from "./look.ts";
import { readNodeKeys } from "./work.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-line-"));
afterAll(() => rmSync(folder, { recursive: true }));
const next = await bytesOf("level-flawed");

function workOn(bus: TestBus, unit = 1) {
  const events: Happening[] = [];
  return { work: { line: bus.line(unit), unit, emit: (event: Happening) => void events.push(event) }, events };
}

const failure = async (job: Promise<unknown>): Promise<Failure> => {
  const error = await job.catch((error: unknown) => error);
  if (error instanceof Failure) return error;
  throw new Error(`no Failure: ${String(error)}`);
};

async function startStaged(): Promise<TestBus> {
  const bus = await startBus(["level"], { keyless: true });
  bus.boards[0]!.program(next, slotBytes);
  return bus;
}

describe("a node on a line", () => {
  test("gets its key once, keeps it, and is brought to another image with it", async () => {
    const bus = await startStaged();
    const file = join(folder, "nodes.keys");
    const { work, events } = workOn(bus);
    expect(await giveKey(work, { file, rotate: false })).toMatch(/has its key, and has proved it/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [key] = readNodeKeys(file).get(serialOf(1))!;
    expect(await giveKey(work, { file, rotate: false })).toMatch(/has its key already/);
    expect(readNodeKeys(file).get(serialOf(1))).toEqual([key]);
    await giveKey(work, { file, rotate: true });
    expect(readNodeKeys(file).get(serialOf(1))).toHaveLength(2);

    await flashOnLine(work, next, { keys: readNodeKeys(file) });
    expect(events.filter(({ event }) => event === "state").map((event) => "state" in event && event.state)).toEqual([
      "staged",
      "activated",
      "trial",
      "confirmed",
    ]);
    expect(events.at(-1)).toEqual({
      event: "confirmed",
      node: "WEIR-LEVEL 1.2.0, hardware revision 1",
      unit: 1,
      serial: serialOf(1),
    });
    await verifyOnLine(work, next);
    const level = await bytesOf("level");
    expect((await failure(verifyOnLine(work, level))).message).toMatch(/pages differ/);
    const older = await failure(flashOnLine(work, level, { keys: readNodeKeys(file) }));
    expect([older.message, older.next]).toEqual([
      expect.stringMatching(/runs a newer version/),
      expect.stringMatching(/--allow-older/),
    ]);
    await verifyOnLine(work, next);
  });

  test("is told apart from one that is silent, one without boot485, and one that is no Weir node", async () => {
    const bus = await startBus(["level"], { keyless: true });
    const { work, events } = workOn(bus);
    await identifyOnLine(work);
    expect(events).toEqual([
      expect.objectContaining({ event: "on-line", who: "boot485", serial: serialOf(1), hasKey: false }),
    ]);
    bus.timeline.run(12_000);
    await identifyOnLine(work);
    expect(events.at(-1)).toMatchObject({ who: "image", runs: expect.stringMatching(/^WEIR-LEVEL/), loader: 1 });
    const nobody = await failure(identifyOnLine(workOn(bus, 9).work));
    expect([nobody.message, nobody.next]).toEqual(["at address 9 nobody answers", expect.stringMatching(/off and on/)]);
  });

  test("is told to stop again where the order was lost, and said to go on where it always is", async () => {
    const bus = await startBus(["level"], { keyless: true });
    bus.timeline.run(12_000); // boot485 has started the image
    const losing = (count: number) => {
      const { work } = workOn(bus);
      let left = count;
      const write: typeof work.line.write = async (...order) => left-- <= 0 && work.line.write(...order);
      return { ...work, line: { ...work.line, write } };
    };
    const file = join(folder, "lost.keys");
    const never = await failure(giveKey(losing(Number.POSITIVE_INFINITY), { file, rotate: false }));
    expect(never.message).toBe("the node at address 1 answers, and does not stop for boot485");
    expect(await giveKey(losing(2), { file, rotate: false })).toMatch(/has its key, and has proved it/);
  });

  test("gets its key, and another one, where every second answer is lost", async () => {
    const bus = await startBus(["level"], { keyless: true });
    const { work } = workOn(bus);
    let asked = 0;
    const ask: typeof work.line.ask = async (request) => {
      const reply = await work.line.ask(request);
      return asked++ % 2 === 0 ? reply : undefined;
    };
    const losing = { ...work, line: { ...work.line, ask } };
    const file = join(folder, "half.keys");
    expect(await giveKey(losing, { file, rotate: false })).toMatch(/has its key, and has proved it/);
    expect(await giveKey(losing, { file, rotate: true })).toMatch(/has its key, and has proved it/);
    expect(readNodeKeys(file).get(serialOf(1))).toHaveLength(2);
  });

  test("that has a key which the file has not, or none, is left as it is", async () => {
    const bus = await startBus(["level"]);
    const { work } = workOn(bus);
    const file = join(folder, "others.keys");
    writeFileSync(file, `${formatNodeKey(serialOf(1), new Uint8Array(16))}\n`);
    expect((await failure(giveKey(work, { file, rotate: true }))).message).toMatch(
      /has a key, and .*others\.keys has not/,
    );
    const refused = await failure(flashOnLine(work, next, { keys: readNodeKeys(file) }));
    expect([refused.message, refused.board]).toEqual([
      expect.stringMatching(/another key/),
      "the node runs what it ran",
    ]);
    expect((await failure(flashOnLine(work, next.slice(0, 3000), { keys: new Map() }))).message).toMatch(/no seal/);
  });
});

test("a file of node keys tells its wrong lines and none of its keys", () => {
  const key = "00112233445566778899aabbccddeeff";
  expect(() => parseNodeKeys(`1 ${key}\nx ${key}\n\n2 ${key}0\n`, "keys")).toThrow(/^keys:2: .*\nkeys:4: /);
  expect(() => parseNodeKeys(`x ${key}`, "keys")).not.toThrow(key);
});
