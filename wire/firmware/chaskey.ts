/**
 * Chaskey-12, a message authentication code for microcontrollers (N. Mouha and others, SAC 2014; ISO/IEC 29192-6:2019).
 * key: 16 bytes. The tag has 16. Throws RangeError for another key.
 */
export function chaskey12(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (key.length !== 16) throw new RangeError(`a key of Chaskey has 16 bytes, not ${key.length}`);
  const state = key.slice();
  const words = new Uint32Array(4);
  const view = new DataView(state.buffer);
  const permute = () => {
    for (let n = 0; n < 4; n++) words[n] = view.getUint32(4 * n, true);
    for (let round = 0; round < 12; round++) mix(words);
    for (let n = 0; n < 4; n++) view.setUint32(4 * n, words[n]!, true);
  };
  const whole = message.length > 0 && message.length % 16 === 0;
  const last = Math.max(0, Math.ceil(message.length / 16) - 1) * 16;
  for (let at = 0; at < last; at += 16) {
    for (let n = 0; n < 16; n++) state[n]! ^= message[at + n]!;
    permute();
  }
  for (let at = last; at < message.length; at++) state[at - last]! ^= message[at]!;
  if (!whole) state[message.length - last]! ^= 1;
  const closing = whole ? doubled(key) : doubled(doubled(key));
  for (let n = 0; n < 16; n++) state[n]! ^= closing[n]!;
  permute();
  return state.map((byte, n) => byte ^ closing[n]!);
}

function mix(v: Uint32Array): void {
  v[0]! += v[1]!;
  v[1] = turned(v[1]!, 5) ^ v[0]!;
  v[0] = turned(v[0]!, 16);
  v[2]! += v[3]!;
  v[3] = turned(v[3]!, 8) ^ v[2]!;
  v[0]! += v[3]!;
  v[3] = turned(v[3]!, 13) ^ v[0]!;
  v[2]! += v[1]!;
  v[1] = turned(v[1]!, 7) ^ v[2]!;
  v[2] = turned(v[2]!, 16);
}

const turned = (word: number, left: number) => (word << left) | (word >>> (32 - left));

/** Times x in the field of 2^128 that the authors chose: x^128 + x^7 + x^2 + x + 1, little-endian. */
function doubled(key: Uint8Array): Uint8Array {
  const carry = key[15]! & 0x80 ? 0x87 : 0;
  return key.map((byte, n) => (byte << 1) ^ (n === 0 ? carry : key[n - 1]! >> 7));
}
