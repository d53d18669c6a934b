import type { Clock } from "@weir/wire/clock.ts";
import { LinkError, type Turn } from "../drivers/driver.ts";

/** Another master's claims on a bus, in the order they came. One whose deadline passes is rejected with `busy` and leaves. */
export type Guests<T> = { add(claim: T): void; take(): T | undefined; readonly size: () => number };

type Claim = Turn & { reject(why: LinkError): void };

export function createGuests<T extends Claim>(clock: Clock): Guests<T> {
  const waiting = new Map<T, AbortController>();
  return {
    add: (claim) => {
      const taken = new AbortController();
      waiting.set(claim, taken);
      const ms = Math.max(0, claim.deadline - clock.monotonic());
      void clock.sleep(ms, taken.signal).then(() => {
        if (!waiting.delete(claim)) return;
        claim.reject(
          new LinkError("busy", `the agent itself needed the line for ${Math.round(ms)} ms; ask less often`),
        );
      });
    },
    take: () => {
      const [first] = waiting;
      if (!first) return undefined;
      const [claim, taken] = first;
      waiting.delete(claim);
      taken.abort();
      return claim;
    },
    size: () => waiting.size,
  };
}
