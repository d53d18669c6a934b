import { parseObject } from "../json.ts";

/** What a host says of itself, retained at QoS 1 on `spBv1.0/STATE/<host>`. Birth and will of one session carry the same timestamp. */
export type HostState = { readonly online: boolean; readonly timestamp: number };

export function encodeState({ online, timestamp }: HostState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ online, timestamp }));
}

/** Sparkplug 3.0 §6.4.28: a JSON object with `online` (boolean) and `timestamp` (epoch ms). */
export function decodeState(bytes: Uint8Array): HostState | { readonly error: string } {
  const text = new TextDecoder().decode(bytes.subarray(0, 1024));
  const state = parseObject(text);
  const { online, timestamp } = state ?? {};
  if (typeof online !== "boolean" || typeof timestamp !== "number" || !Number.isSafeInteger(timestamp) || timestamp < 0)
    return {
      error: `${JSON.stringify(text.slice(0, 80))} is not a host state: expected {"online":true,"timestamp":<epoch ms>}`,
    };
  return { online, timestamp };
}
