import type { ModbusAddress, Profile } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";

/** Where a point lives, in its protocol's own terms. */
export type Address = ModbusAddress;

/** What one address gave. `at` is epoch ms when the reply that carried it arrived. */
export type Result = { readonly raw: number; readonly at: number } | { readonly error: LinkErrorCode };

/**
 * timeout: nothing came. crc, frame: what came was not a whole frame. mismatch: a frame, but not the answer to this request.
 * exception-1..11: the device said no. closed: the link went away. refused: it could not be opened.
 * unsupported: learnt earlier that the device has no such register.
 */
export type LinkErrorCode =
  | "timeout"
  | "crc"
  | "frame"
  | "mismatch"
  | "closed"
  | "refused"
  | "unsupported"
  | `exception-${number}`;

/** Its message says what happened, where, and what to check next. */
export class LinkError extends Error {
  readonly code: LinkErrorCode;
  constructor(code: LinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What carries the bytes of a bus. tcp: Modbus TCP framing. rtu-over-tcp: serial frames through a transparent device server. */
export type Transport =
  | { readonly kind: "tcp" | "rtu-over-tcp"; readonly host: string; readonly port: number }
  | {
      readonly kind: "serial";
      readonly path: string;
      readonly baud: number;
      readonly parity: "none" | "even" | "odd";
      readonly stopBits: 1 | 2;
    };

/** An open road for bytes. One user at a time; the bus sees to that. */
export type Link = {
  /** Hands the bytes to the operating system. What becomes of them, `receive` tells. */
  send(bytes: Uint8Array): void;
  /** Throws away all that has come in. */
  discard(): void;
  /**
   * Resolves with the first thing the reader finds in what has come in and comes in; drops the bytes up to its end.
   * Rejects with the reader's fault after timeoutMs, or quietMs after the last byte of a spoilt answer; with `closed` when
   * the link closes or the signal aborts; with whatever `find` throws.
   */
  receive<T>(reader: Reader<T>, wait: Wait): Promise<T>;
  /** Monotonic ms of the last byte either way. */
  lastByteAt(): number;
  /** Monotonic ms of the last byte received, or of opening. */
  lastHeardAt(): number;
  /** Resolves with the reason once the link is closed by either side. */
  readonly closed: Promise<LinkError>;
  /** Idempotent. */
  close(): Promise<void>;
};

export type Reader<T> = {
  find(bytes: Uint8Array): { readonly value: T; readonly end: number } | undefined;
  /** What to say when nothing was found in these bytes. */
  fault(bytes: Uint8Array): LinkError;
  /** True when the answer is there but damaged, so that nothing better will come once the line is quiet. */
  spoilt?(bytes: Uint8Array): boolean;
};

export type Wait = { readonly timeoutMs: number; readonly quietMs?: number; readonly signal: AbortSignal };

/** A claim on the bus. Urgent ones (commands) go before the rest, then the earliest deadline (monotonic ms) goes first. */
export type Turn = { readonly urgent: boolean; readonly deadline: number; readonly signal: AbortSignal };

/** A bus as a driver sees it. */
export type Line = {
  readonly transport: Transport;
  readonly clock: Clock;
  /**
   * Runs the job alone on the line when its turn comes. One job is one request and its reply, so that others may go between.
   * Rejects with a LinkError: the job's own, or why there is no link; at once when the link is known to be down.
   */
  exchange<T>(turn: Turn, job: (link: Link) => Promise<T>): Promise<T>;
};

export type Instrument = { readonly unit: number; readonly timeoutMs: number; readonly profile: Profile };

/** A protocol. */
export type Driver = {
  /** Sends nothing yet. */
  open(instrument: Instrument, line: Line): Connection;
};

/** One instrument on a line, and what has been learnt of it. The link may come and go meanwhile. */
export type Connection = {
  /**
   * One result per address, in the order asked; a point that fails does not fail the others. Never rejects.
   * Waits of a start–wait–read measurement do not hold the line. Pass the same array again: its plan is remembered.
   */
  read(addresses: readonly Address[], turn: Turn): Promise<readonly Result[]>;
  /** The raw number in the address's type. Resolves when the device confirmed it. Rejects with a LinkError. */
  write(order: WriteOrder, turn: Turn): Promise<void>;
  /** The cheapest question that shows whether the device is there; any answer will do. */
  probe(addresses: readonly Address[], turn: Turn): Promise<void>;
  stats(): ConnectionStats;
  /** Idempotent. Reads after it give `closed`. */
  close(): void;
};

export type WriteOrder = { readonly address: Address; readonly raw: number; readonly multiple: boolean };

export type ConnectionStats = {
  readonly requests: number;
  /** Replies of any kind, exceptions too. */
  readonly replies: number;
  /** Wall clock, epoch ms, and monotonic; undefined before the first reply. */
  readonly lastReplyAt: number | undefined;
  /** Running average of the time from request to reply, without the bytes' own time on a serial line. */
  readonly replyDelayMs: number;
  readonly unsupported: readonly Pick<Address, "table" | "register">[];
  /** The last thing that went wrong, in words. */
  readonly lastError: string | undefined;
};
