import type { LoaderReply, LoaderRequest } from "@weir/wire/firmware/boot485.ts";
import { loaderRequests } from "@weir/wire/firmware/boot485.ts";
import { findIdentity } from "@weir/wire/firmware/identity.ts";
import type { NodeLine } from "@weir/wire/firmware/reach.ts";
import type { Plan } from "@weir/wire/firmware/stage.ts";
import { updateNode } from "@weir/wire/firmware/update.ts";
import type { Progress } from "@weir/wire/firmware/update-state.ts";
import { type Board, hertz } from "../sim/board.ts";
import { commission, createNode } from "../sim/nodes.ts";
import { createWirePort } from "../sim/port.ts";
import { createTimeline, type Timeline } from "../sim/timeline.ts";
import { createWire, type Wire } from "../sim/wire.ts";
import { flatten } from "../tool/hex.ts";
import { readImage } from "../tool/images.ts";
import { createNodeLine } from "../tool/node-line.ts";
import type { Port } from "../tool/port.ts";

export const serialOf = (unit: number): number => 4700 + unit;
export const keyOf = (serial: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, n) => serial + 7 * n);

const eeproms = new Map<string, Promise<Uint8Array>>();

/** For tests: nodes with boot485 on one line, at addresses from 1 on, with serial numbers and, unless `keyless`, keys. */
export type TestBus = {
  readonly timeline: Timeline;
  readonly wire: Wire;
  readonly port: Port;
  readonly boards: readonly Board[];
  readonly line: (unit: number) => NodeLine;
  /** One request to boot485. */
  readonly ask: (unit: number, request: LoaderRequest) => Promise<LoaderReply | undefined>;
  readonly now: () => number;
};

export async function startBus(
  images: readonly string[],
  { keyless = false, pulled }: { readonly keyless?: boolean; readonly pulled?: () => boolean } = {},
): Promise<TestBus> {
  const timeline = createTimeline();
  const wire = createWire();
  const boards: Board[] = [];
  for (const [n, image] of images.entries()) {
    const unit = n + 1;
    const settings = eeproms.get(`${image} ${unit}`) ?? commission(image, serialOf(unit), unit);
    eeproms.set(`${image} ${unit}`, settings);
    const board = await createNode(image, wire, { loader: "boot485" });
    board.eeprom.set(await settings);
    board.reset("power");
    timeline.add(board);
    boards.push(board);
  }
  const port = createWirePort("sim:line", timeline, { rx: wire, tx: wire, reset: () => {} }, pulled);
  await port.set({ baud: 19200, parity: "even" });
  const now = () => timeline.now() / (hertz / 1000);
  const { signal } = new AbortController();
  const line = (unit: number) => createNodeLine(port, { unit, baud: 19200, now, signal });
  const ask: TestBus["ask"] = (unit, request) => line(unit).ask(request);
  timeline.run(200);
  if (!keyless)
    for (const n of images.keys()) await ask(n + 1, loaderRequests.giveKey(keyOf(serialOf(n + 1)), new Uint8Array(16)));
  return { timeline, wire, port, boards, line, ask, now };
}

export const bytesOf = async (image: string): Promise<Uint8Array> => flatten(await readImage(image));

/** To this image, for whichever node. */
export async function planFor(image: string, changes: Partial<Plan> = {}): Promise<Plan> {
  const bytes = await bytesOf(image);
  let asked = 0;
  return {
    image: bytes,
    identity: findIdentity(bytes)!,
    allowOlder: true,
    keysOf: (serial) => [keyOf(serial)],
    challenge: () => Uint8Array.from({ length: 8 }, () => asked++),
    ...changes,
  };
}

export const fresh: Progress = { state: "accepted", fault: "none" };

/** Updates one node, and gives every state it went through. */
export async function update(
  { line }: Pick<TestBus, "line">,
  unit: number,
  plan: Plan,
  from: Progress = fresh,
): Promise<{ readonly states: readonly string[]; readonly end: Progress; readonly pages: number }> {
  const states: string[] = [];
  let pages = 0;
  const end = await updateNode(line(unit), {
    plan,
    from,
    onProgress: async ({ state }) => void states.push(state),
    onPage: () => void pages++,
  });
  return { states, end, pages };
}
