/**
 * Simulated nodes: how fast their time passes asleep and at work, and how long a board takes to be flashed and read back at 115200
 * bit/s; flash and RAM of the images; memory of a line of 30; power cuts tried in a minute.
 *
 * usage: npm run bench -- firmware
 */
import { join } from "node:path";
import { createBoard } from "@weir/firmware/sim/board.ts";
import { createNode } from "@weir/firmware/sim/nodes.ts";
import { createSimPort } from "@weir/firmware/sim/port.ts";
import { createTimeline } from "@weir/firmware/sim/timeline.ts";
import { createWire } from "@weir/firmware/sim/wire.ts";
import { flash } from "@weir/firmware/tool/flash.ts";
import { flatten, type Image } from "@weir/firmware/tool/hex.ts";
import { readImage, readManifest } from "@weir/firmware/tool/images.ts";
import { createStk500 } from "@weir/firmware/tool/stk500.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { freePorts, startProgram } from "./program.ts";

/** Processor time and not the wall clock's: other work on the machine does not count. */
function cpuMs(job: () => void): number {
  const before = process.cpuUsage();
  job();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function line(count: number) {
  const timeline = createTimeline();
  const wire = createWire();
  for (let n = 0; n < count; n++) timeline.add(await createNode("level", wire));
  timeline.run(200);
  return timeline;
}

for (const count of [1, 3, 30]) {
  const timeline = await line(count);
  const ms = cpuMs(() => timeline.run(20_000));
  console.log(
    `${count} sleeping nodes: ${(20_000 / ms).toFixed(0)} x real time, ${(ms / 200).toFixed(1)} % of a core at pace`,
  );
}

const busy = createBoard();
busy.program(Uint8Array.of(0x03, 0x94, 0xfe, 0xcf)); // inc r0, again and again
const busyMs = cpuMs(() => busy.runTo(32_000_000));
console.log(`a board that never sleeps: ${(2000 / busyMs).toFixed(1)} x real time`);

for (const kib of [2, 14]) {
  const timeline = createTimeline();
  const board = createBoard({ bootStart: 0x7c00 });
  board.program(flatten(await readImage("loader"), 0x7c00), 0x7c00);
  board.reset("power");
  timeline.add(board);
  const image: Image = { segments: [{ start: 0, bytes: new Uint8Array(kib * 1024).fill(0x5a) }] };
  const emit = () => {};
  const programmer = createStk500(createSimPort("sim:bench", timeline, board));
  const since = performance.now();
  await flash({ programmer, emit, now: () => 0, signal: new AbortController().signal }, image);
  const boardSeconds = timeline.now() / 16_000_000;
  console.log(
    `${kib} KiB flashed and read back: ${boardSeconds.toFixed(2)} s of the board's time, ${((performance.now() - since) / 1000).toFixed(2)} s simulated`,
  );
}

for (const [name, { flash, ram }] of Object.entries((await readManifest()).images))
  console.log(`${name}: flash ${flash} B, RAM ${ram} B`);

const [port] = await freePorts(1);
const nodes = Array.from({ length: 30 }, (_, n) => `level@${n + 1}`);
const tool = join(import.meta.dirname, "../firmware/tool/cli.js");
const bus = startProgram([tool, "sim", ...nodes, "--boot485", "--listen", `127.0.0.1:${port}`]);
await bus.says("Ctrl-C");
await systemClock.sleep(10_000, new AbortController().signal);
const { now, peak } = bus.memory();
console.log(
  `30 nodes with boot485, weir-firmware sim: resident ${now.toFixed(0)} MB after 10 s, ${peak.toFixed(0)} MB at most`,
);
await bus.stop();

const sweep = startProgram([
  join(import.meta.dirname, "../firmware/boot485/sweep.ts"),
  ...["--runs", "40", "--every", "1000", "--json"],
]);
const { runs, perMinute, wrong } = JSON.parse(await sweep.says("perMinute")) as {
  readonly runs: number;
  readonly perMinute: number;
  readonly wrong: readonly unknown[];
};
console.log(`power cuts: ${runs} runs, ${perMinute} a minute, ${wrong.length} wrong`);
