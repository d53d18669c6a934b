import { connect, createServer, type Socket } from "node:net";
import { systemClock } from "@weir/wire/clock.ts";

/** What the road between a gateway and its broker is like. */
export type Weather = {
  /** Each way, before a byte arrives. */
  readonly latencyMs: number;
  /** Up to so much more, drawn anew for each piece; bytes never overtake each other. */
  readonly jitterMs: number;
  /** Share of pieces that come a retransmission later, as a lost packet does. */
  readonly loss: number;
  readonly bytesPerSecond: number;
};

export const calm: Weather = { latencyMs: 0, jitterMs: 0, loss: 0, bytesPerSecond: Number.POSITIVE_INFINITY };

/** A TCP road in one place that can be spoilt. New connections go through in whatever weather there is. */
export type Network = {
  set(weather: Weather): void;
  /** New connections lead to this port of 127.0.0.1. */
  lead(to: number): void;
  /** Tears every connection down with a reset. */
  reset(): void;
  /** The connections of this moment swallow all bytes from now on and never end: what a router does that has lost its table. */
  swallow(): void;
  /** Nobody is reached any more; connections that are open are reset. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
};

const retransmitMs = 250;
const mostQueuedBytes = 2 ** 20;
const never = new AbortController().signal;

/** Listens on 127.0.0.1:port and passes everything on to 127.0.0.1:to, or wherever it is led. */
export async function openNetwork(
  { port, ...way }: { readonly port: number; readonly to: number },
  draw: () => number,
): Promise<Network> {
  const sockets = new Set<Socket>();
  const swallowing = new WeakSet<Socket>();
  let weather = calm;
  let isCut = false;
  let to = way.to;

  function pipe(from: Socket, onto: Socket): void {
    let queued = 0;
    let lastAt = 0;
    let chain = Promise.resolve();
    from.on("data", (bytes) => {
      if (swallowing.has(from)) return;
      queued += bytes.length;
      if (queued > mostQueuedBytes) from.pause();
      const { latencyMs, jitterMs, loss, bytesPerSecond } = weather;
      const lost = loss > 0 && draw() < loss ? retransmitMs : 0;
      const way = latencyMs + (jitterMs > 0 ? jitterMs * draw() : 0) + lost + (1000 * bytes.length) / bytesPerSecond;
      lastAt = Math.max(lastAt, systemClock.monotonic() + way);
      const dueAt = lastAt;
      chain = chain.then(async () => {
        const left = dueAt - systemClock.monotonic();
        if (left > 1) await systemClock.sleep(left, never);
        if (!onto.destroyed && !swallowing.has(from)) onto.write(bytes);
        queued -= bytes.length;
        if (from.isPaused() && queued < mostQueuedBytes / 2) from.resume();
      });
    });
    from.on("close", () => {
      if (!swallowing.has(from)) void chain.then(() => onto.destroy());
    });
    from.on("error", () => from.destroy());
  }

  const server = createServer({ noDelay: true }, (near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connect({ port: to, host: "127.0.0.1", noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    pipe(near, far);
    pipe(far, near);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });

  function reset(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  return {
    set: (wanted) => {
      weather = wanted;
    },
    lead: (port) => {
      to = port;
    },
    reset,
    swallow() {
      for (const socket of sockets) swallowing.add(socket);
    },
    cut() {
      isCut = true;
      reset();
    },
    mend() {
      isCut = false;
      weather = calm;
    },
    async close() {
      reset();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
