import type { Image } from "./hex.ts";

/**
 * What firmware goes to: a board at a port of its own, through its bootloader (board-target.ts), or a node on a line, through boot485
 * (line/target.ts). Whatever cannot be done rejects with a Failure, whose `board` says what is left.
 */
export type Target = {
  /** Says who is there. Changes nothing. */
  identify(): Promise<void>;
  /** Identifies, writes what is missing, makes sure of it, and hears the new image answer; what was done, in words. */
  flash(image: Image, options: { readonly dryRun: boolean; readonly allowOlder: boolean }): Promise<string>;
  /** Rejects with a Failure that says what differs. */
  verify(image: Image): Promise<string>;
};
