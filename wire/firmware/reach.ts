import {
  type LoaderInfo,
  type LoaderReply,
  type LoaderRequest,
  loaderRequests,
  type NodeAnswer,
  nodeRegisters,
  readInfo,
  readNode,
} from "./boot485.ts";

/** One node on a line, for whoever updates it. Whatever goes wrong on the line is undefined: nothing whole came back. */
export type NodeLine = {
  /** Function 100. */
  ask(request: LoaderRequest): Promise<LoaderReply | undefined>;
  /** Function 4. busy: exception 6, which boot485 gives to what is meant for the image; refused: another exception. */
  read(register: number, count: number): Promise<readonly number[] | "busy" | "refused" | undefined>;
  /** Function 6; whether it was confirmed. */
  write(register: number, value: number): Promise<boolean>;
  /** Lets time pass. Rejects when the work has been stopped. */
  wait(ms: number): Promise<void>;
  /** ms; never goes back. */
  now(): number;
};

/** Who answers: the image, boot485, somebody who is no Weir node, or nobody. */
export type Answering =
  | { readonly who: "image"; readonly node: NodeAnswer }
  | { readonly who: "loader" }
  | { readonly who: "stranger" }
  | undefined;

/** Asks the image. boot485 says that it is busy, and goes on to start the image as if nobody had asked. */
export async function whoAnswers(line: NodeLine): Promise<Answering> {
  const words = await line.read(nodeRegisters.identity, nodeRegisters.words);
  if (words === undefined) return undefined;
  if (words === "busy") return { who: "loader" };
  if (words !== "refused") return nodeOf(words);
  const fewer = await line.read(nodeRegisters.identity, nodeRegisters.words - 3); // a node from before boot485
  return Array.isArray(fewer) ? nodeOf([...fewer, 0, 0, 0]) : { who: "stranger" };
}

function nodeOf(words: readonly number[]): Answering {
  const node = readNode(words);
  return node ? { who: "image", node } : { who: "stranger" };
}

/** Asks boot485, which stays for ten seconds then. image: somebody else is there, who knows no such function. */
export async function askLoader(line: NodeLine): Promise<LoaderInfo | "image" | undefined> {
  const reply = await line.ask(loaderRequests.info());
  if (!reply) return undefined;
  return "payload" in reply ? readInfo(reply.payload) : "image";
}

export async function askInfo(line: NodeLine): Promise<LoaderInfo | undefined> {
  const answer = await askLoader(line);
  return answer === "image" ? undefined : answer;
}

/** boot485 listens for a second after a reset: asked more often than that, it is not missed. */
const knockEveryMs = 700;

/**
 * Asks boot485 again and again, until it answers, an image does, or the time is up. An image that hangs is reset by its watchdog within two
 * seconds, one that is dead is not started at all.
 */
export async function knock(line: NodeLine, forMs: number): Promise<LoaderInfo | "image" | undefined> {
  const until = line.now() + forMs;
  for (;;) {
    const answer = await askLoader(line);
    if (answer || line.now() >= until) return answer;
    await line.wait(knockEveryMs);
  }
}
