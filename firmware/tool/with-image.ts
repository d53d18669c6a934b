import type { Terminal } from "@weir/config/command-line.ts";
import type { Image } from "./hex.ts";
import { imageArgument } from "./image-argument.ts";
import { imageOfBundle } from "./signing/command.ts";
import { createStream, failed } from "./view.ts";

export type ImageGiven = {
  readonly image: Image;
  /** A bundle's approval allows it in place of a newer version. */
  readonly older: boolean;
};

export const isBundle = (name: string): boolean => name.endsWith(".bundle");

/** Reads what was named, an image or a bundle, and does the job with it. What is wrong with it ends the stream of events where programs read that. */
export async function withImage(
  name: string,
  { json, trust }: { readonly json: boolean; readonly trust?: string | undefined },
  terminal: Terminal,
  job: (given: ImageGiven) => Promise<number>,
): Promise<number> {
  let given: ImageGiven;
  try {
    given = isBundle(name)
      ? imageOfBundle(name, { trust, now: Date.now(), err: terminal.err })
      : { image: await imageArgument(name), older: false };
  } catch (error) {
    if (!json) throw error;
    createStream(terminal, json, () => performance.now())(failed(error));
    return 1;
  }
  return job(given);
}
