import type { Address, Profile } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { OpcuaServer } from "./opcua/server.ts";

/** What one address gave. */
export type Result = Heard | { readonly error: LinkErrorCode };

/**
 * `at` is epoch ms: when the reply that carried it arrived, or the instrument's own time where its protocol has one.
 * `quality` is given where the instrument itself doubts the value. `earlier`: what it told since the last read, oldest first,
 * where it reports by itself.
 */
export type Heard = Told & { readonly earlier?: readonly Told[] };
export type Told = { readonly raw: number; readonly at: number; readonly quality?: "uncertain" };

/**
 * timeout: nothing came. crc, frame: what came was not a whole frame. mismatch: a frame, but not the answer to this request.
 * exception-1..255, Bad…: the device said no, in its protocol's own code. closed: the link went away. refused: it could not be opened.
 * unsupported: learnt earlier that the device has no such register. busy: a guest's turn has not come in time.
 */
export type LinkErrorCode =
  | "timeout"
  | "crc"
  | "frame"
  | "mismatch"
  | "closed"
  | "refused"
  | "unsupported"
  | "busy"
  | `exception-${number}`
  | `Bad${string}`;

/** True when the device answered and said no. */
export function isSaidNo(code: LinkErrorCode): boolean {
  return code.startsWith("exception-") || code.startsWith("Bad");
}

/** Its message says what happened, where, and what to check next. */
export class LinkError extends Error {
  readonly code: LinkErrorCode;
  constructor(code: LinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * What a bus is. tcp: Modbus TCP framing. raw-tcp: serial frames through a transparent device server. rfc2217: the same through a
 * device server that lets its line be set.
 */
export type Transport =
  | { readonly kind: "tcp" | "raw-tcp"; readonly host: string; readonly port: number }
  | ({ readonly kind: "rfc2217"; readonly host: string; readonly port: number } & LineSettings)
  | ({ readonly kind: "serial"; readonly path: string } & LineSettings)
  | { readonly kind: "firmata"; readonly board: FirmataPlace }
  | ({ readonly kind: "opcua" } & OpcuaServer);

/** Where a Firmata board is. usb: vendor and product as lsusb shows them, 2341:0043; speed: bits per second. */
export type FirmataPlace =
  | { readonly host: string; readonly port: number }
  | { readonly path: string; readonly speed: number }
  | { readonly usb: string; readonly serialNumber?: string; readonly speed: number };

/** How the bytes of a serial line are sent. */
export type LineSettings = {
  readonly baud: number;
  readonly dataBits: 7 | 8;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
};

/** The settings of a line that this gateway sets; undefined for what is no serial line, or sets them itself. */
export function lineSettings(transport: Transport): LineSettings | undefined {
  return "baud" in transport ? transport : undefined;
}

/** What a bus keeps open: a link for bytes, or the session of a protocol that has one. */
export type Medium = {
  /** Monotonic ms of the last sign of life from the other side, or of opening. */
  lastHeardAt(): number;
  /** Resolves with the reason once it is closed by either side. */
  readonly closed: Promise<LinkError>;
  /** Where serial settings can be changed: resolves when they are; at once when nothing differs. Rejects with a LinkError; where that left it unusable, it is closed. */
  set?(settings: LineSettings): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
};

/** An open road for bytes. One user at a time; the bus sees to that. */
export type Link = Medium & {
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
  /** Hands over every chunk that comes in, as it comes, whoever else reads or throws it away. Returns a function that stops it. */
  overhear(listener: (chunk: Uint8Array) => void): () => void;
  /** Monotonic ms of the last byte either way. */
  lastByteAt(): number;
};

export type Reader<T> = {
  find(bytes: Uint8Array): { readonly value: T; readonly end: number } | undefined;
  /** What to say when nothing was found in these bytes. */
  fault(bytes: Uint8Array): LinkError;
  /** True when the answer is there but damaged, so that nothing better will come once the line is quiet. */
  spoilt?(bytes: Uint8Array): boolean;
};

export type Wait = { readonly timeoutMs: number; readonly quietMs?: number; readonly signal: AbortSignal };

/**
 * A claim on the bus. Urgent ones (commands) go before the rest, then the earliest deadline (monotonic ms) goes first. Guests,
 * another master's requests, go when the agent itself wants nothing, each in its order, and are rejected with `busy` when their
 * deadline passes before that.
 */
export type Turn = {
  readonly urgent: boolean;
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly guest?: true;
};

/** A bus as a driver sees it. */
export type Line<M extends Medium = Link> = {
  readonly transport: Transport;
  readonly clock: Clock;
  /**
   * Runs the job alone on the line when its turn comes. One job is one request and its reply, so that others may go between.
   * Rejects with a LinkError: the job's own, or why there is no link; at once when the link is known to be down.
   */
  exchange<T>(turn: Turn, job: (medium: M) => Promise<T>): Promise<T>;
};

export type Instrument<P extends Profile = Profile> = {
  readonly profile: P;
  readonly timeoutMs: number;
  /** Poll period of points without one of their own; the profile's when it is not given. */
  readonly everyMs?: number | undefined;
  /** Modbus only; 1 when it is not given. */
  readonly unit?: number | undefined;
  /** Instruments that are not told apart by a unit: as config-places.ts says for the protocol. */
  readonly address?: string | undefined;
};

/** A protocol, on the medium it speaks over. */
export type Driver<P extends Profile = Profile, M extends Medium = Link> = {
  /** Sends nothing yet. */
  open(instrument: Instrument<P>, line: Line<M>): Connection<P["points"][number]["at"]>;
};

/** One instrument on a line, and what has been learnt of it. The link may come and go meanwhile. */
export type Connection<At extends Address = Address> = {
  /**
   * One result per address, in the order asked; a point that fails does not fail the others. Never rejects.
   * Waits of a start–wait–read measurement do not hold the line. Pass the same array again: its plan is remembered.
   */
  read(addresses: readonly At[], turn: Turn): Promise<readonly Result[]>;
  /** The raw number in the address's type. Resolves when the device confirmed it. Rejects with a LinkError. */
  write(order: WriteOrder<At>, turn: Turn): Promise<void>;
  /** The cheapest question that shows whether the device is there; any answer will do. */
  probe(addresses: readonly At[], turn: Turn): Promise<void>;
  stats(): ConnectionStats;
  /** Idempotent. Reads after it give `closed`. */
  close(): void;
};

export type WriteOrder<At extends Address = Address> = {
  readonly address: At;
  readonly raw: number;
  readonly multiple: boolean;
};

export type ConnectionStats = {
  readonly requests: number;
  /** Replies of any kind, exceptions too. */
  readonly replies: number;
  /** Wall clock, epoch ms, and monotonic; undefined before the first reply. */
  readonly lastReplyAt: number | undefined;
  /** Running average of the time from request to reply, without the bytes' own time on a serial line. */
  readonly replyDelayMs: number;
  /** Places (device-profiles/place.ts) that the device has been found not to have. */
  readonly unsupported: readonly string[];
  /** The last thing that went wrong, in words. */
  readonly lastError: string | undefined;
};
