import { createFirmataDecoder, type FirmataMessage } from "@weir/device-profiles/firmata.ts";
import type { Clock } from "@weir/wire/clock.ts";
import { say } from "@weir/wire/sentences.ts";
import { type Link, LinkError, type Medium } from "../driver.ts";
import { pollingStopped } from "../faults.ts";
import { askCapabilities, askChannels, askFirmware, askVersion, join, setSampling } from "./encode.ts";
import { sketchOf, texts } from "./fault.ts";
import { createHistory, type History } from "./history.ts";

/** A board that runs Firmata: its link, what it can do, and what it says. */
export type FirmataBoard = Medium & {
  readonly clock: Clock;
  /** Where it is, for messages. */
  readonly place: string;
  readonly firmware: { readonly name: string; readonly major: number; readonly minor: number };
  /** For each pin: mode → resolution in bits. */
  readonly pins: readonly ReadonlyMap<number, number>[];
  /** Analog channel → its pin. */
  readonly channels: ReadonlyMap<number, number>;
  /** Counts restarts that were noticed: what was set up before is gone. */
  boots(): number;
  /** Tells that the board was found to have restarted. */
  restarted(): void;
  readonly history: History;
  /** Who has set which pin to what, so that two instruments of a board do not fight over one. */
  readonly claims: Map<number, { readonly mode: number; readonly owner: object }>;
  /** Analog reports at least so often from now on; goes out with the next question. */
  sample(ms: number): void;
  send(bytes: Uint8Array): void;
  /** Whether the board answers. */
  isThere(wait: AskWait): Promise<boolean>;
  /** Sends, then hands each message to `hear` until that gives something; undefined when it gave nothing in time. Rejects when the link closes or the signal aborts. */
  ask<T>(bytes: Uint8Array, hear: Hear<T>, wait: AskWait): Promise<T | undefined>;
};

/** May throw a LinkError, which `ask` then rejects with. */
export type Hear<T> = (message: FirmataMessage, at: number) => T | undefined;
export type AskWait = { readonly timeoutMs: number; readonly signal: AbortSignal };

/** Boards with a bootloader are silent for 2 s when their port is opened, some for 8 s. */
const handshakeMs = 10_000;
const askAgainMs = 1000;
const answerMs = 3000;
/** A board that says nothing for so long is asked for its version; one that does not answer then is gone. */
const quietMs = 5000;

const forever = new AbortController().signal;
const anything = (place: string) => ({
  find: (bytes: Uint8Array) => ({ value: Uint8Array.from(bytes), end: bytes.length }),
  fault: () => new LinkError("timeout", `${place} is silent`),
});

/**
 * Finds out who is there. Rejects with a LinkError that says what came instead and what to flash; the link is closed then.
 * A board that falls silent is noticed within 8 s: `closed` says so.
 */
export async function openBoard(link: Link, place: string, clock: Clock, signal: AbortSignal): Promise<FirmataBoard> {
  const decoder = createFirmataDecoder();
  const history = createHistory();
  const listeners = new Set<{ hear(message: FirmataMessage, at: number): void; fail(why: LinkError): void }>();
  const { promise: closed, resolve: tellClosed } = Promise.withResolvers<LinkError>();
  const known = { firmware: undefined as FirmataBoard["firmware"] | undefined };
  let ended: LinkError | undefined;
  let boots = 0;
  let asked = 0;
  let ready = false;
  let bytesHeard = 0;
  let samplingMs = Number.POSITIVE_INFINITY;
  let held = new Uint8Array();

  function end(why: LinkError): void {
    ended ??= why;
    for (const listener of listeners) listener.fail(ended);
    tellClosed(ended);
  }

  async function listen(): Promise<void> {
    let tried = false;
    for (;;) {
      try {
        const bytes = await link.receive(anything(place), { timeoutMs: tried ? answerMs : quietMs, signal: forever });
        tried = false;
        bytesHeard += bytes.length;
        for (const message of decoder.push(bytes)) heard(message);
      } catch (error) {
        const why = error as LinkError;
        if (why.code !== "timeout") return end(why);
        if (!ready) continue;
        if (tried) {
          end(new LinkError("timeout", `${place}: ${say(texts.silentFor, { seconds: (quietMs + answerMs) / 1000 })}`));
          return void link.close();
        }
        tried = true;
        askWho();
      }
    }
  }

  function heard(message: FirmataMessage): void {
    const at = clock.now();
    if (message.kind === "version") {
      if (asked > 0) asked--;
      else if (ready) restarted();
    }
    if (message.kind === "firmware") known.firmware = message;
    history.note(message, at, clock.monotonic());
    for (const listener of [...listeners]) listener.hear(message, at);
  }

  function restarted(): void {
    boots++;
    samplingMs = Number.POSITIVE_INFINITY;
    history.clear();
  }

  function askWho(): void {
    asked++;
    link.send(join([askVersion, askFirmware]));
  }

  function ask<T>(bytes: Uint8Array, hear: Hear<T>, { timeoutMs, signal }: AskWait): Promise<T | undefined> {
    if (ended) return Promise.reject(ended);
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const finish = () => {
        listeners.delete(listener);
        signal.removeEventListener("abort", stopped);
        over.abort("done");
      };
      const fail = (why: unknown) => {
        finish();
        reject(why);
      };
      const listener = {
        hear: (message: FirmataMessage, at: number) => {
          try {
            const value = hear(message, at);
            if (value === undefined) return;
            finish();
            resolve(value);
          } catch (error) {
            fail(error);
          }
        },
        fail,
      };
      const stopped = () => fail(pollingStopped());
      listeners.add(listener);
      if (signal.aborted) return stopped();
      signal.addEventListener("abort", stopped);
      if (held.length + bytes.length > 0) link.send(join([held, bytes]));
      held = new Uint8Array();
      void clock.sleep(timeoutMs, over.signal).then(() => {
        if (over.signal.aborted) return;
        finish();
        resolve(undefined);
      });
    });
  }

  async function shakeHands() {
    const until = clock.monotonic() + handshakeMs;
    while (!known.firmware) {
      if (clock.monotonic() >= until) throw noFirmata(place, bytesHeard);
      asked++;
      const hear: Hear<true> = ({ kind }) => (kind === "firmware" ? true : undefined);
      await ask(join([askVersion, askFirmware]), hear, { timeoutMs: askAgainMs, signal });
    }
    const wait = { timeoutMs: answerMs, signal };
    const able: Hear<{ pins: FirmataBoard["pins"] }> = (message) =>
      message.kind === "capabilities" ? message : undefined;
    const placed: Hear<{ channels: readonly (number | undefined)[] }> = (message) =>
      message.kind === "channels" ? message : undefined;
    const abilities = (await ask(askCapabilities, able, wait)) ?? (await ask(askCapabilities, able, wait));
    const mapping = (await ask(askChannels, placed, wait)) ?? (await ask(askChannels, placed, wait));
    if (!abilities || !mapping)
      throw new LinkError("timeout", `${place}: ${say(texts.tellsNoPins, { sketch: sketchOf(known.firmware) })}`);
    return { pins: abilities.pins, channels: mapping.channels };
  }

  void listen();
  try {
    const { pins, channels } = await shakeHands();
    ready = true;
    return {
      clock,
      place,
      get firmware() {
        return known.firmware!;
      },
      pins,
      channels: new Map(channels.flatMap((channel, pin) => (channel === undefined ? [] : [[channel, pin] as const]))),
      boots: () => boots,
      restarted,
      history,
      claims: new Map(),
      sample: (ms) => {
        if (ms >= samplingMs) return;
        samplingMs = ms;
        held = setSampling(ms);
      },
      isThere: async (wait) => {
        asked++;
        return (await ask(askVersion, ({ kind }) => (kind === "version" ? true : undefined), wait)) ?? false;
      },
      send: (bytes) => link.send(bytes),
      ask,
      lastHeardAt: link.lastHeardAt,
      closed,
      close: () => link.close(),
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}

function noFirmata(place: string, bytes: number): LinkError {
  const seconds = handshakeMs / 1000;
  const text = bytes === 0 ? say(texts.nothingCame, { seconds }) : say(texts.noFirmata, { bytes, seconds });
  return new LinkError("timeout", `${place}: ${text}`);
}
