import { activationTag, proof } from "./authenticate.ts";
import {
  digestsPerRequest,
  type LoaderInfo,
  loaderRequests,
  nodeRegisters,
  pageBytes,
  readDigests,
  slotBytes,
} from "./boot485.ts";
import { crc32 } from "./crc32.ts";
import { compareVersions, type NodeIdentity, sameNode } from "./identity.ts";
import { askLoader, knock, type NodeLine, whoAnswers } from "./reach.ts";
import type { UpdateFault } from "./update-state.ts";

/** What a node is to run. */
export type Plan = {
  /** With its seal; at most slotBytes. */
  readonly image: Uint8Array;
  readonly identity: NodeIdentity;
  /** The keys that a node may have, by serial number. */
  readonly keysOf: (serial: number) => readonly Uint8Array[];
  /** When it is known which node is meant. */
  readonly serial?: number | undefined;
  /** Also where a newer version runs. */
  readonly allowOlder: boolean;
  /** 8 bytes that have not been used before. */
  readonly challenge: () => Uint8Array;
};

export type Staged =
  /** It runs the image already. */
  | { readonly done: "already-runs" }
  /** boot485 holds the whole image and waits for the tag. */
  | { readonly done: "staged"; readonly counter: number; readonly serial: number; readonly tag: Uint8Array }
  | { readonly done: "refused" | "parked"; readonly fault: UpdateFault };

export type StageOptions = {
  readonly deadline: number;
  /** So long it is asked for in vain before it is given up for now. */
  readonly patienceMs: number;
  readonly onPage: (written: number, missing: number) => void;
};

const writesOfOnePage = 3;
const entries = 5;

/**
 * Brings the image into a node's staging slot: finds the node, has it stand still in boot485, and writes the pages that are not there yet.
 * Wherever it was interrupted, it goes on with what is missing. What is refused leaves the node running what it ran.
 */
export async function stage(
  line: NodeLine,
  plan: Plan,
  { deadline, patienceMs, onPage }: StageOptions,
): Promise<Staged> {
  let heardAt = line.now();
  let vainEntries = 0;
  const refused = async (fault: UpdateFault): Promise<Staged> => {
    await line.ask(loaderRequests.run());
    return { done: "refused", fault };
  };
  for (;;) {
    if (line.now() >= deadline) return { done: "parked", fault: "too-slow" };
    if (line.now() - heardAt > patienceMs) return { done: "parked", fault: "no-answer" };
    const answering = await whoAnswers(line);
    if (answering?.who === "stranger") return { done: "refused", fault: "no-loader" };
    if (answering?.who === "image") {
      heardAt = line.now();
      const { node } = answering;
      if (!sameNode(node, plan.identity)) return { done: "refused", fault: "wrong-class" };
      if (plan.serial !== undefined && node.serial !== plan.serial) return { done: "refused", fault: "wrong-node" };
      if (node.version === plan.identity.version && node.report?.phase !== "trial") return { done: "already-runs" };
      if (isOlder(plan, node)) return { done: "refused", fault: "older" };
      if (node.loader === 0) return { done: "refused", fault: "no-loader" };
      await line.write(nodeRegisters.command, nodeRegisters.enterLoader);
      await line.wait(200);
    }
    const info = answering ? await askLoader(line) : await knock(line, heardAt + patienceMs - line.now());
    if (info === undefined || info === "image") {
      if (answering?.who === "image" && ++vainEntries >= entries) return { done: "parked", fault: "no-answer" };
      await line.wait(500);
      continue;
    }
    heardAt = line.now();
    if (info.phase === "trial") {
      await line.ask(loaderRequests.run()); // an earlier image has not been judged yet
      await line.wait(2000);
      continue;
    }
    if (plan.serial !== undefined && info.serial !== plan.serial) return refused("wrong-node");
    const { serial, runs } = info;
    if (runs && !sameNode(runs, plan.identity)) return refused("wrong-class");
    if (runs && isOlder(plan, runs)) return refused("older");
    const keys = serial === undefined ? [] : plan.keysOf(serial);
    if (serial === undefined || !info.hasKey || keys.length === 0) return refused("no-key");
    const key = await findKey(line, info, keys, plan.challenge());
    if (key === "none") return refused("wrong-key");
    const written = key && (await writeMissing(line, plan.image, onPage, () => line.now() < deadline));
    if (written === "worn") return refused("not-written");
    if (key && written === "whole")
      return { done: "staged", counter: info.counter, serial, tag: activationTag(key, info, plan.image) };
  }
}

const isOlder = ({ identity, allowOlder }: Plan, { version }: NodeIdentity) =>
  !allowOlder && compareVersions(identity.version, version) < 0;

/** Which of these keys the node has; undefined: no answer. */
export async function findKey(
  line: NodeLine,
  info: LoaderInfo,
  keys: readonly Uint8Array[],
  challenge: Uint8Array,
): Promise<Uint8Array | "none" | undefined> {
  const reply = await line.ask(loaderRequests.prove(challenge));
  if (!reply || "refused" in reply) return undefined;
  const isRight = (key: Uint8Array) => proof(key, info, challenge).every((byte, n) => byte === reply.payload[n]);
  return keys.find(isRight) ?? "none";
}

/** The image in pages, the last one filled up with what an erased flash holds. */
export function pagesOf(image: Uint8Array): readonly Uint8Array[] {
  if (image.length > slotBytes) throw new RangeError(`an image of ${image.length} bytes; a slot has ${slotBytes}`);
  return Array.from({ length: Math.ceil(image.length / pageBytes) }, (_, n) => {
    const page = new Uint8Array(pageBytes).fill(0xff);
    page.set(image.subarray(n * pageBytes, (n + 1) * pageBytes));
    return page;
  });
}

/** CRC-32 of the first pages of a slot; undefined when an answer stayed out. */
export async function askDigests(
  line: NodeLine,
  slot: "running" | "staged",
  pages: number,
): Promise<readonly number[] | undefined> {
  const digests: number[] = [];
  while (digests.length < pages) {
    const count = Math.min(digestsPerRequest, pages - digests.length);
    const reply = await line.ask(loaderRequests.digests(slot, digests.length, count));
    if (!reply || "refused" in reply) return undefined;
    digests.push(...readDigests(reply.payload));
  }
  return digests;
}

async function writeMissing(
  line: NodeLine,
  image: Uint8Array,
  onPage: (written: number, missing: number) => void,
  hasTime: () => boolean,
): Promise<"whole" | "worn" | undefined> {
  const pages = pagesOf(image);
  const wanted = pages.map(crc32);
  const found = await askDigests(line, "staged", pages.length);
  if (!found) return undefined;
  const missing = wanted.flatMap((crc, page) => (crc === found[page] ? [] : [page]));
  onPage(0, missing.length);
  for (const [n, page] of missing.entries()) {
    for (let attempt = 1; ; attempt++) {
      if (!hasTime()) return undefined;
      const reply = await line.ask(loaderRequests.write(page, pages[page]!));
      if (!reply || "refused" in reply) return undefined;
      if (readDigests(reply.payload)[0] === wanted[page]) break;
      if (attempt === writesOfOnePage) return "worn";
    }
    onPage(n + 1, missing.length);
  }
  return "whole";
}
