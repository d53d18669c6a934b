const firstMs = 500;
const longestMs = 30_000;

/** How long to wait after the nth failure in a row (from 0): 0.5 s doubling to 30 s, up to a fifth less by chance. */
export function backoffMs(failures: number, random: () => number): number {
  return Math.min(longestMs, firstMs * 2 ** failures) * (1 - 0.2 * random());
}
