import { createServer, type Socket } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";
import { takeRequest } from "../meters/frame.ts";
import type { Meter } from "../meters/meter.ts";
import { type Framing, rtuFraming, tcpFraming } from "./frame.ts";
import { createLine, type LineTiming } from "./line.ts";
import { answer, exceptionReply, parseRequest, type Unit } from "./pdu.ts";

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

export type BusOptions = {
  readonly name: string;
  readonly kind: "tcp" | "raw-tcp";
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly units: ReadonlyMap<number, Unit>;
  /** Meters that hang on the same line; only for raw-tcp. */
  readonly meters?: readonly Meter[];
  /** Serial timing; only for raw-tcp. Absent: replies leave at once. */
  readonly timing?: LineTiming;
  /** What becomes of a whole reply on its way out; faults live here. */
  readonly deliver: (unit: number | string, frame: Uint8Array) => Delivery;
  readonly clock: Clock;
};

const idleMs = 600_000;
const wordGapMs = 200;
const broadcast = 0;

/** Serves one bus until the signal aborts. Resolves, with the port, once it listens; rejects with what `listen` says. */
export async function serveBus(options: BusOptions, signal: AbortSignal): Promise<number> {
  const framing = options.kind === "tcp" ? tcpFraming : rtuFraming;
  const line = options.timing && createLine(options.timing);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveConnection(socket, framing, line, options, signal);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  signal.addEventListener("abort", () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  if (signal.aborted) server.close();
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : options.port;
}

function serveConnection(
  socket: Socket,
  framing: Framing,
  line: ReturnType<typeof createLine> | undefined,
  { units, meters = [], deliver, clock, kind }: BusOptions,
  signal: AbortSignal,
): void {
  let buffer: Uint8Array = new Uint8Array(0);
  let heardAt = 0;
  let waiting = false;

  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    if (line && waiting) return; // collides with the exchange under way
    const now = clock.monotonic();
    const stale = kind === "raw-tcp" && now - heardAt > wordGapMs;
    buffer = stale || buffer.length === 0 ? bytes : Buffer.concat([buffer, bytes]);
    heardAt = now;
    pump();
  });

  function pump(): void {
    while (!waiting && !socket.destroyed) {
      const metered = meters.length > 0 ? takeRequest(buffer) : "noise";
      if (metered === "more") return;
      if (metered !== "noise") {
        const request = buffer.slice(0, metered.length);
        buffer = buffer.subarray(metered.length);
        const now = clock.monotonic();
        if (line && !line.seize(now, metered.length)) continue;
        for (const meter of meters) {
          const frame = meter.answer(metered.request);
          if (frame) hand(deliver(meter.address, frame), request, now);
        }
        continue;
      }
      const taken = framing.take(buffer);
      if (taken === "more") return;
      if (taken === "noise") {
        if (kind === "tcp") return void socket.destroy();
        buffer = buffer.subarray(1);
        continue;
      }
      const request = buffer.slice(0, taken.length);
      buffer = buffer.subarray(taken.length);
      const now = clock.monotonic();
      if (line && !line.seize(now, taken.length)) continue;
      const pdu = answerUnit(taken.unit, taken.pdu);
      if (pdu === undefined) continue;
      hand(deliver(taken.unit, framing.wrap(taken.unit, pdu, taken.header)), request, now);
    }
  }

  /** Lets a reply out, spoilt or not, when the line and the faults let it. */
  function hand(delivery: Delivery, request: Uint8Array, now: number): void {
    if (delivery.reset) return void socket.resetAndDestroy();
    if (delivery.echo) socket.write(request);
    if (delivery.bytes === undefined) return;
    const thinkMs = delivery.delayMs + delivery.byteGapMs;
    const delayMs = line && !delivery.overtaken ? line.answer(now, delivery.bytes.length, thinkMs) : thinkMs;
    if (delayMs <= 0) socket.write(delivery.bytes);
    else void send(delivery.bytes, delayMs, delivery);
  }

  async function send(bytes: Uint8Array, delayMs: number, { overtaken, byteGapMs }: Delivery): Promise<void> {
    waiting = !overtaken;
    if (line && waiting) buffer = new Uint8Array(0);
    await clock.sleep(delayMs, signal);
    const pieces = byteGapMs > 0 ? [...bytes].map((byte) => Uint8Array.of(byte)) : [bytes];
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) await clock.sleep(byteGapMs, signal);
      if (!socket.destroyed) socket.write(piece);
    }
    if (overtaken) return;
    line?.release();
    waiting = false;
    pump();
  }

  /** Nothing answers for a unit that is not there; a TCP gateway says so itself (exception 11). */
  function answerUnit(unit: number, pdu: Uint8Array): Uint8Array | undefined {
    const found = units.get(unit);
    if (found) return answer(pdu, found);
    if (kind === "tcp") return exceptionReply(pdu[0]!, 11);
    const request = parseRequest(pdu);
    if (unit === broadcast && "kind" in request && request.kind === "write")
      for (const each of units.values()) each.write(request.table, request.start, request.values);
    return undefined;
  }
}
