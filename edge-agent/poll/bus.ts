import type { Clock } from "@weir/wire/clock.ts";
import {
  isSaidNo,
  type Line,
  type LineSettings,
  LinkError,
  lineSettings,
  type Medium,
  type Transport,
  type Turn,
} from "../drivers/driver.ts";
import { pollingStopped } from "../drivers/faults.ts";
import type { openLink } from "../drivers/links/open.ts";
import { backoffMs } from "./backoff.ts";
import { createGuests } from "./guests.ts";
import { createLiveness } from "./liveness.ts";
import type { BusConfig, PollEvent } from "./poll.ts";
import { createTurns } from "./turns.ts";
import { createUsage, type Usage } from "./usage.ts";

/** A line whose link is kept open: one exchange at a time, in the order of turns.ts, guests after all. */
export type Bus = Line<Medium> & {
  readonly name: string;
  /** The same line for instruments whose serial settings differ from its own: they are switched before an exchange. */
  at(settings?: Partial<LineSettings>): Line<Medium>;
  /** Calls back each time the link comes up. Returns a function that stops it. */
  onUp(listener: () => void): () => void;
  status(): BusStatus;
  /** Resolves when the link is closed; waiting exchanges have been rejected. */
  close(): Promise<void>;
};

export type BusStatus = Usage & {
  readonly name: string;
  readonly transport: Transport["kind"];
  /** down only when it could not be opened for 3 s and two tries; until then connecting. */
  readonly link: "connecting" | "up" | "down";
  /** Why it is down, and what to check. */
  readonly why: string | undefined;
  readonly connects: number;
  readonly waiting: number;
};

export type BusContext = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly report: (event: PollEvent) => void;
  readonly openLink: typeof openLink;
};

type Claim = Turn & { start(medium: Medium): Promise<void>; reject(why: LinkError): void };

/** A TCP link on which so many requests in a row went unanswered, for so long, may be half dead: it is opened anew. */
const deafAfterTimeouts = 3;
const deafAfterMs = 10_000;
/** So long after the agent's own exchange no guest gets the line: the next request of the same cycle comes within it. */
const courtesyMs = 20;
/** An adapter that is plugged in again is tried so soon: to look whether it is there costs nobody else anything. */
const portBackoffMs = 1000;

export function openBus(config: BusConfig, { clock, random, signal, report, openLink }: BusContext): Bus {
  const { name, transport, connectTimeoutMs } = config;
  const closing = new AbortController();
  const stop = AbortSignal.any([signal, closing.signal]);
  const turns = createTurns<Claim>();
  const guests = createGuests<Claim>(clock);
  const usage = createUsage(clock);
  const listeners = new Set<() => void>();
  const liveness = createLiveness(random, clock.monotonic());
  let link: Medium | undefined;
  let down: LinkError | undefined;
  let serving = false;
  let connects = 0;
  let timeouts = 0;
  let worked = false;
  let guestsFrom = clock.monotonic();
  let letsGuestsIn = false;

  async function keepOpen(): Promise<void> {
    let failures = 0;
    while (!stop.aborted) {
      try {
        link = await openLink(transport, { timeoutMs: connectTimeoutMs, clock }, stop);
        connects++;
        worked = false;
        timeouts = 0;
        if (liveness.succeeded(clock.monotonic()) || connects === 1) report({ event: "link-up", bus: name });
        down = undefined;
        for (const listener of listeners) listener();
        void serve();
        const why = await untilClosed(link);
        link = undefined;
        if (worked) failures = 0;
        else throw why;
      } catch (error) {
        if (stop.aborted) break;
        const why = asLinkError(error);
        rejectAll(noLink(why));
        if (liveness.failed(clock.monotonic())) report({ event: "link-down", bus: name, why: why.message });
        await clock.sleep(backoffMs(failures++, random, longestWaitMs(transport, why)), stop);
      }
    }
    rejectAll(new LinkError("closed", `bus ${name} has been closed`));
  }

  async function untilClosed(open: Medium): Promise<LinkError> {
    const close = () => void open.close();
    stop.addEventListener("abort", close);
    if (stop.aborted) close();
    const why = await open.closed;
    stop.removeEventListener("abort", close);
    return why;
  }

  function rejectAll(why: LinkError): void {
    down = why;
    for (let claim = turns.take() ?? guests.take(); claim; claim = turns.take() ?? guests.take()) claim.reject(why);
  }

  async function serve(): Promise<void> {
    if (serving) return;
    serving = true;
    while (link) {
      const claim = turns.take() ?? (clock.monotonic() < guestsFrom ? undefined : guests.take());
      if (!claim) break;
      if (claim.signal.aborted) claim.reject(pollingStopped());
      else await claim.start(link);
      if (!claim.guest) guestsFrom = clock.monotonic() + courtesyMs;
    }
    serving = false;
    if (link && guests.size() > 0) void letGuestsIn();
  }

  async function letGuestsIn(): Promise<void> {
    if (letsGuestsIn) return;
    letsGuestsIn = true;
    await clock.sleep(guestsFrom - clock.monotonic(), stop);
    letsGuestsIn = false;
    void serve();
  }

  function judge(open: Medium, error?: unknown): void {
    const code = error instanceof LinkError ? error.code : undefined;
    usage.ended(code);
    if (code === undefined || isSaidNo(code)) {
      worked = true;
      timeouts = 0;
    } else if (code === "timeout") timeouts++;
    if (transport.kind === "serial") return;
    const isDeaf = timeouts >= deafAfterTimeouts && clock.monotonic() - open.lastHeardAt() >= deafAfterMs;
    if (isDeaf || (transport.kind === "tcp" && code === "frame")) void open.close();
  }

  const finished = keepOpen();

  function exchange<T>(turn: Turn, job: (medium: Medium) => Promise<T>, settings: Transport): Promise<T> {
    if (down) return Promise.reject(down);
    return new Promise((resolve, reject) => {
      const queue = turn.guest ? guests : turns;
      queue.add({
        ...turn,
        reject,
        start: async (open) => {
          usage.began();
          try {
            const own = lineSettings(settings);
            if (own) await open.set?.(own);
            const value = await job(open);
            judge(open);
            resolve(value);
          } catch (error) {
            judge(open, error);
            reject(error);
          }
        },
      });
      void serve();
    });
  }

  const lines = new Map<string, Line<Medium>>();

  function at(settings: Partial<LineSettings> = {}): Line<Medium> {
    const own: Transport = lineSettings(transport) ? { ...transport, ...settings } : transport;
    const key = JSON.stringify(own);
    const line: Line<Medium> = lines.get(key) ?? {
      transport: own,
      clock,
      exchange: (turn, job) => exchange(turn, job, own),
    };
    lines.set(key, line);
    return line;
  }

  return {
    ...at(),
    name,
    at,
    onUp: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    status: () => ({
      name,
      transport: transport.kind,
      link: link ? "up" : liveness.isUp() ? "connecting" : "down",
      why: down?.message,
      connects,
      waiting: turns.size() + guests.size(),
      ...usage.read(),
    }),
    close: async () => {
      closing.abort();
      await finished;
    },
  };
}

/** A server that is up again is tried at each of its publishing intervals; one that said no, to a password perhaps, is not pestered. */
function longestWaitMs(transport: Transport, { code }: LinkError): number | undefined {
  if (transport.kind === "serial") return portBackoffMs;
  return transport.kind === "opcua" && !isSaidNo(code) ? transport.publishMs : undefined;
}

/** What a device is told of a link that is not there: whatever the reason, it is no answer and no silence of the device. */
function noLink(why: LinkError): LinkError {
  return why.code === "closed" ? why : new LinkError("refused", why.message, { cause: why });
}

function asLinkError(error: unknown): LinkError {
  return error instanceof LinkError ? error : new LinkError("refused", String(error), { cause: error });
}
