import { activationTag, maskedKey, proof } from "@weir/wire/firmware/authenticate.ts";
import {
  type LoaderInfo,
  type LoaderReply,
  loaderRequests,
  pageBytes,
  readDigests,
  readInfo,
  slotBytes,
} from "@weir/wire/firmware/boot485.ts";
import { crc32 } from "@weir/wire/firmware/crc32.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBoard } from "../sim/board.ts";
import { createWirePort } from "../sim/port.ts";
import { createTimeline } from "../sim/timeline.ts";
import { createWire } from "../sim/wire.ts";
import { flatten } from "../tool/hex.ts";
import { readImage } from "../tool/images.ts";
import { createNodeLine } from "../tool/node-line.ts";
import { bytesOf, keyOf, serialOf, startBus, type TestBus } from "./test-bus.ts";

const key = keyOf(serialOf(1));
const level = await bytesOf("level");
const next = await bytesOf("level-flawed");

const payloadOf = (reply: LoaderReply | undefined): Uint8Array => {
  if (!reply || "refused" in reply) throw new Error(`no answer but ${JSON.stringify(reply)}`);
  return reply.payload;
};

async function infoOf({ ask }: TestBus, unit = 1): Promise<LoaderInfo> {
  return readInfo(payloadOf(await ask(unit, loaderRequests.info())))!;
}

/** As if it had been transferred. */
function stageAtOnce({ boards }: TestBus, image: Uint8Array): void {
  boards[0]!.program(new Uint8Array(slotBytes).fill(0xff), slotBytes);
  boards[0]!.program(image, slotBytes);
}

const runs = ({ boards }: TestBus) => boards[0]!.programCounter < slotBytes;

describe("after a power-on", () => {
  test("boot485 listens for a second, then the image runs and says that it was started by power", async () => {
    const bus = await startBus(["level"], { keyless: true });
    expect(runs(bus)).toBe(false);
    bus.timeline.run(700);
    expect(runs(bus)).toBe(false);
    bus.timeline.run(400);
    expect(runs(bus)).toBe(true);
    expect(await bus.line(1).read(0x23, 1)).toEqual([1]);
    expect(bus.boards[0]!.faults).toEqual([]);
  });

  test("the image runs also where the line is never quiet", async () => {
    const bus = await startBus(["level"], { keyless: true });
    for (let n = 0; n < 60; n++) {
      await bus.port.write(Uint8Array.from({ length: 40 }, (_, at) => at));
      bus.timeline.run(23);
    }
    expect(runs(bus)).toBe(true);
  });

  test("whoever asks keeps it, for ten seconds from the last question on", async () => {
    const bus = await startBus(["level"]);
    const { runs: image, hasKey, serial, phase } = await infoOf(bus);
    expect(image).toMatchObject({ model: "WEIR-LEVEL", hardwareClass: 1 });
    expect({ hasKey, serial, phase }).toEqual({ hasKey: true, serial: serialOf(1), phase: "idle" });
    bus.timeline.run(9500);
    expect(runs(bus)).toBe(false);
    bus.timeline.run(1000);
    expect(runs(bus)).toBe(true);
  });

  test("a board without an image waits for one, at the address that nodes ship with", async () => {
    const timeline = createTimeline();
    const wire = createWire();
    const board = createBoard({ rx: wire, tx: wire, directionPin: 2, bootStart: 0x7000, watchdogAlwaysOn: true });
    board.program(flatten(await readImage("boot485"), 0x7000), 0x7000);
    board.reset("power");
    timeline.add(board);
    timeline.run(60_000);
    expect(board.programCounter).toBeGreaterThan(0x7000);
    expect(board.resets.watchdog).toBe(0);
    const port = createWirePort("sim:line", timeline, { rx: wire, tx: wire, reset: () => {} });
    await port.set({ baud: 19200, parity: "even" });
    const options = { unit: 247, baud: 19200, now: () => 0, signal: new AbortController().signal };
    const info = readInfo(payloadOf(await createNodeLine(port, options).ask(loaderRequests.info())));
    expect(info).toMatchObject({ runs: undefined, serial: undefined, phase: "idle", hasKey: false });
  });
});

describe("on the line", () => {
  test("it is busy for what is meant for its image, and silent for what is meant for others", async () => {
    const bus = await startBus(["level", "air"]);
    expect(await bus.line(1).read(0x100, 1)).toBe("busy");
    expect(await bus.line(9).read(0x100, 1)).toBeUndefined();
    bus.timeline.run(12_000);
    await bus.line(1).write(3, 0x4c44);
    bus.timeline.run(200);
    expect((await infoOf(bus)).phase).toBe("idle");
    expect(await bus.line(2).read(0x101, 1)).toEqual([2]);
  });

  test("a page is there when it is confirmed, and in the staging slot alone", async () => {
    const bus = await startBus(["level"]);
    const page = Uint8Array.from({ length: pageBytes }, (_, n) => 3 * n);
    const reply = await bus.ask(1, loaderRequests.write(5, page));
    expect(readDigests(payloadOf(reply))).toEqual([crc32(page)]);
    const [board] = bus.boards;
    expect(board!.flash.slice(slotBytes + 5 * pageBytes, slotBytes + 6 * pageBytes)).toEqual(page);
    expect(board!.flash.slice(0, level.length)).toEqual(level);
    const digests = readDigests(payloadOf(await bus.ask(1, loaderRequests.digests("running", 0, 3))));
    expect(digests).toEqual([0, 1, 2].map((n) => crc32(level.slice(n * pageBytes, (n + 1) * pageBytes))));
  });

  test("no sequence of frames wedges it or touches what runs", async () => {
    const bus = await startBus(["level"]);
    const bytes = fc.uint8Array({ maxLength: 150 });
    const request = fc.tuple(fc.nat(9), bytes).map(([operation, given]) => [operation, ...given]);
    await fc.assert(
      fc.asyncProperty(request, bytes, async ([operation, ...given], noise) => {
        await bus.port.write(noise);
        bus.timeline.run(noise.length + 5);
        const pdu = Uint8Array.from([100, operation!, ...given]);
        await bus.ask(1, { operation: "info", pdu, replyLengths: [2, 3] });
        bus.timeline.run(400);
        await infoOf(bus);
      }),
      { numRuns: 40, seed: 485 },
    );
    expect(bus.boards[0]!.flash.slice(0, level.length)).toEqual(level);
    expect(bus.boards[0]!.faults).toEqual([]);
    expect(bus.boards[0]!.resets.watchdog).toBe(0);
  });
});

describe("the key", () => {
  test("proves itself as our own implementation does", async () => {
    const bus = await startBus(["level"]);
    for (const first of [0, 7, 255]) {
      const challenge = Uint8Array.from({ length: 8 }, (_, n) => first + n);
      const tag = payloadOf(await bus.ask(1, loaderRequests.prove(challenge)));
      expect(tag).toEqual(proof(key, { serial: serialOf(1), counter: 0 }, challenge));
    }
  });

  test("once given is replaced only by whoever has it, and never travels open again", async () => {
    const bus = await startBus(["level"]);
    const newer = Uint8Array.from({ length: 16 }, (_, n) => 200 - n);
    expect(await bus.ask(1, loaderRequests.giveKey(newer, new Uint8Array(16)))).toEqual({ refused: "false-tag" });
    const { masked, tag } = maskedKey(key, { serial: serialOf(1), counter: 0 }, newer);
    expect(masked).not.toEqual(newer);
    expect(await bus.ask(1, loaderRequests.giveKey(masked, tag))).toEqual({ payload: new Uint8Array() });
    const challenge = new Uint8Array(8);
    const proven = payloadOf(await bus.ask(1, loaderRequests.prove(challenge)));
    expect(proven).toEqual(proof(newer, { serial: serialOf(1), counter: 1 }, challenge));
    expect(await bus.ask(1, loaderRequests.giveKey(masked, tag))).toEqual({ refused: "false-tag" });
  });
});

describe("an activation", () => {
  const occasion = { serial: serialOf(1), counter: 0 };

  test("needs a key", async () => {
    const bus = await startBus(["level"], { keyless: true });
    stageAtOnce(bus, next);
    const reply = await bus.ask(1, loaderRequests.activate(new Uint8Array(16)));
    expect(reply).toEqual({ refused: "no-key" });
  });

  test("of an image of another class, or of one that is not whole, is refused", async () => {
    const bus = await startBus(["level"]);
    const air = await bytesOf("air");
    stageAtOnce(bus, air);
    const reply = await bus.ask(1, loaderRequests.activate(activationTag(key, occasion, air)));
    expect(reply).toEqual({ refused: "wrong-class" });
    const broken = next.map((byte, at) => (at === 3000 ? byte ^ 1 : byte));
    stageAtOnce(bus, broken);
    const second = await bus.ask(1, loaderRequests.activate(activationTag(key, occasion, broken)));
    expect(second).toEqual({ refused: "no-image" });
  });

  test("with a false tag changes nothing", async () => {
    const bus = await startBus(["level"]);
    stageAtOnce(bus, next);
    const tag = activationTag(keyOf(99), occasion, next);
    expect(await bus.ask(1, loaderRequests.activate(tag))).toEqual({ payload: new Uint8Array() });
    bus.timeline.run(2000);
    expect(await infoOf(bus)).toMatchObject({ phase: "idle", outcome: "not-authentic", counter: 0 });
    expect(bus.boards[0]!.flash.slice(0, level.length)).toEqual(level);
  });

  test("takes place once for a tag: what was overheard does not bring an old image back", async () => {
    const bus = await startBus(["level"]);
    stageAtOnce(bus, next);
    const tag = activationTag(key, occasion, next);
    await bus.ask(1, loaderRequests.activate(tag));
    bus.timeline.run(8000);
    expect(await bus.line(1).read(0x103, 1)).toEqual([0x0102]);
    bus.timeline.run(1000);
    await bus.line(1).write(3, 0x4c44);
    bus.timeline.run(200);
    expect(await infoOf(bus)).toMatchObject({ phase: "idle", outcome: "confirmed", counter: 1 });
    expect(bus.boards[0]!.flash.slice(slotBytes, slotBytes + level.length)).toEqual(level);
    stageAtOnce(bus, next);
    await bus.ask(1, loaderRequests.activate(tag));
    bus.timeline.run(2000);
    expect(await infoOf(bus)).toMatchObject({ outcome: "not-authentic", counter: 1 });
    expect(bus.boards[0]!.faults).toEqual([]);
  });

  test("brings an image on trial, which cannot lose the one before: no page is written until it is over", async () => {
    const bus = await startBus(["level"]);
    stageAtOnce(bus, next);
    await bus.ask(1, loaderRequests.activate(activationTag(key, occasion, next)));
    bus.timeline.run(6000);
    bus.boards[0]!.reset("pin");
    bus.timeline.run(100);
    expect(await infoOf(bus)).toMatchObject({ phase: "trial" });
    expect(await bus.ask(1, loaderRequests.write(0, new Uint8Array(pageBytes)))).toEqual({ refused: "not-now" });
    expect(await bus.ask(1, loaderRequests.goBack())).toEqual({ payload: new Uint8Array() });
    bus.timeline.run(6000);
    expect(await infoOf(bus)).toMatchObject({ phase: "idle", outcome: "reverted" });
    expect(bus.boards[0]!.flash.slice(0, level.length)).toEqual(level);
  });
});
