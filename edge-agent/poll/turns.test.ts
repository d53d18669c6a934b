import fc from "fast-check";
import { expect, test } from "vitest";
import { createTurns } from "./turns.ts";

test("urgent turns go before others, then the earliest deadline, then who came first", () => {
  const turn = fc.record({ urgent: fc.boolean(), deadline: fc.integer({ min: 0, max: 20 }) });
  fc.assert(
    fc.property(fc.array(turn), (wanted) => {
      const turns = createTurns<(typeof entries)[number]>();
      const signal = new AbortController().signal;
      const entries = wanted.map((turn, order) => ({ ...turn, order, signal }));
      for (const entry of entries) turns.add(entry);
      const taken = entries.map(() => turns.take()!);
      const sorted = [...entries].sort(
        (a, b) => Number(b.urgent) - Number(a.urgent) || a.deadline - b.deadline || a.order - b.order,
      );
      expect(taken).toEqual(sorted);
      expect(turns.take()).toBeUndefined();
    }),
  );
});
