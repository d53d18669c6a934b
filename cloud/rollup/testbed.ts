/** For tests: a cloud's roll-ups over a memory store, which can be killed at any of their steps and started again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { openMemoryStore } from "../store/memory.ts";
import type { Store } from "../store/store.ts";
import { openRollUpBook, type RollUpBook } from "./book.ts";
import { type RollUpOptions, startRollUps } from "./job.ts";
import { markedStore } from "./marked.ts";
import { seriesReader } from "./read.ts";

export const t0 = Date.UTC(2026, 5, 1, 8);
export const hour = 3_600_000;
export const never = new AbortController().signal;

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-rollup-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

type Wants = Partial<Pick<RollUpOptions, "derive" | "keepMs" | "storeName">> & { readonly limit?: number };

export function rollUpTestbed(wants: Wants = {}) {
  const file = join(newFolder(), "cloud.db");
  const clock = virtualClock(t0);
  const disk = openMemoryStore();
  const asked: { op: string; from: number; to: number; devices: readonly string[] | undefined }[] = [];
  const logged: Record<string, unknown>[] = [];

  /** Steps that may be taken before this cloud dies; each step asks first, and some again after it is done. */
  function start(steps = Number.POSITIVE_INFINITY) {
    let left = steps;
    const live = () => {
      if (left-- <= 0) throw new Error("killed");
    };
    const kept = openRollUpBook({ file, clock, ...(wants.limit !== undefined && { limit: wants.limit }) });
    const book: RollUpBook = {
      ...kept,
      mark(points) {
        live();
        kept.mark(points);
        live();
      },
      done(entries) {
        live();
        kept.done(entries);
        live();
      },
    };
    const store: Store = {
      ...disk,
      async write(points, signal) {
        live();
        if (disk.trouble) throw disk.trouble;
        const result = await disk.write(points, signal);
        live();
        return result;
      },
      async rollUp(request, signal) {
        live();
        asked.push({ op: request.tier, from: request.from, to: request.to, devices: request.devices });
        const result = await disk.rollUp(request, signal);
        live();
        return result;
      },
    };
    const { keepMs, derive = async () => [], storeName = "memory" } = wants;
    const log = pino({ level: "info" }, { write: (line) => void logged.push(JSON.parse(line)) });
    const rollUps = startRollUps({ store, book, storeName, keepMs, derive, clock, log });
    let ended = false;
    const end = async () => {
      if (ended) return;
      ended = true;
      await rollUps.close();
      kept.close();
    };
    onTestFinished(end);
    return {
      book,
      rollUps,
      store: markedStore(store, book),
      read: seriesReader({ store, book, rollUps, keepMs, clock }),
      end,
    };
  }
  return { clock, disk, asked, logged, start };
}
