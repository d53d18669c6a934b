import type { Turn } from "../drivers/driver.ts";

/** Who uses the bus next: urgent before the rest, then the earliest deadline, then who came first. A binary heap. */
export type Turns<T extends Turn> = { add(turn: T): void; take(): T | undefined; readonly size: () => number };

export function createTurns<T extends Turn>(): Turns<T> {
  const heap: { readonly turn: T; readonly order: number }[] = [];
  let order = 0;

  function isBefore(a: number, b: number): boolean {
    const [x, y] = [heap[a]!, heap[b]!];
    if (x.turn.urgent !== y.turn.urgent) return x.turn.urgent;
    return x.turn.deadline !== y.turn.deadline ? x.turn.deadline < y.turn.deadline : x.order < y.order;
  }

  function swap(a: number, b: number) {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }

  return {
    add: (turn) => {
      heap.push({ turn, order: order++ });
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!isBefore(i, parent)) return;
        swap(i, parent);
        i = parent;
      }
    },
    take: () => {
      const first = heap[0];
      const last = heap.pop();
      if (!first || !last) return undefined;
      if (first === last) return first.turn;
      heap[0] = last;
      for (let i = 0; ; ) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2]) if (child < heap.length && isBefore(child, least)) least = child;
        if (least === i) return first.turn;
        swap(i, least);
        i = least;
      }
    },
    size: () => heap.length,
  };
}
