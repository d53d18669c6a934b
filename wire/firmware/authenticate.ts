import { chaskey12 } from "./chaskey.ts";

/** What every message to one node begins with: for whom and for when, so that it is good for no other node and no second time. */
export type Occasion = { readonly serial: number | undefined; readonly counter: number };

/** boot485 activates what is staged when it has been given this of it. image: with its seal. */
export function activationTag(key: Uint8Array, occasion: Occasion, image: Uint8Array): Uint8Array {
  return tag(key, "A", occasion, image);
}

/** What a node with this key answers to a challenge of 8 bytes. */
export function proof(key: Uint8Array, occasion: Occasion, challenge: Uint8Array): Uint8Array {
  return tag(key, "P", occasion, challenge);
}

/** A new key for a node that has this one: masked, and the tag that it wants with it. */
export function maskedKey(
  key: Uint8Array,
  occasion: Occasion,
  next: Uint8Array,
): { readonly masked: Uint8Array; readonly tag: Uint8Array } {
  const mask = tag(key, "M", occasion, new Uint8Array());
  const masked = next.map((byte, n) => byte ^ mask[n]!);
  return { masked, tag: tag(key, "K", occasion, masked) };
}

function tag(key: Uint8Array, purpose: string, { serial = 0xffffffff, counter }: Occasion, message: Uint8Array) {
  const whole = new Uint8Array(7 + message.length);
  const view = new DataView(whole.buffer);
  whole[0] = purpose.charCodeAt(0);
  view.setUint32(1, serial);
  view.setUint16(5, counter);
  whole.set(message, 7);
  return chaskey12(key, whole);
}
