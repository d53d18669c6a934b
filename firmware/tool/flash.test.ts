import { describe, expect, test } from "vitest";
import { createBoard } from "../sim/board.ts";
import { createSimPort } from "../sim/port.ts";
import { createTimeline } from "../sim/timeline.ts";
import { Failure, type Happening } from "./events.ts";
import { flash, identify, verify } from "./flash.ts";
import { flatten, type Image } from "./hex.ts";
import { readImage } from "./images.ts";
import { createStk500 } from "./stk500.ts";

const loader = await readImage("loader");
const level = await readImage("level");
const stop = new AbortController();

/** An empty board with a loader, on a cable that may be pulled. */
function startUno() {
  const timeline = createTimeline();
  const board = createBoard({ bootStart: 0x7c00 });
  board.program(flatten(loader, 0x7c00), 0x7c00);
  board.reset("power");
  timeline.add(board);
  let pulled = () => false;
  const port = createSimPort("sim:uno", timeline, board, () => pulled());
  const events: Happening[] = [];
  const work = {
    programmer: createStk500(port),
    emit: (event: Happening) => void events.push(event),
    now: () => timeline.now() / 16_000,
    signal: stop.signal,
  };
  return {
    timeline,
    board,
    port,
    work,
    events,
    pullWhen: (when: () => boolean) => {
      pulled = when;
    },
  };
}

const failure = async (job: Promise<unknown>): Promise<Failure> => {
  const error = await job.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof Failure)) throw new Error(`no Failure: ${String(error)}`);
  return error;
};

describe("flashing a board", () => {
  test("writes every page, reads all of it back, and the image runs", async () => {
    const { board, work, events, timeline } = startUno();
    await flash(work, level);
    const bytes = flatten(level);
    expect(board.flash.subarray(0, bytes.length)).toEqual(bytes);
    expect([...board.flash.subarray(0x7c00)]).toEqual([
      ...flatten(loader, 0x7c00),
      ...new Array(0x400 - flatten(loader, 0x7c00).length).fill(0xff),
    ]);
    const names = events.map(({ event }) => event);
    expect([...new Set(names)]).toEqual(["identified", "found", "writing", "verifying", "verified"]);
    expect(events.filter(({ event }) => event === "writing")).toHaveLength(Math.ceil(bytes.length / 128));
    expect(events.find(({ event }) => event === "identified")).toMatchObject({
      chip: "ATmega328P",
      bootloader: "Weir's loader (STK500v1 87.1)",
    });
    timeline.run(100);
    expect(board.programCounter).toBeLessThan(bytes.length);
    expect(board.faults).toEqual([]);
  });

  test("a dry run says what it would write, and writes nothing", async () => {
    const { board, work, events } = startUno();
    await flash(work, level, { dryRun: true });
    expect(events.at(-1)).toMatchObject({ event: "would-write" });
    expect(board.flash.subarray(0, 0x7c00).every((byte) => byte === 0xff)).toBe(true);
  });

  test("refuses to make a gas node of a level node, unless that is said", async () => {
    const { work, board } = startUno();
    await flash(work, level);
    const before = board.flash.slice();
    const { message, board: left } = await failure(flash(work, await readImage("gas")));
    expect(message).toMatch(/^the board runs WEIR-LEVEL .*the image is WEIR-GAS/);
    expect(left).toMatch(/nothing was written/);
    expect(board.flash).toEqual(before);
    await flash(work, await readImage("gas"), { replace: true });
    expect((await identify(work)).runs?.model).toBe("WEIR-GAS");
  });

  test("refuses a version that is older than what runs, unless that is said", async () => {
    const { work, board } = startUno();
    await flash(work, await readImage("level-flawed"));
    const before = board.flash.slice();
    const { message, next, board: left } = await failure(flash(work, level));
    expect(message).toBe("the board runs WEIR-LEVEL 1.2.0, hardware revision 1, and the image is older: 1.1.0");
    expect([next, left]).toEqual([
      expect.stringMatching(/--allow-older/),
      expect.stringMatching(/nothing was written/),
    ]);
    expect(board.flash).toEqual(before);
    await flash(work, level, { allowOlder: true });
    expect((await identify(work)).runs?.version).toBe("1.1.0");
  });

  test("refuses an image that reaches into the bootloader", async () => {
    const { work, board } = startUno();
    const image: Image = { segments: [{ start: 0, bytes: new Uint8Array(0x7c02) }] };
    expect((await failure(flash(work, image))).message).toBe(
      "the image ends at 0x7C01, and Weir's loader begins at 0x7C00",
    );
    expect(board.flash[0]).toBe(0xff);
  });

  test("with the cable pulled at page 17 it says what the board is left with, and the next flash makes it whole", async () => {
    const { work, board, events, pullWhen } = startUno();
    pullWhen(() => events.filter(({ event }) => event === "writing").length >= 17);
    const { message, causes, board: left } = await failure(flash(work, level));
    expect(message).toBe("sim:uno went away");
    expect(causes[0]).toMatch(/cable was pulled/);
    const pages = Math.ceil(flatten(level).length / 128);
    expect(left).toMatch(new RegExp(`^pages 0 to 17 of ${pages} may hold the new image`));
    pullWhen(() => false);
    await flash(work, level);
    expect(board.flash.subarray(0, flatten(level).length)).toEqual(flatten(level));
  });

  test("a board that is silent, or at another speed, or no board at all, is told with its causes in order", async () => {
    const { work, port, board } = startUno();
    await flash(work, level);
    await port.set({ baud: 57600, parity: "none" });
    const garbled = await failure(identify(work));
    expect(garbled.causes.join()).toMatch(/speed/);
    board.cutPower(Math.random);
    await port.set({ baud: 115200, parity: "none" });
    const silent = await failure(identify(work));
    expect(silent.message).toBe("the bootloader does not answer");
    expect(silent.next).toMatch(/--baud 57600/);
  });

  test("Weir's loader refuses to read EEPROM rather than give flash in its name", async () => {
    const { work, port } = startUno();
    await work.programmer.identify(stop.signal);
    await port.write(Uint8Array.of(0x74, 0, 4, "E".charCodeAt(0), 0x20));
    expect([...(await port.read(6, 100, stop.signal))]).toEqual([0x14, 0x11]);
    expect((await identify(work)).identity.signature).toBe("1e950f");
  });

  test("verify finds the one byte that differs", async () => {
    const { work, board } = startUno();
    await flash(work, level);
    board.program(Uint8Array.of(board.flash[1000]! ^ 0x10), 1000);
    await identify(work);
    expect((await failure(verify(work, flatten(level)))).message).toMatch(
      new RegExp(`^1 of ${flatten(level).length} bytes differ, the first at 0x03E8`),
    );
  });

  test("a chip that is not an ATmega328P is not touched", async () => {
    const { work } = startUno();
    const programmer = {
      ...work.programmer,
      identify: async () => ({ signature: "1e9801", bootloader: "STK500v1 4.4" }),
      writePage: async () => expect.unreachable(),
    };
    expect((await failure(flash({ ...work, programmer }, level))).message).toMatch(/1e9801, which is no ATmega328P/);
  });
});
