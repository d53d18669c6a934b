import { LinkError } from "../driver.ts";

/** Statuses of a server that wants less at once. */
const tooMuch = ["BadTooManyOperations", "BadEncodingLimitsExceeded", "BadRequestTooLarge", "BadResponseTooLarge"];

/** How many of one kind of item go into one request: what the server says, and less when it turns out to bear less. */
export type Batch = { limit: number };

/** Without a word of the server: so many. */
const most = 1000;

export function createBatch(said: unknown): Batch {
  const limit = typeof said === "number" && said > 0 ? Math.min(said, most) : most;
  return { limit };
}

/** Asks for all items, in as many requests as it takes, one after the other. Rejects with a LinkError when one fails. */
export async function inBatches<T, R>(
  items: readonly T[],
  batch: Batch,
  ask: (items: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const answers: R[] = [];
  while (answers.length < items.length) {
    const part = items.slice(answers.length, answers.length + batch.limit);
    try {
      const found = await ask(part);
      if (found.length !== part.length)
        throw new LinkError(
          "mismatch",
          `the server answered ${found.length} of ${part.length} nodes; look for an update of its software`,
        );
      for (const one of found) answers.push(one);
    } catch (error) {
      if (!(error instanceof LinkError && tooMuch.includes(error.code)) || part.length === 1) throw error;
      batch.limit = Math.ceil(part.length / 2);
    }
  }
  return answers;
}
