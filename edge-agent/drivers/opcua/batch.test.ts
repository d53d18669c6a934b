import { describe, expect, test } from "vitest";
import { LinkError } from "../driver.ts";
import { createBatch, inBatches } from "./batch.ts";

const items = Array.from({ length: 25 }, (_, n) => n);

/** A server that takes so many at once and answers each with its double. */
function server(most: number) {
  const sizes: number[] = [];
  const ask = async (part: readonly number[]) => {
    sizes.push(part.length);
    if (part.length > most) throw new LinkError("BadTooManyOperations", "too many");
    return part.map((n) => 2 * n);
  };
  return { sizes, ask };
}

describe("many nodes", () => {
  test("are asked for within the server's limit, answers in order", async () => {
    const { sizes, ask } = server(10);
    expect(await inBatches(items, createBatch(10), ask)).toEqual(items.map((n) => 2 * n));
    expect(sizes).toEqual([10, 10, 5]);
  });

  test("are asked for in ever smaller parts where the server does not tell its limit, and that is remembered", async () => {
    const { sizes, ask } = server(7);
    const batch = createBatch(0);
    expect(await inBatches(items, batch, ask)).toEqual(items.map((n) => 2 * n));
    expect(sizes).toEqual([25, 13, 7, 7, 7, 4]);
    sizes.length = 0;
    await inBatches(items, batch, ask);
    expect(Math.max(...sizes)).toBe(7);
  });

  test("of which the server answers fewer than asked give no value at all", async () => {
    await expect(inBatches(items, createBatch(10), async () => [1])).rejects.toMatchObject({ code: "mismatch" });
  });

  test("fail together when the server refuses even one", async () => {
    await expect(inBatches(items, createBatch(10), server(0).ask)).rejects.toMatchObject({
      code: "BadTooManyOperations",
    });
  });
});
