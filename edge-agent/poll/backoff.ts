const firstMs = 500;
const longestMs = 30_000;

/** How long to wait after the nth failure in a row (from 0): 0.5 s doubling to 30 s or less, up to a fifth less by chance. */
export function backoffMs(failures: number, random: () => number, mostMs = longestMs): number {
  return Math.min(mostMs, firstMs * 2 ** failures) * (1 - 0.2 * random());
}
