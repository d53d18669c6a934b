import { type Bundle, manifestDigest } from "@weir/wire/firmware/bundle.ts";
import { kindOf } from "@weir/wire/firmware/check-bundle.ts";
import { compareVersions, describeNode } from "@weir/wire/firmware/identity.ts";
import { readBundle } from "@weir/wire/firmware/read-bundle.ts";
import { type Deadlines, usualDeadlines } from "@weir/wire/firmware/update.ts";
import { isFinal } from "@weir/wire/firmware/update-state.ts";
import { judgeBundle } from "./judge.ts";
import { type Run, type RunContext, runUpdate, statusOf, type UpdateStatus } from "./run-update.ts";
import type { Job, Shelf } from "./shelf.ts";

export type UpdatesOptions = Omit<RunContext, "shelf" | "deadlines" | "inTurn"> & {
  readonly shelf: Shelf;
  readonly timeSynchronised: () => boolean;
  readonly deadlines?: Partial<Deadlines>;
};

export type Ordered = { readonly job: Job } | { readonly faults: readonly string[] };

export type Updates = {
  /** Takes a bundle for a device, or says all that speaks against it. Once it resolves it is on disk, and carried out whatever happens. Never rejects. */
  order(device: string, text: string, by: Job["by"]): Promise<Ordered>;
  /** Takes back what has not been activated yet. Tells what it did. */
  cancel(device: string): Promise<string>;
  /** The device answers again, or somebody stands beside it: what is parked is tried now. */
  tryNow(device: string): void;
  status(): readonly UpdateStatus[];
  /** Resolves when nothing is under way any more; what is not over goes on at the next start. */
  close(): Promise<void>;
};

/** Brings nodes to new firmware, one at a time on each bus, while the others are polled. */
export function startUpdates({ timeSynchronised, ...options }: UpdatesOptions): Updates {
  const { config, shelf, tell, clock, log } = options;
  const deadlines = { ...usualDeadlines, ...options.deadlines };
  const context: RunContext = { ...options, deadlines, inTurn: takeTurns() };
  const closing = new AbortController();
  const running = new Map<string, Run>();
  const over = new Map<string, Job>();

  function start(job: Job, bundle: Bundle): void {
    over.delete(job.device);
    const run = runUpdate(job, bundle, context, closing.signal);
    running.set(job.device, run);
    void run.done.then(() => {
      if (closing.signal.aborted) return;
      if (running.get(job.device) === run) running.delete(job.device);
      over.set(job.device, run.job());
      if (run.job().progress.state === "confirmed") raiseFloor(run.job());
    });
  }

  function raiseFloor({ kind, version }: Job): void {
    const memory = shelf.memory();
    const floor = memory.floors[kind];
    if (floor === undefined || compareVersions(version, floor) > 0)
      shelf.remember({ ...memory, floors: { ...memory.floors, [kind]: version } });
  }

  for (const job of shelf.jobs()) {
    const read = isFinal(job.progress) ? undefined : readBundle(job.bundle);
    if (read && "bundle" in read) start(job, read.bundle);
    else over.set(job.device, job);
    if (job.progress.state === "confirmed") raiseFloor(job); // it was over, and the agent stopped before that was written
  }

  async function order(device: string, text: string, by: Job["by"]): Promise<Ordered> {
    const memory = shelf.memory();
    const now = clock.now();
    const judged = judgeBundle(device, text, { config: config(), memory, now, clockTrusted: timeSynchronised() });
    if ("faults" in judged) return judged;
    const { bundle, warnings, rotations } = judged;
    const { version } = bundle.manifest;
    const manifest = manifestDigest(bundle.manifest);
    const before = running.get(device);
    if (before?.job().manifest === manifest) return { job: before.job() };
    if (before && before.job().progress.activation !== undefined)
      return { faults: [`${device} is being brought to ${before.job().what}: wait until that is over`] };
    await before?.cancel();
    for (const warning of warnings) log.warn({ device, why: warning }, "firmware bundle");
    if (rotations.length > 0) shelf.remember({ ...memory, rotations: [...memory.rotations, ...rotations] });
    const job: Job = {
      ...{ device, what: describeNode(bundle.manifest), version, manifest, kind: kindOf(bundle), by, bundle: text },
      ...{ acceptedAt: now, since: now, progress: { state: "accepted", fault: "none" } },
    };
    shelf.keep(job);
    log.info({ device, firmware: job.what, by }, "firmware update accepted");
    await tell(statusOf(job, deadlines), "state").catch(() => {});
    start(job, bundle);
    return { job };
  }

  return {
    order: (device, text, by) => order(device, text, by).catch((error: Error) => ({ faults: [error.message] })),
    cancel: async (device) => {
      const run = running.get(device);
      if (!run) return `no update of ${device} is under way`;
      const { what, progress } = run.job();
      if (progress.activation !== undefined)
        return `${device} has been told to activate ${what}: it confirms it, or goes back by itself`;
      await run.cancel();
      return `the update of ${device} to ${what} is taken back; the node runs what it ran`;
    },
    tryNow: (device) => running.get(device)?.wake(),
    status: () => [
      ...[...running.values()].map((run) => run.status()),
      ...[...over.values()].map((job) => statusOf(job, deadlines)),
    ],
    close: async () => {
      closing.abort(new Error("the agent stops"));
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

/** One after the other for each name. */
function takeTurns(): RunContext["inTurn"] {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work);
    last.set(
      name,
      mine.catch(() => {}),
    );
    return mine;
  };
}
