import { maskedKey } from "@weir/wire/firmware/authenticate.ts";
import { type LoaderInfo, loaderRequests } from "@weir/wire/firmware/boot485.ts";
import { knock } from "@weir/wire/firmware/reach.ts";
import { findKey } from "@weir/wire/firmware/stage.ts";
import { Failure } from "../events.ts";
import { enterLoader, silent } from "./look.ts";
import { keepNodeKey, type LineWork, newChallenge, newNodeKey, readNodeKeys } from "./work.ts";

export type GiveKeyOptions = {
  /** Of the keys of nodes: a new one is kept there before the node has it. */
  readonly file: string;
  /** Also where the node has a key already: it is replaced, and does not travel open. */
  readonly rotate: boolean;
};

type Proven = Awaited<ReturnType<typeof findKey>>;

/** An answer that is lost is asked for again. */
const attempts = 3;
const patienceMs = 3000;

async function which({ line }: LineWork, info: LoaderInfo, keys: readonly Uint8Array[]): Promise<Proven> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = await findKey(line, info, keys, newChallenge());
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Sees to it that a node has a key that the file has, and has it proved. Rejects with a Failure. */
export async function giveKey(work: LineWork, { file, rotate }: GiveKeyOptions): Promise<string> {
  const { line, unit, emit } = work;
  const info = await enterLoader(work);
  const back = async <T>(result: T): Promise<T> => {
    await line.ask(loaderRequests.run());
    return result;
  };
  const { serial } = info;
  if (serial === undefined)
    throw await back(
      new Failure(`the node at address ${unit} has no serial number, and its key goes by that`, {
        causes: ["it is new"],
        next: "weir-firmware commission --serial <n> gives it one",
        board: "it has no key",
      }),
    );
  const known = readNodeKeys(file).get(serial) ?? [];
  const has = info.hasKey ? await which(work, info, known) : undefined;
  if (info.hasKey && has === undefined) throw silent(unit);
  if (has === "none")
    throw await back(
      new Failure(`node ${serial} has a key, and ${file} has not`, {
        causes: ["it was given its key with another file", "it comes from somebody else's line"],
        next: "name the file that has it; a lost key takes a hardware programmer to erase the EEPROM",
        board: "it has the key that it had",
      }),
    );
  if (has && !rotate) return back(`node ${serial} has its key already, and has proved it`);
  const next = (has ? undefined : known[0]) ?? newNodeKey();
  if (!known.includes(next)) keepNodeKey(file, serial, next);
  let now: LoaderInfo = info;
  let proven: Proven;
  for (let attempt = 0; proven !== next && attempt < attempts; attempt++) {
    const { masked, tag } = has ? maskedKey(has, now, next) : { masked: next, tag: new Uint8Array(16) };
    if (has || !now.hasKey) await line.ask(loaderRequests.giveKey(masked, tag)); // once it has the key, this is refused
    const answer = await knock(line, patienceMs);
    if (!answer || answer === "image") throw silent(unit);
    now = answer;
    proven = now.hasKey ? await which(work, now, [next]) : "none";
  }
  if (proven !== next) {
    const causes = ["the line was disturbed just then", "the node's EEPROM is worn out"];
    const next = "say the same again";
    throw await back(
      new Failure(`node ${serial} does not prove the key that it was given`, { causes, next, board: "" }),
    );
  }
  emit({ event: "key-given", serial, unit });
  return back(
    `node ${serial} has its key, and has proved it; ${file} has it too: it belongs on the gateway, and nowhere else`,
  );
}
