import type { Store } from "../store/store.ts";
import type { RollUpBook } from "./book.ts";

/** The store whose write resolves only after the book knows which windows fell behind: whoever gets a receipt gets its roll-up too. */
export function markedStore(store: Store, book: Pick<RollUpBook, "mark">): Store {
  return {
    ...store,
    async write(points, signal) {
      const result = await store.write(points, signal);
      const rejected = new Set(result.rejected.map(({ index }) => index));
      book.mark(rejected.size === 0 ? points : points.filter((_, index) => !rejected.has(index)));
      return result;
    },
  };
}
