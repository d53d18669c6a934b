import { addRange, type OffsetRange } from "@weir/wire/ranges.ts";
import type { Change } from "./storage.ts";

/**
 * What the next commit is to forget or to put into quarantine. Its offsets are those of the outbox file of the moment: when another
 * takes its place, they mean nothing any more, and what was carried over must not go by them.
 */
export function createSettlements(epoch: () => number) {
  let about = epoch();
  let confirm: Change["confirm"] = [];
  let park: Change["park"] = [];
  let waiting: (() => void)[] = [];

  function forgetFormer(): void {
    if (about === epoch()) return;
    about = epoch();
    [confirm, park] = [[], []];
  }

  return {
    confirm(ranges: readonly OffsetRange[]): void {
      forgetFormer();
      for (const range of ranges) confirm = addRange(confirm, range);
    },
    park(offsets: readonly number[], reason: string): void {
      forgetFormer();
      park = [...park, ...offsets.map((offset) => ({ offset, reason }))];
    },
    /** Resolves with the commit. */
    done: (): Promise<void> => new Promise((resolve) => void waiting.push(resolve)),
    isEmpty: (): boolean => confirm.length === 0 && park.length === 0 && waiting.length === 0,
    due(): Pick<Change, "confirm" | "park"> {
      forgetFormer();
      return { confirm, park };
    },
    /** It is on disk, or nobody is left to put it there. */
    settle(): void {
      const settled = waiting;
      [confirm, park, waiting] = [[], [], []];
      for (const resolve of settled) resolve();
    },
  };
}
