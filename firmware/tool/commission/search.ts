import type { Answer, BySerial, Heard } from "./by-serial.ts";

/** Asks all nodes of a line. Rejects when the line goes away or the work is stopped. */
export type AskAll = (request: BySerial) => Promise<Heard>;

/** Every node of a line. */
export type Census = {
  /** In the order they were found. A serial number of `twins` may be among them, once. */
  readonly nodes: readonly Answer[];
  /** Serial numbers that more than one node has. */
  readonly twins: readonly number[];
  /** Something answers that cannot be told apart into nodes: noise, or an instrument that answers to what is not for it. */
  readonly unclear: boolean;
  /** How many questions it took. */
  readonly questions: number;
};

/** So often a collision must be seen, and silence behind it, before it says that two have one serial number. */
const tries = 3;
/** To tell a node apart from all others takes at most 64 questions; when so many have told nothing, the line is not to be trusted. */
const patience = 200;

/**
 * Finds every node by its serial number, as ANSI E1.20 (RDM) finds devices on the same kind of line: all whose serial number ends in
 * given bits answer at once; where several do, their answers spoil each other and one bit more is asked for; who was understood is muted.
 * It ends when nobody is left: twice silence to the question that everybody would answer. Noise costs questions and hides no node.
 *
 * The last bits first, because serial numbers are given in series. n nodes take at most n (35 - log2 n) + 4 questions on a quiet line,
 * and about 4 n when their numbers are a series or random.
 */
export async function search(ask: AskAll, found: (node: Answer) => void): Promise<Census> {
  const nodes = new Map<number, Answer>();
  const twins = new Set<number>();
  let questions = 0;
  let lastNews = 0;

  const count = (request: BySerial): Promise<Heard> => {
    questions++;
    return ask(request);
  };
  const isLost = () => questions - lastNews > patience;
  const isQuiet = async () => (await count({ what: "nobody" })) === "silence";

  async function isAlwaysGarbled(request: BySerial): Promise<boolean> {
    for (let n = 0; n < tries; n++) if ((await count(request)) !== "garbled" || !(await isQuiet())) return false;
    return true;
  }

  async function take(node: Answer): Promise<void> {
    if (!nodes.has(node.serial)) {
      nodes.set(node.serial, node);
      lastNews = questions;
      found(node);
    }
    const mute: BySerial = { what: "mute", serial: node.serial };
    if ((await count(mute)) === "garbled" && (await isAlwaysGarbled(mute))) twins.add(node.serial);
  }

  /** Of everybody whose serial number ends in these bits `heard` came. */
  async function descend(bits: number, value: number, heard: Heard): Promise<void> {
    if (heard === "silence" || isLost()) return;
    if (heard !== "garbled") return take(heard);
    if (bits === 32) {
      const mute: BySerial = { what: "mute", serial: value };
      if (!(await isAlwaysGarbled(mute))) return;
      twins.add(value);
      lastNews = questions;
      return;
    }
    for (const bit of [0, 1]) {
      const narrower = (value | (bit << bits)) >>> 0;
      const answer = await count({ what: "find", mask: maskOf(bits + 1), value: narrower });
      await descend(bits + 1, narrower, answer);
    }
  }

  await count({ what: "unmute" });
  await count({ what: "unmute" }); // one may be lost
  const everybody: BySerial = { what: "find", mask: 0, value: 0 };
  let unclear = true;
  // once is enough on a good line; a strong node may drown weaker ones until it is muted
  while (unclear && !isLost()) {
    let heard = await count(everybody);
    if (heard === "silence") heard = await count(everybody);
    unclear = heard !== "silence";
    await descend(0, 0, heard);
  }
  return { nodes: [...nodes.values()], twins: [...twins], unclear, questions };
}

/** The lowest bits. */
const maskOf = (bits: number): number => (bits === 0 ? 0 : 0xffffffff >>> (32 - bits));
