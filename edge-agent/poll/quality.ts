import type { Quality } from "@weir/wire/sample.ts";

const rank: Record<Quality, number> = { good: 2, uncertain: 1, bad: 0 };

/** The lesser of two. */
export function worse(a: Quality, b: Quality): Quality {
  return rank[a] < rank[b] ? a : b;
}
