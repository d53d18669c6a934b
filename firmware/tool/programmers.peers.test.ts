import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { createAdapter } from "../sim/adapter.ts";
import { type Board, createBoard } from "../sim/board.ts";
import { createSimPort } from "../sim/port.ts";
import { serve } from "../sim/serve.ts";
import { createTimeline } from "../sim/timeline.ts";
import { flash } from "./flash.ts";
import { flatten, parseHex } from "./hex.ts";
import { imagesFolder, readImage } from "./images.ts";
import { createStk500 } from "./stk500.ts";

const run = promisify(execFile);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Loader = { readonly bytes: Uint8Array; readonly start: number };

/**
 * Optiboot as Debian has its source. The file that Debian built of it is 532 bytes long and does not fit its 512-byte section, so it is
 * compiled here without the flashes of the LED, which makes it 496.
 */
async function optiboot(): Promise<Loader> {
  const folder = mkdtempSync(join(tmpdir(), "optiboot-"));
  closing.push(() => rmSync(folder, { recursive: true }));
  const source = "/usr/share/arduino/hardware/arduino/avr/bootloaders/optiboot/optiboot.c";
  const flags =
    "-g -Wall -Os -fno-inline-small-functions -fno-split-wide-types -mshort-calls -mmcu=atmega328p -DF_CPU=16000000L -DLED_START_FLASHES=0 -DBAUD_RATE=115200 -fno-jump-tables -mrelax -nostartfiles -nostdlib -Wl,--section-start=.text=0x7e00 -Wl,--section-start=.version=0x7ffe";
  const elf = join(folder, "optiboot.elf");
  const tryFlags = (skip: string) =>
    run("avr-gcc", [...flags.split(" ").filter((flag) => flag !== skip), "-o", elf, source]);
  await tryFlags("-mshort-calls").catch(() => tryFlags(""));
  await run("avr-objcopy", [
    "-j",
    ".text",
    "-j",
    ".data",
    "-j",
    ".version",
    "--set-section-flags",
    ".version=alloc,load",
    "-O",
    "ihex",
    elf,
    `${elf}.hex`,
  ]);
  const parsed = parseHex(readFileSync(`${elf}.hex`, "utf8"), {
    name: "Optiboot's section",
    start: 0x7e00,
    end: 0x8000,
  });
  if ("faults" in parsed) throw new Error(parsed.faults.join("\n"));
  return { bytes: flatten(parsed.image, 0x7e00), start: 0x7e00 };
}

/** ATmegaBOOT as Debian ships it. */
async function atmegaBoot(): Promise<Loader> {
  const file = "/usr/share/arduino/hardware/arduino/avr/bootloaders/atmega/ATmegaBOOT_168_atmega328.hex";
  const parsed = parseHex(readFileSync(file, "utf8"));
  if ("faults" in parsed) throw new Error(parsed.faults.join("\n"));
  return { bytes: flatten(parsed.image, 0x7800), start: 0x7800 };
}

const own = async (): Promise<Loader> => ({ bytes: flatten(await readImage("loader"), 0x7c00), start: 0x7c00 });

function startBoard({ bytes, start }: Loader) {
  const timeline = createTimeline();
  const board: Board = createBoard({ bootStart: start });
  board.program(bytes, start);
  board.reset("power");
  timeline.add(board);
  return { timeline, board };
}

/** Our tool, against a board whose time is its own. */
async function flashOurs(start: Loader, baud: number) {
  const { timeline, board } = startBoard(start);
  const port = createSimPort("sim:uno", timeline, board);
  await port.set({ baud, parity: "none" });
  let bootloader = "";
  await flash(
    {
      programmer: createStk500(port),
      emit: (event) => {
        if (event.event === "identified") bootloader = event.bootloader;
      },
      now: () => 0,
      signal: new AbortController().signal,
    },
    await readImage("light"),
  );
  return { board, bootloader };
}

/**
 * A board that has just been reset, and whose time passes while it is sent something. avrdude throws away what comes within 250 ms of its
 * first two questions, and takes what comes later for the answer to its next one; ATmegaBOOT flashes an LED for 200 ms before it listens. A
 * board that follows the wall clock is too late for that on a busy machine: avrdude then ends out of step, or in a time-out. Even so, where
 * this process itself waits that long for a core, avrdude is started anew, with a new board.
 */
async function serveWhenAsked({ timeline, board }: ReturnType<typeof startBoard>, baud: number) {
  const adapter = createAdapter(timeline, { rx: board.tx, tx: board.rx }, { baud });
  const { send } = adapter;
  const answerMs = 30;
  adapter.send = (bytes) => {
    send(bytes);
    timeline.run((bytes.length * 10_000) / baud + answerMs);
  };
  board.reset("pin");
  timeline.run(400);
  const server = await serve(adapter);
  closing.push(server.close);
  return server;
}

describe.each([
  ["ATmegaBOOT", atmegaBoot, 57_600],
  ["Optiboot", optiboot, 115_200],
  ["Weir's loader", own, 115_200],
] as const)("a board with %s", (name, loader, baud) => {
  test("is flashed by avrdude and by us, and holds the same bytes in all of its flash", { retry: 3 }, async () => {
    const start = await loader();
    const image = await readImage("light");

    const theirs = startBoard(start);
    const server = await serveWhenAsked(theirs, baud);
    const avrdude = `-q -q -p m328p -c arduino -P net:127.0.0.1:${server.port} -b ${baud} -D -U flash:w:${join(imagesFolder, "light.hex")}:i`;
    await run("avrdude", avrdude.split(" "));

    const ours = await flashOurs(start, baud);
    expect(ours.bootloader).toContain(name);
    expect(Buffer.from(ours.board.flash).equals(theirs.board.flash)).toBe(true);
    expect(Buffer.from(ours.board.flash.subarray(0, flatten(image).length)).equals(flatten(image))).toBe(true);
    expect([...theirs.board.faults, ...ours.board.faults]).toEqual([]);
  });
});

test("the Optiboot that Debian built is found to be too large for its section", () => {
  const file = "/usr/share/arduino/hardware/arduino/avr/bootloaders/optiboot/optiboot_atmega328.hex";
  const parsed = parseHex(readFileSync(file, "utf8"), { name: "Optiboot's section", start: 0x7e00, end: 0x8000 });
  expect("faults" in parsed && parsed.faults.join()).toMatch(/overlaps|outside Optiboot's section/);
});
