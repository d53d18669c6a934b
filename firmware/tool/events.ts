import type { UpdateReport } from "@weir/wire/firmware/boot485.ts";
import type { UpdateFault, UpdateState } from "@weir/wire/firmware/update-state.ts";

/**
 * What happens while a board is worked on, in order; a line of JSON each with --json. The progress bar, logs and pages are views of it.
 * `ms` is the time since the beginning. Exactly one `done` or `failed` ends the stream.
 */
export type Event = { readonly ms: number } & (
  | { readonly event: "opened"; readonly port: string }
  | { readonly event: "identified"; readonly chip: string; readonly signature: string; readonly bootloader: string }
  | { readonly event: "found"; readonly runs: string | null }
  /** What the node itself says, over Modbus; null: nobody answers at that address. */
  | {
      readonly event: "answers";
      readonly node: string | null;
      readonly unit: number;
      readonly serial: number | null;
    }
  | {
      readonly event: "writing" | "verifying" | "reading";
      readonly page: number;
      readonly pages: number;
      readonly bytes: number;
      readonly etaMs: number;
    }
  | { readonly event: "verified"; readonly bytes: number; readonly sha256: string }
  | { readonly event: "confirmed"; readonly node: string; readonly unit: number | null; readonly serial: number | null }
  | { readonly event: "searching"; readonly questions: number; readonly found: number }
  /** A node of the line, as the search found it; `address` 247 is what it left the factory with. */
  | { readonly event: "node"; readonly serial: number | null; readonly address: number; readonly model: string }
  /** More than one node has this serial number, or none. */
  | { readonly event: "twins"; readonly serial: number | null }
  /** More than one node has this address. */
  | { readonly event: "shared"; readonly address: number; readonly serials: readonly (number | null)[] }
  /** Who answers at an address of a line: the image, or boot485, which alone knows whether there is a key. `loader`: boot485's protocol, 0: none. */
  | {
      readonly event: "on-line";
      readonly unit: number;
      readonly who: "image" | "boot485";
      readonly runs: string | null;
      readonly serial: number | null;
      readonly loader: number;
      readonly hasKey: boolean | null;
      readonly report: UpdateReport | null;
    }
  | { readonly event: "pages-alike"; readonly pages: number }
  | { readonly event: "key-given"; readonly serial: number; readonly unit: number }
  /** How far an update over the line has come. */
  | { readonly event: "state"; readonly state: UpdateState; readonly fault: UpdateFault }
  | { readonly event: "serial-given"; readonly serial: number }
  /** Read back at its new address. */
  | {
      readonly event: "assigned";
      readonly serial: number;
      readonly address: number;
      readonly was: number;
      readonly node: string;
      readonly profile: string | null;
    }
  | { readonly event: "line-set"; readonly serial: number; readonly baud: number; readonly parity: string }
  | { readonly event: "label"; readonly file: string; readonly labels: number }
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
