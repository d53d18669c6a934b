import type { Clock } from "@weir/wire/clock.ts";
import type { Device, Gateway, Reading } from "./answers.ts";
import { ApiError } from "./fault.ts";

/** The part of an HTTP response that a stream needs. */
export type StreamResponse = {
  write(text: string): boolean;
  /** Bytes written that the network has not taken yet. */
  readonly writableLength: number;
  destroy(): unknown;
  once(event: "close", listener: () => void): unknown;
};

export type LiveFilter = { readonly site?: string | undefined; readonly device?: string | undefined };

/** What changed since the last frame; only what is new is in it. */
export type Changes = {
  readonly readings: readonly Reading[];
  readonly devices: readonly Device[];
  readonly gateways: readonly Gateway[];
};

export type LiveOptions = {
  readonly clock: Clock;
  /** Takes what has changed since it was last asked. Not called while nobody listens. */
  readonly changes: () => Changes;
  readonly everyMs?: number;
  readonly beatMs?: number;
  /** A reader that leaves more than this unread is dropped. */
  readonly mostWaitingBytes?: number;
  readonly mostClients?: number;
};

/** Server-sent events (WHATWG HTML 9.2): one frame per event, data on one line of JSON. */
export function formatEvent(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * The live stream. Frames go out every everyMs: of each series only the newest reading, so that a frame is bounded by the number
 * of series. Nothing is kept for a slow reader: it is dropped, and loads afresh when it comes back. Ends with the signal.
 */
export function openLive(options: LiveOptions, signal: AbortSignal) {
  const { clock, changes, everyMs = 500, beatMs = 10_000, mostWaitingBytes = 1_048_576, mostClients = 200 } = options;
  type Client = { readonly response: StreamResponse; readonly filter: LiveFilter };
  const clients = new Set<Client>();
  let dropped = 0;
  let beating = false;

  const send = (client: Client, text: string) => {
    if (client.response.writableLength > mostWaitingBytes) {
      dropped += 1;
      clients.delete(client);
      client.response.destroy();
    } else client.response.write(text);
  };

  const beat = async () => {
    let nextBeatAt = clock.monotonic() + beatMs;
    while (!signal.aborted && clients.size > 0) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) break;
      const frames = framesOf(changes());
      for (const client of clients) {
        const text = frames(client.filter);
        if (text !== "") send(client, text);
      }
      if (clock.monotonic() >= nextBeatAt) {
        nextBeatAt += beatMs;
        const text = `: heartbeat\n${formatEvent("clock", { at: clock.now() })}`;
        for (const client of clients) send(client, text);
      }
    }
    beating = false;
    if (signal.aborted) for (const { response } of clients) response.destroy();
  };

  return {
    /** Throws ApiError `too_many_streams` when no further client may attach. */
    assertRoom(): void {
      if (clients.size >= mostClients)
        throw new ApiError(
          "too_many_streams",
          `${mostClients} live streams are open; close a page, or ask for /api/v1/latest`,
        );
    },
    /** Starts a stream on a response whose head is written. */
    attach(response: StreamResponse, filter: LiveFilter): void {
      const client = { response, filter };
      clients.add(client);
      response.once("close", () => clients.delete(client));
      response.write(`retry: 2000\n${formatEvent("clock", { at: clock.now() })}`);
      if (!beating) {
        beating = true;
        changes();
        void beat();
      }
    },
    clients: () => clients.size,
    /** Readers dropped because they were too slow. */
    dropped: () => dropped,
  };
}

export type Live = ReturnType<typeof openLive>;

/** One text per filter, made once. */
function framesOf({ readings, devices, gateways }: Changes): (filter: LiveFilter) => string {
  const made = new Map<string, string>();
  return ({ site, device }) => {
    const key = JSON.stringify([site, device]);
    const known = made.get(key);
    if (known !== undefined) return known;
    const ofSite = (each: { readonly site: string }) => site === undefined || each.site === site;
    const ofDevice = (each: { readonly site: string; readonly device: string }) =>
      ofSite(each) && (device === undefined || each.device === device);
    const text = [
      ["readings", readings.filter(ofDevice)] as const,
      ["devices", devices.filter(ofDevice)] as const,
      ["gateways", gateways.filter(ofSite)] as const,
    ]
      .filter(([, list]) => list.length > 0)
      .map(([event, list]) => formatEvent(event, list))
      .join("");
    made.set(key, text);
    return text;
  };
}
