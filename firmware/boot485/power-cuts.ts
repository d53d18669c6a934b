import { loaderRequests, pageBytes, readDigests, readInfo, slotBytes } from "@weir/wire/firmware/boot485.ts";
import { crc32 } from "@weir/wire/firmware/crc32.ts";
import { findIdentity } from "@weir/wire/firmware/identity.ts";
import type { NodeLine } from "@weir/wire/firmware/reach.ts";
import { updateNode } from "@weir/wire/firmware/update.ts";
import type { Progress } from "@weir/wire/firmware/update-state.ts";
import { type Board, type BoardOptions, createBoard, hertz } from "../sim/board.ts";
import { createWirePort } from "../sim/port.ts";
import { createTimeline } from "../sim/timeline.ts";
import { createWire } from "../sim/wire.ts";
import { createNodeLine } from "../tool/node-line.ts";

/** All that a power cut leaves. */
export type Memory = { readonly flash: Uint8Array; readonly eeprom: Uint8Array };

/** An update of one node, and how it ought to end. */
export type Scene = {
  readonly name: string;
  /** With `old` running, `next` staged, and everything set for its activation. */
  readonly memory: Memory;
  readonly old: Uint8Array;
  readonly next: Uint8Array;
  readonly key: Uint8Array;
  /** How far the gateway has come. */
  readonly from: Progress;
  /** The next image hangs at its start. */
  readonly hangs: boolean;
  /** What the node is updated to when all is over. */
  readonly further: Uint8Array;
};

export type Cut = {
  /** ms after the power came, for the first one after the gateway began or went on. */
  readonly afterMs: number;
  readonly offMs: number;
};

export type Verdict = {
  readonly scene: string;
  readonly cuts: number;
  readonly end: string;
  /** What must never be; empty when all is well. */
  readonly wrong: readonly string[];
};

const unit = 1;
const line = { baud: 19_200, parity: "even" } as const;
const cyclesPerMs = hertz / 1000;

/** A node alone on a line, from what is in its memory, and what reaches it. Power has just come. */
export function wake(memory: Memory, { hangs }: Pick<Scene, "hangs">, onWrite: BoardOptions["onWrite"] = () => {}) {
  const timeline = createTimeline();
  const wire = createWire();
  const options = { rx: wire, tx: wire, directionPin: 2, bootStart: 0x7000, watchdogAlwaysOn: true, onWrite };
  const board = createBoard(options);
  board.program(memory.flash);
  board.eeprom.set(memory.eeprom);
  board.digital(19, hangs);
  board.reset("power");
  timeline.add(board);
  const port = createWirePort("sim:line", timeline, { rx: wire, tx: wire, reset: () => {} });
  void port.set(line);
  const now = () => timeline.now() / cyclesPerMs;
  const node = createNodeLine(port, { unit, baud: line.baud, now, signal: new AbortController().signal });
  return { timeline, board, node };
}

export const memoryOf = ({ flash, eeprom }: Board): Memory => ({ flash: flash.slice(), eeprom: eeprom.slice() });

export type RunOptions = {
  readonly cuts: readonly Cut[];
  readonly random: () => number;
  /** Whether the node is updated back to the old image afterwards: the whole way, transfer included. */
  readonly again: boolean;
};

/**
 * Updates a node as a gateway does, cuts its power meanwhile, and looks at what is left: the new image confirmed, or where it hangs the old one back; the other
 * image whole in the other slot; and a node that can be reached and written.
 */
export async function runWithCuts(scene: Scene, { cuts, random, again }: RunOptions): Promise<Verdict> {
  const { timeline, board, node } = wake(scene.memory, scene);
  const cutAt = (from: number, [cut, ...later]: readonly Cut[]): void => {
    if (!cut) return;
    timeline.at(from + cut.afterMs * cyclesPerMs, () => {
      board.cutPower(random);
      timeline.at(timeline.now() + cut.offMs * cyclesPerMs, () => {
        board.powerOn();
        cutAt(timeline.now(), later);
      });
    });
  };
  timeline.run(100);
  cutAt(timeline.now(), cuts);
  const end = await update(scene, node, scene.next, scene.from);
  const wrong = [...board.faults];
  const lasting = cuts.reduce((ms, { afterMs, offMs }) => ms + afterMs + offMs, 0);
  timeline.run(Math.max(0, lasting + 3000 - timeline.now() / cyclesPerMs)); // those that come after the end
  const wanted = scene.hangs ? "rolled-back" : "confirmed";
  if (end !== wanted) wrong.push(`the gateway says ${end}, and ${wanted} would be right`);
  const [runs, other] = scene.hangs ? [scene.old, scene.next] : [scene.next, scene.old];
  if (!holds(board, 0, runs)) wrong.push("the image that should run is not whole");
  if (!holds(board, slotBytes, other)) wrong.push("the other image is lost");
  wrong.push(...(await reach(node, board)));
  if (again && wrong.length === 0) {
    board.digital(19, false);
    const back = await update(scene, node, scene.further, { state: "accepted", fault: "none" });
    if (back !== "confirmed") wrong.push(`a further update ends ${back}`);
  }
  return { scene: scene.name, cuts: cuts.length, end, wrong };
}

/** As a gateway does it: what is parked is tried again, from where it was. */
async function update({ key }: Scene, node: NodeLine, image: Uint8Array, from: Progress): Promise<string> {
  let asked = 0;
  const plan = {
    image,
    identity: findIdentity(image)!,
    allowOlder: true,
    keysOf: () => [key],
    challenge: () => Uint8Array.from({ length: 8 }, () => asked++),
  };
  const options = { plan, onProgress: async () => {}, onPage: () => {} };
  let progress = from;
  for (let tries = 0; tries === 0 || (progress.state === "parked" && tries < 3); tries++)
    progress = await updateNode(node, { ...options, from: progress });
  const { state, fault } = progress;
  return state === "parked" || state === "refused" ? `${state}: ${fault}` : state;
}

const holds = ({ flash }: Board, at: number, image: Uint8Array) => image.every((byte, n) => flash[at + n] === byte);

/** Its image answers, boot485 can be entered, and a page can be written. */
async function reach(node: NodeLine, board: Board): Promise<readonly string[]> {
  for (let n = 0; n < 20 && !Array.isArray(await node.read(0x100, 19)); n++) await node.wait(500);
  if (!(await node.write(3, 0x4c44))) return ["its image does not answer"];
  await node.wait(200);
  const reply = await node.ask(loaderRequests.info());
  const info = reply && "payload" in reply ? readInfo(reply.payload) : undefined;
  if (info?.phase !== "idle") return [`boot485 ${info ? `is ${info.phase}` : "does not answer"}`];
  const last = 109;
  const page = board.flash.slice(slotBytes + last * pageBytes, slotBytes + (last + 1) * pageBytes);
  const written = await node.ask(loaderRequests.write(last, page));
  if (!written || "refused" in written || readDigests(written.payload)[0] !== crc32(page))
    return ["no page can be written"];
  await node.ask(loaderRequests.run());
  await node.wait(1000);
  return [];
}

/** The moments of an undisturbed update within each write, and just behind it: ms after the gateway began or went on. */
export async function findMoments(
  scene: Scene,
): Promise<{ readonly moments: readonly number[]; readonly lastsMs: number }> {
  const cycles: number[] = [];
  const { timeline, node } = wake(scene.memory, scene, (cycle) => void cycles.push(cycle));
  timeline.run(100);
  const begun = timeline.now();
  await update(scene, node, scene.next, scene.from);
  const msOf = (cycle: number) => (cycle - begun) / cyclesPerMs;
  const moments = cycles.map(msOf).flatMap((at) => [at + amidMs, at + behindMs]);
  return { moments, lastsMs: msOf(timeline.now()) };
}

/** The same update, taken up where the activation has just been journalled: what comes before changes nothing. */
export async function begunScene(scene: Scene): Promise<Scene> {
  let memory: Memory | undefined;
  const { board, node } = wake(scene.memory, scene, (_, to) => {
    if (to === "flash") memory ??= memoryOf(board);
  });
  await update(scene, node, scene.next, scene.from);
  return { ...scene, memory: memory!, from: { state: "activated", fault: "none", activation: 0 } };
}

/** Within a write, and when it has just ended: a byte of EEPROM takes 3.4 ms, a page 4. */
const amidMs = 1;
const behindMs = 4.1;
