import { connect } from "node:net";

/** A TCP client for tests that knows nothing of Modbus: bytes out, bytes in, as hex. */
export type RawSocket = {
  send(hex: string): void;
  /** The next bytes, exactly as many; rejects when the connection ends before. */
  receive(bytes: number): Promise<string>;
  /** Resolves with how it ended: `end`, or the code of the error (`ECONNRESET`). */
  readonly ended: Promise<string>;
  close(): void;
};

export async function openSocket(port: number): Promise<RawSocket> {
  let heard: Uint8Array = new Uint8Array(0);
  let over: string | undefined;
  let wake: () => void = () => {};
  const socket = connect(port, "127.0.0.1");
  const ended = new Promise<string>((resolve) => {
    const finish = (how: string) => {
      over ??= how;
      resolve(over);
      wake();
    };
    socket.on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    socket.on("end", () => finish("end"));
    socket.on("close", () => finish("end"));
  });
  socket.on("data", (bytes) => {
    heard = Buffer.concat([heard, bytes]);
    wake();
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return {
    ended,
    close: () => socket.destroy(),
    send: (hex) => void socket.write(bytesOf(hex)),
    async receive(count) {
      while (heard.length < count) {
        if (over !== undefined) throw new Error(`the connection ended (${over}) after ${hexOf(heard) || "nothing"}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const taken = heard.subarray(0, count);
      heard = heard.subarray(count);
      return hexOf(taken);
    },
  };
}

/** `01 04 00` → bytes. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.trim().split(/\s+/), (pair) => Number.parseInt(pair, 16));
}

/** Bytes → `01 04 00`. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}
