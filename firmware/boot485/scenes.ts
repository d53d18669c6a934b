import { loaderRequests, slotBytes } from "@weir/wire/firmware/boot485.ts";
import { seal, sealBytes } from "@weir/wire/firmware/identity.ts";
import { commission } from "../sim/nodes.ts";
import { flatten } from "../tool/hex.ts";
import { readImage } from "../tool/images.ts";
import { begunScene, type Cut, type Memory, memoryOf, type Scene, wake } from "./power-cuts.ts";

const key = Uint8Array.from({ length: 16 }, (_, n) => 11 * n + 5);

/** The next version of the same image, of which three pages differ: so short an update can be cut everywhere. */
function slightlyNewer(image: Uint8Array, { hangs = false } = {}): Uint8Array {
  const bytes = image.slice(0, -sealBytes);
  bytes[Buffer.from(bytes).indexOf("WEIRNODE") + minorAt]! += 1;
  if (hangs) bytes.set([0xff, 0xcf]); // rjmp to itself, as the first instruction
  return seal(bytes)!;
}

/** In the identity of an image. */
const minorAt = 13;

async function memoryWith(old: Uint8Array, next: Uint8Array): Promise<Memory> {
  const flash = new Uint8Array(0x8000).fill(0xff);
  flash.set(old);
  flash.set(next, slotBytes);
  flash.set(flatten(await readImage("boot485"), 0x7000), 0x7000);
  const { timeline, board, node } = wake({ flash, eeprom: await commission("level", 4711, 1) }, { hangs: false });
  timeline.run(200);
  await node.ask(loaderRequests.giveKey(key, new Uint8Array(16)));
  return memoryOf(board);
}

/** What is updated in the sweep: from the very beginning, and (`begun…`) from where the activation is journalled. */
export async function setScenes() {
  const old = flatten(await readImage("level"));
  const other = flatten(await readImage("level-flawed"));
  const newer = slightlyNewer(old);
  const from = { state: "accepted", fault: "none" } as const;
  const whole = await memoryWith(old, other);
  const common = { old, key, from, hangs: false };
  const slight: Scene = {
    ...common,
    name: "few pages",
    memory: await memoryWith(old, newer),
    next: newer,
    further: old,
  };
  const stuck = slightlyNewer(old, { hangs: true });
  const hanging = { hangs: true, further: newer };
  const all: Scene = { ...common, name: "all pages", memory: whole, next: other, further: old };
  const slightHanging: Scene = {
    ...{ ...common, ...hanging, name: "few pages, and it hangs", next: stuck },
    memory: await memoryWith(old, stuck),
  };
  const allHanging: Scene = { ...all, ...hanging, name: "all pages, and it hangs" };
  return {
    slight,
    allHanging,
    begunSlight: await begunScene(slight),
    begunSlightHanging: await begunScene(slightHanging),
    begunAll: await begunScene(all),
    begunAllHanging: await begunScene(allHanging),
  };
}

/** One to four cuts; the first anywhere in the update, the others while the node recovers. */
export function randomCuts(random: () => number, lastsMs: number): readonly Cut[] {
  return Array.from({ length: 1 + Math.floor(random() * 4) }, (_, n) => ({
    afterMs: random() * (n === 0 ? lastsMs : Math.min(lastsMs, 4000)),
    offMs: 5 + random() * 200,
  }));
}
