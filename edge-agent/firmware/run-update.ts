import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { Clock } from "@weir/wire/clock.ts";
import type { Bundle } from "@weir/wire/firmware/bundle.ts";
import { type NodeKeys, parseNodeKeys } from "@weir/wire/firmware/node-keys.ts";
import { type Deadlines, updateNode } from "@weir/wire/firmware/update.ts";
import {
  faultTexts,
  isFinal,
  type Progress,
  type UpdateFault,
  type UpdateState,
} from "@weir/wire/firmware/update-state.ts";
import type { EdgeConfig } from "../config.ts";
import type { Log } from "../outbox/outbox.ts";
import { backoffMs } from "../poll/backoff.ts";
import type { Polling } from "../poll/poll.ts";
import { createBusLine } from "./node-line.ts";
import type { News } from "./report.ts";
import type { Job, Shelf } from "./shelf.ts";

export type RunContext = {
  /** As it is now: devices may come and go. */
  readonly config: () => Pick<EdgeConfig, "devices" | "buses" | "firmware">;
  readonly shelf: Pick<Shelf, "keep">;
  readonly polling: Pick<Polling, "reach" | "suspend">;
  /** Tells how far an update has come, on the readings' own road. */
  readonly tell: (status: UpdateStatus, news: News) => Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly deadlines: Deadlines;
  /** Waits for its turn on a bus, works, and lets the next one go. */
  readonly inTurn: <T>(bus: string, work: () => Promise<T>) => Promise<T>;
};

export type UpdateStatus = Pick<Job, "device" | "what" | "by" | "acceptedAt" | "since"> & {
  readonly state: UpdateState;
  readonly fault: UpdateFault;
  /** Epoch ms: by then it has come further, or is parked; of what is parked, the next try. undefined at the end. */
  readonly deadlineAt: number | undefined;
  /** Of the transfer, 0 to 100; undefined before it. */
  readonly percent: number | undefined;
};

export type Run = {
  readonly job: () => Job;
  readonly status: () => UpdateStatus;
  /** Tries now what waits for its next try. */
  wake(): void;
  /** Gives it up; what has been activated confirms itself or goes back by itself. Resolves when it is over. */
  cancel(): Promise<void>;
  /** Resolves when it is over, or the signal has aborted. */
  readonly done: Promise<void>;
};

const leastPauseMs = 30_000;
const longestPauseMs = 600_000;

/** Carries an update out to its end, through whatever loss of power, line or node; each step is on disk before the next one. */
export function runUpdate(begun: Job, bundle: Bundle, context: RunContext, closing: AbortSignal): Run {
  const { config, shelf, polling, tell, clock, random, log, deadlines, inTurn } = context;
  const { device } = begun;
  const cancelling = new AbortController();
  const signal = AbortSignal.any([closing, cancelling.signal]);
  let job = begun;
  let percent: number | undefined;
  let nextTryAt: number | undefined;
  let pausing: AbortController | undefined;

  async function move(progress: Progress): Promise<void> {
    const { state, fault } = progress;
    const isNews = state !== job.progress.state || fault !== job.progress.fault;
    job = { ...job, progress, ...(isNews && { since: clock.now() }), ...(isFinal(progress) && { bundle: "" }) };
    shelf.keep(job);
    if (!isNews) return;
    const about = { device, firmware: job.what, state };
    if (fault === "none") log.info(about, "firmware update");
    else log.warn({ ...about, why: faultTexts[fault].en }, "firmware update");
    await tell(statusOf(job, deadlines, { percent, nextTryAt }), "state");
  }

  /** Every tenth of the transfer is told, and that it goes on again; a record that cannot be stored is no reason to stop. */
  function note(written: number, missing: number): void {
    if (job.progress.state === "parked")
      void move({ ...job.progress, state: "accepted", fault: "none" }).catch(() => {});
    const before = percent;
    percent = missing === 0 ? 100 : (100 * written) / missing;
    if (before !== undefined && Math.floor(percent / 10) === Math.floor(before / 10)) return;
    void tell(statusOf(job, deadlines, { percent, nextTryAt }), "progress").catch(() => {});
  }

  async function attempt(): Promise<Progress> {
    signal.throwIfAborted();
    if (job.progress.state === "accepted") job = { ...job, since: clock.now() }; // its turn has come: the deadline counts from here
    const { devices, firmware } = config();
    const found = devices.find(({ id }) => id === device);
    const unit = found?.unit ?? 1;
    const way = found && polling.reach(found.bus, unit);
    if (!way || !firmware) return { ...job.progress, state: "parked", fault: "no-answer" };
    const keys = readKeys(firmware.nodeKeys);
    const resume = polling.suspend(device);
    try {
      const { manifest, image, approval } = bundle;
      return await updateNode(createBusLine({ line: way.line, unit, timeoutMs: way.timeoutMs, signal }), {
        plan: {
          ...{ image, identity: manifest, allowOlder: approval?.older ?? false },
          keysOf: (serial) => keys.get(serial) ?? [],
          challenge: () => Uint8Array.from(randomBytes(8)),
        },
        from: job.progress,
        deadlines,
        onProgress: move,
        onPage: note,
      });
    } finally {
      resume?.();
    }
  }

  async function carryOut(): Promise<void> {
    for (let tries = 0; !isFinal(job.progress); tries++) {
      try {
        const bus = config().devices.find(({ id }) => id === device)?.bus ?? "";
        const progress = await inTurn(bus, attempt);
        nextTryAt = isFinal(progress)
          ? undefined
          : clock.now() + leastPauseMs + backoffMs(tries, random, longestPauseMs);
        await move(progress);
      } catch (error) {
        if (signal.aborted) break;
        nextTryAt = clock.now() + leastPauseMs;
        log.warn({ device, why: (error as Error).message }, "the firmware update stopped, and is tried again");
      }
      if (nextTryAt === undefined) continue;
      pausing = new AbortController();
      await clock.sleep(nextTryAt - clock.now(), AbortSignal.any([signal, pausing.signal]));
      nextTryAt = undefined;
    }
    if (cancelling.signal.aborted && !closing.aborted && !isFinal(job.progress))
      await move({ ...job.progress, state: "refused", fault: "cancelled" });
  }

  const done = carryOut();
  return {
    job: () => job,
    status: () => statusOf(job, deadlines, { percent, nextTryAt }),
    wake: () => pausing?.abort(),
    cancel: async () => {
      cancelling.abort(new Error("taken back"));
      await done;
    },
    done,
  };
}

/** As people see it. */
export function statusOf(
  { device, what, by, acceptedAt, since, progress: { state, fault } }: Job,
  { stageMs, trialMs }: Deadlines,
  { percent, nextTryAt }: { readonly percent?: number | undefined; readonly nextTryAt?: number | undefined } = {},
): UpdateStatus {
  const lasts: Partial<Record<UpdateState, number>> = {
    accepted: stageMs,
    staged: trialMs,
    activated: trialMs,
    trial: trialMs,
  };
  const lastsMs = lasts[state];
  const deadlineAt = state === "parked" ? nextTryAt : lastsMs === undefined ? undefined : since + lastsMs;
  return { device, what, by, acceptedAt, since, state, fault, deadlineAt, percent };
}

function readKeys(file: string): NodeKeys {
  return existsSync(file) ? parseNodeKeys(readFileSync(file, "utf8"), file) : new Map();
}
