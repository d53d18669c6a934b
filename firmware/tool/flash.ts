import { createHash } from "node:crypto";
import {
  compareVersions,
  describeNode,
  findIdentity,
  identityWithin,
  type NodeIdentity,
  sameNode,
} from "@weir/wire/firmware/identity.ts";
import { applicationOf, chips } from "./chips.ts";
import { type Emit, Failure } from "./events.ts";
import { explain } from "./explain.ts";
import { flatten, hex, type Image } from "./hex.ts";
import { type Identity, type Programmer, pageBytes } from "./stk500.ts";

export type Work = {
  readonly programmer: Programmer;
  readonly emit: Emit;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

/** What is on the board: its chip, its bootloader, and the node firmware that it runs, if it does. */
export type Found = { readonly identity: Identity; readonly runs: NodeIdentity | undefined; readonly end: number };

const untouched = "nothing was written; the board runs what it ran";

/** Resets the board and reads what it is. Rejects with a Failure when it is no chip that this firmware is for. */
export async function identify({ programmer, emit, signal }: Work): Promise<Found> {
  const identity = await step(() => programmer.identify(signal), untouched);
  const chip = chips[identity.signature];
  const { bootloader, end } = applicationOf(identity);
  emit({
    event: "identified",
    chip: chip ?? "unknown",
    signature: identity.signature,
    bootloader: `${bootloader} (${identity.bootloader})`,
  });
  if (!chip)
    throw new Failure(`the chip's signature is ${identity.signature}, which is no ATmega328P (1e950f)`, {
      causes: ["another board is at this port", "the port's speed is not the bootloader's, so that bytes are garbled"],
      next: "look at the board's chip; name its own port",
      board: untouched,
    });
  const runs = findIdentity(await step(() => programmer.read(0, identityWithin, signal), untouched));
  emit({ event: "found", runs: runs ? describeNode(runs) : null });
  return { identity, runs, end };
}

export type FlashOptions = {
  readonly dryRun?: boolean;
  /** Another kind of node may be overwritten. */
  readonly replace?: boolean;
  /** A newer version may be overwritten. */
  readonly allowOlder?: boolean;
};

/**
 * Identifies, writes page by page, reads all of it back, and starts it. Rejects with a Failure, whose `board` says what the board is
 * left with. Nothing is written unless chip, section and kind of node are right.
 */
export async function flash(work: Work, image: Image, options: FlashOptions = {}): Promise<void> {
  const { programmer, emit, now, signal } = work;
  const { dryRun } = options;
  const bytes = flatten(image);
  const found = await identify(work);
  refuseUnlessFit(bytes, found, options);
  const pages = Math.ceil(bytes.length / pageBytes);
  if (dryRun) {
    emit({ event: "would-write", pages, bytes: bytes.length });
    await step(() => programmer.leave(signal), untouched);
    return;
  }
  const since = now();
  for (let page = 0; page < pages; page++) {
    const half = `pages 0 to ${page} of ${pages} may hold the new image, the rest the old: it must be flashed again; its bootloader is untouched`;
    const part = new Uint8Array(pageBytes).fill(0xff);
    part.set(bytes.subarray(page * pageBytes, (page + 1) * pageBytes));
    await step(() => programmer.writePage(page * pageBytes, part, signal), half);
    emit({ event: "writing", ...progress(page, pages, now() - since) });
  }
  await verify(work, bytes);
  await step(() => programmer.leave(signal), "the new image is written and verified; reset the board to start it");
}

/** Compares the board's flash with these bytes, from address 0 on. */
export async function verify(work: Work, bytes: Uint8Array): Promise<void> {
  const board = "what it holds is not this image: it must be flashed again; its bootloader is untouched";
  const back = await readPages(work, bytes.length, "verifying", board);
  const wrong = bytes.findIndex((byte, at) => byte !== back[at]);
  if (wrong >= 0) {
    const count = bytes.reduce((total, byte, at) => total + (byte === back[at] ? 0 : 1), 0);
    throw new Failure(
      `${count} of ${bytes.length} bytes differ, the first at ${hex(wrong)}: ${hex(back[wrong]!)} where ${hex(bytes[wrong]!)} is right`,
      {
        causes: [
          "the board lost power or was reset while it was written",
          "the flash is worn out (10 000 writes are promised)",
        ],
        next: "flash it again; if the same page fails twice, take another board",
        board,
      },
    );
  }
  work.emit({ event: "verified", bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
}

/** Reads from address 0 on. */
export async function readPages(
  work: Work,
  length: number,
  event: "verifying" | "reading",
  board: string,
): Promise<Uint8Array> {
  const { programmer, emit, now, signal } = work;
  const bytes = new Uint8Array(length);
  const pages = Math.ceil(length / pageBytes);
  const since = now();
  for (let page = 0; page < pages; page++) {
    const count = Math.min(pageBytes, length - page * pageBytes);
    bytes.set(await step(() => programmer.read(page * pageBytes, count, signal), board), page * pageBytes);
    emit({ event, ...progress(page, pages, now() - since) });
  }
  return bytes;
}

function refuseUnlessFit(
  bytes: Uint8Array,
  { identity, runs, end }: Found,
  { replace, allowOlder }: FlashOptions,
): void {
  const { bootloader } = applicationOf(identity);
  if (bytes.length > end)
    throw new Failure(`the image ends at ${hex(bytes.length - 1)}, and ${bootloader} begins at ${hex(end)}`, {
      causes: [
        "it was built for another board or another bootloader",
        "it is a bootloader itself, which only a hardware programmer can write",
      ],
      next: "weir-firmware inspect shows what it is",
      board: untouched,
    });
  const becomes = findIdentity(bytes);
  if (runs && !replace && !(becomes && sameNode(runs, becomes)))
    throw new Failure(
      `the board runs ${describeNode(runs)}, and the image is ${becomes ? describeNode(becomes) : "no Weir node"}`,
      {
        causes: ["the wrong file was named", "the wrong port was named"],
        next: "if this board is to become another kind of node, say --replace",
        board: untouched,
      },
    );
  if (runs && becomes && sameNode(runs, becomes) && !allowOlder && compareVersions(becomes.version, runs.version) < 0)
    throw new Failure(`the board runs ${describeNode(runs)}, and the image is older: ${becomes.version}`, {
      causes: ["the file of an earlier version was named"],
      next: "if it is to go back to that, say --allow-older",
      board: untouched,
    });
}

function progress(page: number, pages: number, ms: number) {
  return {
    page: page + 1,
    pages,
    bytes: (page + 1) * pageBytes,
    etaMs: Math.round((ms / (page + 1)) * (pages - page - 1)),
  };
}

async function step<T>(job: () => Promise<T>, board: string): Promise<T> {
  try {
    return await job();
  } catch (error) {
    throw explain(error, board);
  }
}
