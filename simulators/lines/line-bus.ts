import type { Socket } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";
import { createLine, type Line, type LineTiming } from "../modbus/line.ts";
import { createOutlet, type Delivery, type Outlet } from "./delivery.ts";
import { listen } from "./listen.ts";

/** Something on a serial line: what it says to the bytes it hears, and what it says by itself. */
export type Speaker = {
  /** For faults. */
  readonly name: string;
  /**
   * Looks at the head of what it has heard and not yet consumed: `more` while that is not complete, otherwise how many bytes
   * it is done with and, where they were for it, the reply. delayMs: how long it thinks, beyond the line's turnaround.
   */
  hear?(heard: Uint8Array): Hearing | "more";
  readonly speak?: { readonly everyMs: number; say(): Uint8Array };
};

export type Hearing = {
  readonly consumed: number;
  readonly reply?: Uint8Array;
  readonly delayMs?: number;
  /** What it says by itself so long after its reply, unless it has thought better of it by then. */
  readonly later?: { readonly afterMs: number; say(): Uint8Array | undefined } | undefined;
};

export type LineBusOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly speakers: readonly Speaker[];
  /** Serial timing. Absent: replies leave at once. */
  readonly timing?: LineTiming;
  /** What becomes of what a speaker says on its way out; faults live here. */
  readonly deliver: (name: string, bytes: Uint8Array) => Delivery;
  readonly clock: Clock;
};

/** A pause inside a request after which an instrument has forgotten its beginning. */
const wordGapMs = 200;
const mostHeard = 4096;

/**
 * A serial line behind a converter's raw TCP port, with instruments that are neither Modbus nor meters. Each hears every byte for
 * itself; what one says by itself goes to every connection. Serves until the signal aborts. Resolves, with the port, once it listens.
 */
export async function serveLineBus(options: LineBusOptions, signal: AbortSignal): Promise<number> {
  const { host, port, speakers, timing, deliver, clock } = options;
  const line = timing && createLine(timing);
  const outlets = new Set<Outlet>();
  const taken = await listen(
    {
      host,
      port,
      serve: (socket) => {
        const outlet = serveConnection(socket, line, options, signal);
        outlets.add(outlet);
        socket.on("close", () => outlets.delete(outlet));
      },
    },
    signal,
  );
  for (const { name, speak } of speakers) if (speak) void talk(name, speak);

  async function talk(name: string, { everyMs, say }: NonNullable<Speaker["speak"]>): Promise<void> {
    for (;;) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) return;
      if (outlets.size === 0) continue;
      const delivery = deliver(name, say());
      for (const outlet of outlets) outlet.speak(delivery);
    }
  }
  return taken;
}

/** `from`: how many bytes of the connection it is done with. `said`: its next reply, kept while another's comes first. */
type Ear = { readonly speaker: Speaker; heard: Uint8Array; from: number; said?: Said | undefined };
type Said = {
  readonly name: string;
  readonly reply: Uint8Array;
  readonly delayMs: number;
  readonly request: Uint8Array;
  /** Where the request ends on the connection. */
  readonly end: number;
  readonly later: Hearing["later"];
};

function serveConnection(
  socket: Socket,
  line: Line | undefined,
  { speakers, deliver, clock }: LineBusOptions,
  signal: AbortSignal,
): Outlet {
  const ears: readonly Ear[] = speakers
    .filter(({ hear }) => hear)
    .map((speaker) => ({ speaker, heard: new Uint8Array(), from: 0 }));
  let heardAt = 0;
  const forget = () => {
    for (const ear of ears) {
      ear.from += ear.heard.length;
      ear.heard = new Uint8Array();
      ear.said = undefined;
    }
  };
  const outlet = createOutlet({
    ...{ socket, line, clock, signal },
    began: () => line && forget(),
    ended: answerAll,
  });

  socket.on("data", (bytes) => {
    if (line && outlet.isBusy()) return; // collides with the exchange under way
    const now = clock.monotonic();
    if (now - heardAt > wordGapMs) forget();
    heardAt = now;
    for (const ear of ears) {
      const heard = Buffer.concat([ear.heard, bytes]);
      ear.heard = heard.subarray(-mostHeard);
      ear.from += heard.length - ear.heard.length;
    }
    answerAll();
  });

  /** One request after the other; those that several instruments answer are answered by each in turn. */
  function answerAll(): void {
    while (!outlet.isBusy() && !socket.destroyed) {
      for (const ear of ears) ear.said ??= listenOn(ear);
      const end = Math.min(...ears.map(({ said }) => said?.end ?? Number.POSITIVE_INFINITY));
      const now = clock.monotonic();
      const answering = ears.filter(({ said }) => said?.end === end).map(({ said }) => said!);
      if (answering.length === 0) return;
      for (const ear of ears) if (ear.said?.end === end) ear.said = undefined;
      if (line && !line.seize(now, answering[0]!.request.length)) continue;
      for (const { name, reply, request, delayMs, later } of answering) {
        const delivery = deliver(name, reply);
        outlet.hand({ ...delivery, delayMs: delivery.delayMs + delayMs }, request, now);
        if (later) void sayLater(name, later);
      }
    }
  }

  async function sayLater(name: string, { afterMs, say }: NonNullable<Hearing["later"]>): Promise<void> {
    await clock.sleep(afterMs, signal);
    const bytes = signal.aborted || socket.destroyed ? undefined : say();
    if (bytes) outlet.speak(deliver(name, bytes));
  }
  return outlet;
}

/** The next thing that an instrument says to what it has heard, if there is one. */
function listenOn(ear: Ear): Said | undefined {
  while (ear.heard.length > 0) {
    const hearing = ear.speaker.hear!(ear.heard);
    if (hearing === "more") return undefined;
    const request = ear.heard.slice(0, Math.max(1, hearing.consumed));
    ear.heard = ear.heard.subarray(request.length);
    ear.from += request.length;
    const { reply, delayMs = 0, later } = hearing;
    if (reply) return { name: ear.speaker.name, reply, delayMs, request, end: ear.from, later };
  }
  return undefined;
}
