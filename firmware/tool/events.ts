/**
 * What happens while a board is worked on, in order; a line of JSON each with --json. The progress bar, logs and pages are views of it.
 * `ms` is the time since the beginning. Exactly one `done` or `failed` ends the stream.
 */
export type Event = { readonly ms: number } & (
  | { readonly event: "opened"; readonly port: string }
  | { readonly event: "identified"; readonly chip: string; readonly signature: string; readonly bootloader: string }
  | { readonly event: "found"; readonly runs: string | null }
  | {
      readonly event: "writing" | "verifying" | "reading";
      readonly page: number;
      readonly pages: number;
      readonly bytes: number;
      readonly etaMs: number;
    }
  | { readonly event: "verified"; readonly bytes: number; readonly sha256: string }
  | { readonly event: "confirmed"; readonly node: string; readonly unit: number; readonly serial: number | null }
  | { readonly event: "would-write"; readonly pages: number; readonly bytes: number }
  | { readonly event: "done"; readonly what: string }
  | {
      readonly event: "failed";
      readonly what: string;
      readonly causes: readonly string[];
      readonly next: string;
      readonly board: string;
    }
);

/** Without the time, which the stream adds. */
export type Happening = Event extends infer E ? (E extends { readonly ms: number } ? Omit<E, "ms"> : never) : never;
export type Emit = (event: Happening) => void;

/** A stop that a person can act on: likely causes first to last, what to try next, and what the board is left with. */
export class Failure extends Error {
  readonly causes: readonly string[];
  readonly next: string;
  readonly board: string;
  constructor(
    message: string,
    { causes, next, board, ...options }: { causes: readonly string[]; next: string; board: string } & ErrorOptions,
  ) {
    super(message, options);
    this.name = "Failure";
    this.causes = causes;
    this.next = next;
    this.board = board;
  }
}
