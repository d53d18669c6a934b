import { slotBytes } from "@weir/wire/firmware/boot485.ts";
import { describeNode, findIdentity, isSealed } from "@weir/wire/firmware/identity.ts";
import type { NodeKeys } from "@weir/wire/firmware/node-keys.ts";
import type { Plan } from "@weir/wire/firmware/stage.ts";
import { updateNode } from "@weir/wire/firmware/update.ts";
import { faultTexts, type UpdateFault } from "@weir/wire/firmware/update-state.ts";
import { Failure } from "../events.ts";
import { identifyOnLine } from "./look.ts";
import { type LineWork, newChallenge } from "./work.ts";

export type LineFlashOptions = {
  readonly keys: NodeKeys;
  readonly dryRun?: boolean;
  /** A newer version may be overwritten. */
  readonly allowOlder?: boolean;
};

const runsOn = "the node runs what it ran";

/**
 * Brings a node on a line to an image, its neighbours undisturbed: done when the new image has said that it works. Rejects with a Failure, whose `board` says
 * what the node is left with.
 */
export async function flashOnLine(
  work: LineWork,
  image: Uint8Array,
  { keys, dryRun, allowOlder = false }: LineFlashOptions,
): Promise<void> {
  const { line, unit, emit } = work;
  const identity = identityOf(image);
  const found = await identifyOnLine(work);
  if (dryRun) {
    emit({ event: "would-write", pages: Math.ceil(image.length / 128), bytes: image.length });
    return;
  }
  const plan: Plan = {
    image,
    identity,
    serial: found.serial,
    allowOlder,
    keysOf: (serial) => keys.get(serial) ?? [],
    challenge: newChallenge,
  };
  const since = line.now();
  const end = await updateNode(line, {
    plan,
    from: { state: "accepted", fault: "none" },
    onProgress: async ({ state, fault }) => emit({ event: "state", state, fault }),
    onPage: (page, pages) => {
      if (page === 0) return;
      const etaMs = Math.round(((line.now() - since) / page) * (pages - page));
      emit({ event: "writing", page, pages, bytes: page * 128, etaMs });
    },
  });
  if (end.state !== "confirmed") throw failureOf(end.fault, unit);
  emit({ event: "confirmed", node: describeNode(identity), unit, serial: found.serial ?? null });
}

function identityOf(image: Uint8Array) {
  const identity = findIdentity(image);
  if (identity && isSealed(image) && image.length <= slotBytes) return identity;
  throw new Failure(
    identity ? `the image has ${image.length} bytes and no seal that boot485 knows` : "the image is no node's",
    {
      causes: [
        "it was built for another bootloader",
        `it is too large for a slot of ${slotBytes} bytes`,
        "it was changed after it had been built",
      ],
      next: "weir-firmware inspect shows what it is; weir-firmware build seals those of ours",
      board: runsOn,
    },
  );
}

function failureOf(fault: UpdateFault, unit: number): Failure {
  const causes: Partial<Record<UpdateFault, readonly string[]>> = {
    "no-answer": [
      "it lost its power, or the cable was pulled",
      "another master uses the line: stop weir-edge, or update through it",
    ],
    "too-slow": ["another master uses the line", "the line is noisy: check screen, termination and earth"],
    "wrong-key": ["it was given its key with another file", "another node has this serial number"],
    "no-key": ["it is new", "the file of keys is another one"],
    "wrong-class": ["the wrong image was named", "the wrong address was named"],
    older: ["the file of an earlier version was named"],
    crashed: ["the image is built for another board", "the image has a fault: try it in weir-firmware sim"],
  };
  const next: Partial<Record<UpdateFault, string>> = {
    "no-answer": "say the same again: what has been written stays, and only the rest is sent",
    "too-slow": "say the same again: what has been written stays, and only the rest is sent",
    "no-key": "weir-firmware key give",
    older: "if it is to go back to that, say --allow-older",
  };
  return new Failure(`address ${unit}: ${faultTexts[fault].en}`, {
    causes: causes[fault] ?? [],
    next: next[fault] ?? "weir-firmware identify --bus shows what it runs",
    board: fault === "no-answer" ? "one of the two images is whole, and boot485 starts it" : runsOn,
  });
}
