import { systemClock } from "@weir/wire/clock.ts";

const lookEveryMs = 50;

/** Asks until the answer is something; resolves with it. Rejects after withinMs with what was awaited and the last answer or error. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  withinMs: number,
): Promise<Exclude<T, undefined | false | null>> {
  const deadline = systemClock.monotonic() + withinMs;
  const never = new AbortController().signal;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false && answer !== null)
        return answer as Exclude<T, undefined | false | null>;
      last = answer;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    if (systemClock.monotonic() > deadline) throw new Error(`${what}: not within ${withinMs} ms; last: ${last}`);
    await systemClock.sleep(lookEveryMs, never);
  }
}

/** What is awaited will never come. */
export class Hopeless extends Error {}
