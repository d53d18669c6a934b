import type { Socket } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";
import type { Line } from "../modbus/line.ts";

/** What leaves for one reply, and when. Nothing to send: `bytes` undefined. */
export type Delivery = {
  readonly bytes: Uint8Array | undefined;
  readonly delayMs: number;
  /** The bus goes on with the next request meanwhile, so this reply arrives among or after later ones. */
  readonly overtaken: boolean;
  /** The connection is torn down instead. */
  readonly reset: boolean;
  /** The adapter sends the request back first. */
  readonly echo: boolean;
  /** Bytes come one by one, so many ms apart; 0: all at once. */
  readonly byteGapMs: number;
};

/** The speaking side of one connection. */
export type Outlet = {
  /** True while a reply is on its way out: the line is busy. */
  isBusy(): boolean;
  /** Lets a reply out, spoilt or not, when the line and the faults let it. `now`: when its request was whole. */
  hand(delivery: Delivery, request: Uint8Array, now: number): void;
  /** Lets out, after the time that its bytes take, what nobody asked for: each behind the one before, the line stays free. */
  speak(delivery: Delivery): void;
};

export type OutletOptions = {
  readonly socket: Socket;
  /** Absent: replies leave at once. */
  readonly line: Line | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A reply that takes time begins, and has gone out. */
  readonly began: () => void;
  readonly ended: () => void;
};

export function createOutlet({ socket, line, clock, signal, began, ended }: OutletOptions): Outlet {
  /** Replies on their way out; several where more than one instrument answers. */
  let pending = 0;
  let spoken: Promise<void> = Promise.resolve();

  async function write(bytes: Uint8Array, delayMs: number, byteGapMs: number): Promise<void> {
    await clock.sleep(delayMs, signal);
    const pieces = byteGapMs > 0 ? [...bytes].map((byte) => Uint8Array.of(byte)) : [bytes];
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) await clock.sleep(byteGapMs, signal);
      if (!socket.destroyed) socket.write(piece);
    }
  }

  async function reply(bytes: Uint8Array, delayMs: number, { overtaken, byteGapMs }: Delivery): Promise<void> {
    if (!overtaken) {
      pending++;
      began();
    }
    await write(bytes, delayMs, byteGapMs);
    if (overtaken) return;
    if (--pending > 0) return;
    line?.release();
    ended();
  }

  return {
    isBusy: () => pending > 0,
    hand: (delivery, request, now) => {
      if (delivery.reset) return void socket.resetAndDestroy();
      if (delivery.echo) socket.write(request);
      if (delivery.bytes === undefined) return;
      const thinkMs = delivery.delayMs + delivery.byteGapMs;
      const delayMs = line && !delivery.overtaken ? line.answer(now, delivery.bytes.length, thinkMs) : thinkMs;
      if (delayMs <= 0) socket.write(delivery.bytes);
      else void reply(delivery.bytes, delayMs, delivery);
    },
    speak: ({ bytes, delayMs, byteGapMs, reset }) => {
      if (reset) return void socket.resetAndDestroy();
      if (bytes === undefined) return;
      const ownMs = line ? line.duration(bytes.length) : 0;
      spoken = spoken.then(() => write(bytes, delayMs + ownMs, byteGapMs));
    },
  };
}
