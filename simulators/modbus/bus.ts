import { createServer, type Socket } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";
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
};

export type BusOptions = {
  readonly name: string;
  readonly kind: "tcp" | "rtu-over-tcp";
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly units: ReadonlyMap<number, Unit>;
  /** Serial timing; only for rtu-over-tcp. Absent: replies leave at once. */
  readonly timing?: LineTiming;
  /** What becomes of a whole reply on its way out; faults live here. */
  readonly deliver: (unit: number, frame: Uint8Array) => Delivery;
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
  { units, deliver, clock, kind }: BusOptions,
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
    const stale = kind === "rtu-over-tcp" && now - heardAt > wordGapMs;
    buffer = stale || buffer.length === 0 ? bytes : Buffer.concat([buffer, bytes]);
    heardAt = now;
    pump();
  });

  function pump(): void {
    while (!waiting && !socket.destroyed) {
      const taken = framing.take(buffer);
      if (taken === "more") return;
      if (taken === "noise") {
        if (kind === "tcp") return void socket.destroy();
        buffer = buffer.subarray(1);
        continue;
      }
      buffer = buffer.subarray(taken.length);
      const now = clock.monotonic();
      if (line && !line.seize(now, taken.length)) continue;
      const pdu = answerUnit(taken.unit, taken.pdu);
      if (pdu === undefined) continue;
      const delivery = deliver(taken.unit, framing.wrap(taken.unit, pdu, taken.header));
      if (delivery.reset) return void socket.resetAndDestroy();
      if (delivery.bytes === undefined) continue;
      const delayMs =
        line && !delivery.overtaken ? line.answer(now, delivery.bytes.length, delivery.delayMs) : delivery.delayMs;
      if (delayMs <= 0) socket.write(delivery.bytes);
      else void send(delivery.bytes, delayMs, delivery.overtaken);
    }
  }

  async function send(bytes: Uint8Array, delayMs: number, overtaken: boolean): Promise<void> {
    waiting = !overtaken;
    if (line && waiting) buffer = new Uint8Array(0);
    await clock.sleep(delayMs, signal);
    if (!socket.destroyed) socket.write(bytes);
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
