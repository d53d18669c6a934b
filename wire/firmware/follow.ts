import { loaderRequests, type UpdateReport } from "./boot485.ts";
import { askInfo, knock, type NodeLine, whoAnswers } from "./reach.ts";
import type { UpdateFault } from "./update-state.ts";

export type Followed =
  | { readonly done: "confirmed" }
  | { readonly done: "rolled-back"; readonly fault: UpdateFault }
  /** It never took place: a lost request, or a power cut before it. */
  | { readonly done: "not-activated" }
  | { readonly done: "refused" | "parked"; readonly fault: UpdateFault };

export type FollowOptions = {
  readonly version: string;
  /** boot485's counter when it was asked to activate. */
  readonly activation: number;
  readonly deadline: number;
  readonly onTrial: () => Promise<void>;
};

const lookEveryMs = 500;
/** boot485 waits so long for somebody after a reset; if it is there for longer, it stays, and may be asked without keeping it. */
const staysAfterLooks = 4;
const knockMs = 10_000;

/**
 * Watches a node from its activation to the end. Its image is asked, never boot485 while that may be about to start it, so that watching changes
 * nothing. Only when time is up is a trial ended from outside.
 */
export async function follow(line: NodeLine, options: FollowOptions): Promise<Followed> {
  const { deadline, onTrial } = options;
  let looksAtLoader = 0;
  while (line.now() < deadline) {
    await line.wait(lookEveryMs);
    const answering = await whoAnswers(line);
    looksAtLoader = answering?.who === "loader" ? looksAtLoader + 1 : 0;
    if (answering?.who === "image") {
      const { report, version } = answering.node;
      const judged = report && judge(report, options);
      if (judged) return judged;
      if (report?.phase === "trial" && version === options.version) await onTrial();
    }
    if (looksAtLoader > staysAfterLooks) {
      const info = await askInfo(line);
      if (!info) continue;
      await line.ask(loaderRequests.run());
      if (info.outcome === "not-authentic") return { done: "refused", fault: "wrong-key" };
      const judged = judge(info, options);
      if (judged) return judged;
    }
  }
  const parked = { done: "parked", fault: "no-answer" } as const;
  const info = await knock(line, knockMs);
  if (info === undefined || info === "image") return parked;
  if (info.phase !== "trial") return judge(info, options) ?? parked;
  await line.ask(loaderRequests.goBack());
  const after = await knock(line, knockMs);
  await line.ask(loaderRequests.run());
  return (after && after !== "image" && judge(after, options)) || parked;
}

/** undefined: it is not over. */
function judge({ phase, outcome, counter }: UpdateReport, { activation }: FollowOptions): Followed | undefined {
  if (phase !== "idle") return undefined;
  if (counter !== ((activation + 1) & 0xffff)) return { done: "not-activated" };
  if (outcome === "confirmed") return { done: "confirmed" };
  if (outcome === "reverted") return { done: "rolled-back", fault: "not-confirmed" };
  return { done: "rolled-back", fault: "crashed" };
}
