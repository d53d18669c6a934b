/** Chance as a pure function: the same seed and the same number give the same outcome for ever. */

/** A sub-seed of its own for everything that has a name (FNV-1a). */
export function seedOf(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/** The n-th draw of a seed, evenly spread over [0, 1). */
export function chance(seed: number, n: number): number {
  let x = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(n | 0, 0x85ebca6b)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** A smooth random walk in [-1, 1] that takes about periodMs to change its mind, with finer movement on top. */
export function wander(seed: number, at: number, periodMs: number): number {
  return 0.75 * glide(seed, at / periodMs) + 0.25 * glide(seed + 1, (at / periodMs) * 4.7);
}

function glide(seed: number, x: number): number {
  const n = Math.floor(x);
  const f = x - n;
  const from = chance(seed, n) * 2 - 1;
  const to = chance(seed, n + 1) * 2 - 1;
  return from + (to - from) * f * f * (3 - 2 * f);
}

/** A unit of measuring noise in [-1, 1] that is new every second: what the last digit of a real instrument does. */
export function flicker(seed: number, at: number): number {
  return chance(seed, Math.floor(at / 1000)) * 2 - 1;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
