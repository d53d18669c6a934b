import { loaderRequests } from "./boot485.ts";
import { follow } from "./follow.ts";
import type { NodeLine } from "./reach.ts";
import { type Plan, stage } from "./stage.ts";
import { isFinal, type Progress, type UpdateFault } from "./update-state.ts";

export type UpdateOptions = {
  readonly plan: Plan;
  /** Where it was when it was interrupted. */
  readonly from: Progress;
  /** Told of each state. Awaited before anything is done that the next one depends on. */
  readonly onProgress: (progress: Progress) => Promise<void>;
  readonly onPage: (written: number, missing: number) => void;
  readonly deadlines?: Partial<Deadlines>;
};

/** ms that a state may take. What takes longer is parked, or in a trial rolled back. */
export type Deadlines = {
  readonly stageMs: number;
  /** From activation to the end: a swap of two full slots takes ten seconds, three crashes as many. */
  readonly trialMs: number;
  /** Without any answer. */
  readonly silenceMs: number;
};

export const usualDeadlines: Deadlines = { stageMs: 1_800_000, trialMs: 60_000, silenceMs: 15_000 };

const activations = 3;

/**
 * Updates one node, from wherever it is, to confirmed, rolled-back, refused or parked; called again with the progress that it told last, it goes on. It keeps nothing
 * itself and believes the node alone: what the node says decides what comes next. Rejects only when `line.wait` does, or `onProgress`.
 */
export async function updateNode(
  line: NodeLine,
  { plan, from, onProgress, onPage, deadlines }: UpdateOptions,
): Promise<Progress> {
  const { stageMs, trialMs, silenceMs } = { ...usualDeadlines, ...deadlines };
  let progress = from;
  const tell = async (next: Partial<Progress>) => {
    progress = { ...progress, fault: "none", ...next };
    await onProgress(progress);
    return progress;
  };
  const end = (state: "rolled-back" | "refused" | "parked", fault: UpdateFault) => tell({ state, fault });
  if (isFinal(progress)) return progress;

  for (let attempt = 0; attempt < activations; attempt++) {
    if (progress.activation === undefined) {
      const deadline = line.now() + stageMs;
      const whom = { ...plan, serial: plan.serial ?? progress.serial };
      const staged = await stage(line, whom, { deadline, patienceMs: silenceMs, onPage });
      if (staged.done === "already-runs") return tell({ state: "confirmed" });
      if (staged.done !== "staged") return end(staged.done, staged.fault);
      await tell({ state: "staged", activation: staged.counter, serial: staged.serial });
      const reply = await line.ask(loaderRequests.activate(staged.tag));
      if (reply && "refused" in reply) {
        if (reply.refused === "wrong-class") return end("refused", "wrong-class");
        if (reply.refused === "no-key") return end("refused", "no-key");
        if (reply.refused === "no-image") return end("refused", "not-written");
      } else if (reply) await tell({ state: "activated" });
    }
    const followed = await follow(line, {
      version: plan.identity.version,
      activation: progress.activation!,
      deadline: line.now() + trialMs,
      onTrial: async () => {
        if (progress.state !== "trial") await tell({ state: "trial" });
      },
    });
    if (followed.done === "confirmed") return tell({ state: "confirmed" });
    if (followed.done !== "not-activated") return end(followed.done, followed.fault);
    const { activation: _, ...rest } = progress;
    progress = { ...rest, state: "accepted" };
  }
  return end("parked", "no-answer");
}
