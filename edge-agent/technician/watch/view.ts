import type { Change } from "./board.ts";

/** Where a watch shows. */
export type View = {
  /** Something on the board is new. */
  tell(change: Change): void;
  /** Shows the board as it is now; called twice a second. */
  draw(): void;
  /** Gives the terminal back. Idempotent. */
  close(): void;
};
