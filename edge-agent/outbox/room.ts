import type { Database } from "./database.ts";
import type { WhenFull } from "./outbox.ts";
import type { Counters } from "./state.ts";

export type Room = {
  /** Bytes that must fit under the limit. */
  readonly need: number;
  readonly limitBytes: number;
  readonly whenFull: WhenFull;
  /** Where thinning goes on; kept by the caller between calls. */
  readonly thinning: Thinning;
};

/** The next offset to look at, and how many records of this pass are left. */
export type Thinning = { from: number; left: number };

/** Records looked at in one step; thinning keeps all of a device that has fewer than two in a step. */
const span = 1024;

/**
 * Removes records until `need` bytes fit, inside the caller's transaction, and counts them as dropped. `refuse`: none.
 * `drop-oldest`: the oldest. `thin`: goes through the older half and removes every second record of each device, span by
 * span, then starts over: the older a stretch, the thinner, but none vanishes; when that frees nothing more, the oldest.
 * Urgent records go when nothing else is left.
 */
export function makeRoom(database: Database, counters: Counters, { need, limitBytes, whenFull, thinning }: Room): void {
  if (whenFull === "refuse") return;
  const excess = () => counters.bytes + need - limitBytes;
  for (let idlePasses = 0; whenFull === "thin" && excess() > 0 && idlePasses < 2; ) {
    const block = database.blocks.next(thinning.from);
    if (block && thinning.left > 0) {
      const records = database.blocks.records(block);
      const surplus = new Set(everySecond(records.filter(({ urgent }) => !urgent)));
      if (surplus.size > 0) {
        database.reduce(
          block,
          records.filter(({ offset }) => !surplus.has(offset)),
          counters,
        );
        idlePasses = 0;
      }
      thinning.left -= records.length;
      thinning.from = block.last + 1;
      continue;
    }
    const rows = database.sizesFrom({ from: thinning.from, limit: Math.min(span, thinning.left), which: "ordinary" });
    const surplus = everySecond(rows);
    for (const offset of surplus) database.drop([offset, offset], counters, "ordinary");
    thinning.left -= rows.length;
    if (surplus.length > 0) idlePasses = 0;
    if (rows.length > 0) {
      thinning.from = rows.at(-1)!.offset + 1;
      continue;
    }
    idlePasses += 1;
    Object.assign(thinning, { from: 0, left: Math.floor(counters.records / 2) });
  }
  for (const which of ["ordinary", "all"] as const) {
    while (excess() > 0) {
      const block = which === "all" ? database.blocks.next(0) : database.blocks.oldestOrdinary();
      if (!block) break;
      const urgent = which === "all" ? [] : database.blocks.records(block).filter((record) => record.urgent);
      database.reduce(block, urgent, counters);
    }
    while (excess() > 0) {
      const rows = database.sizesFrom({ from: 0, limit: span, which });
      if (rows.length === 0) break;
      let enough = 0;
      for (let freed = 0; enough < rows.length && freed < excess(); enough += 1) freed += rows[enough]!.bytes;
      database.drop([0, rows[enough - 1]!.offset], counters, which);
    }
  }
}

/** Of each device the second, fourth, … */
function everySecond(rows: readonly { readonly offset: number; readonly device: string | null }[]): number[] {
  const seen = new Map<string | null, number>();
  return rows
    .filter(({ device }) => {
      const count = (seen.get(device) ?? 0) + 1;
      seen.set(device, count);
      return count % 2 === 0;
    })
    .map(({ offset }) => offset);
}
