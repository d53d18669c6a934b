/** A serial port with a board behind it, as a programmer needs it. */
export type Port = {
  /** As the person named it. */
  readonly name: string;
  /** ms that the way there and back may add to an answer: a network's, where the port is a serial server's. */
  readonly latencyMs?: number;
  /** From the next byte on. */
  set(settings: PortSettings): Promise<void>;
  /** Resolves when the bytes are with the operating system. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves with `count` bytes, or with fewer when they have not come within timeoutMs. Rejects when the port goes away or `signal` aborts. */
  read(count: number, timeoutMs: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Throws away what has come in. */
  discard(): Promise<void>;
  /** Pulls the board's reset, by DTR and RTS where there are such lines. */
  resetBoard(): Promise<void>;
  /** Lets time pass: the board's own where it is simulated. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
};

export type PortSettings = { readonly baud: number; readonly parity: "none" | "even" | "odd" };
