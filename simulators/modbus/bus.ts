import type { Socket } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";
import { createOutlet, type Delivery } from "../lines/delivery.ts";
import { listen } from "../lines/listen.ts";
import { takeRequest } from "../meters/frame.ts";
import type { Meter } from "../meters/meter.ts";
import { type Framing, rtuFraming, tcpFraming } from "./frame.ts";
import { createLine, type LineTiming } from "./line.ts";
import { answer, exceptionReply, parseRequest, type Unit } from "./pdu.ts";

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

const wordGapMs = 200;
const broadcast = 0;

/** Serves one bus until the signal aborts. Resolves, with the port, once it listens; rejects with what `listen` says. */
export async function serveBus(options: BusOptions, signal: AbortSignal): Promise<number> {
  const framing = options.kind === "tcp" ? tcpFraming : rtuFraming;
  const line = options.timing && createLine(options.timing);
  const { host, port } = options;
  return listen({ host, port, serve: (socket) => serveConnection(socket, framing, line, options, signal) }, signal);
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
  const outlet = createOutlet({
    ...{ socket, line, clock, signal },
    began: () => {
      if (line) buffer = new Uint8Array(0);
    },
    ended: pump,
  });

  socket.on("data", (bytes) => {
    if (line && outlet.isBusy()) return; // collides with the exchange under way
    const now = clock.monotonic();
    const stale = kind === "raw-tcp" && now - heardAt > wordGapMs;
    buffer = stale || buffer.length === 0 ? bytes : Buffer.concat([buffer, bytes]);
    heardAt = now;
    pump();
  });

  function pump(): void {
    while (!outlet.isBusy() && !socket.destroyed) {
      const metered = meters.length > 0 ? takeRequest(buffer) : "noise";
      if (metered === "more") return;
      if (metered !== "noise") {
        const request = buffer.slice(0, metered.length);
        buffer = buffer.subarray(metered.length);
        const now = clock.monotonic();
        if (line && !line.seize(now, metered.length)) continue;
        for (const meter of meters) {
          const frame = meter.answer(metered.request);
          if (frame) outlet.hand(deliver(meter.address, frame), request, now);
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
      outlet.hand(deliver(taken.unit, framing.wrap(taken.unit, pdu, taken.header)), request, now);
    }
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
