import { formatTopic } from "@weir/wire/topics.ts";

/** Sparkplug 3.0 §6.4.27: retained, QoS 1, JSON. Birth and will of one session carry the same timestamp. */
export type HostState = { readonly online: boolean; readonly timestamp: number };

export function stateTopic(host: string): string {
  return formatTopic({ verb: "STATE", host });
}

export function encodeState({ online, timestamp }: HostState): Uint8Array {
  return Buffer.from(JSON.stringify({ online, timestamp }));
}

/** undefined for what is not a 3.0 STATE payload. */
export function decodeState(payload: Uint8Array): HostState | undefined {
  try {
    const { online, timestamp } = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>;
    return typeof online === "boolean" && typeof timestamp === "number" ? { online, timestamp } : undefined;
  } catch {
    return undefined;
  }
}
