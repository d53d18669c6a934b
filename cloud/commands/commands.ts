/** A wish to write one writable point of one device, or to bring a node to the firmware of a bundle. */
export type Order = {
  readonly site: string;
  readonly gateway: string;
  readonly device: string;
  readonly metric: string;
  /** In the quantity's own unit. */
  readonly value: number;
  /** The gateway will not run it later than this; no longer than 24 h. */
  readonly expiresInMs: number;
  /** Who asked, for the list. */
  readonly by?: string;
  /** Firmware: the text of the bundle, and what is in it. Then the metric is firmware_state. */
  readonly bundle?: { readonly text: string; readonly what: string };
};

/**
 * sent: on its way, no answer yet; done: written and read back; refused: not run; failed: it may have happened, read the point
 * back; expired: the gateway got it too late, or nothing was heard until it was void (whether it ran is then unknown).
 */
export type CommandState = "sent" | "done" | "refused" | "failed" | "expired";

export type CommandRow = Omit<Order, "bundle"> & {
  readonly id: string;
  readonly state: CommandState;
  /** What was to be installed, where it was firmware. */
  readonly firmware?: string;
  /** Epoch ms. */
  readonly sentAt: number;
  readonly expiresAt: number;
  readonly answeredAt?: number;
  /** What the point held after the write; with done. */
  readonly readBack?: number;
  /** With refused, failed, expired. */
  readonly why?: string;
};

/** Commands down to gateways, each kept with its outcome. Nothing is queued: an offline gateway refuses at once. */
export type Commands = {
  /** Resolves with the final row, at the latest a little after it expired; never stays `sent`. Throws RangeError for an impossible order. */
  send(order: Order): Promise<CommandRow>;
  /** Newest first. */
  list(filter?: {
    readonly site?: string;
    readonly gateway?: string;
    readonly device?: string;
    readonly limit?: number;
  }): readonly CommandRow[];
  /** Calls listener with a row each time it is created or changes. Returns a function that stops it. */
  watch(listener: (row: CommandRow) => void): () => void;
};
