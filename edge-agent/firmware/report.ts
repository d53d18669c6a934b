import type { Profile } from "@weir/device-profiles/schema.ts";
import { faultCode, stateCode } from "@weir/wire/firmware/update-state.ts";
import type { Quality, Sample } from "@weir/wire/sample.ts";
import type { UpdateStatus } from "./run-update.ts";

/** What the births of a device say it may send because its firmware can be updated. */
export const updateMetrics = ["firmware_state", "firmware_fault", "firmware_progress"] as const;

/** Nodes of ours: others have no boot485. */
export const isUpdatable = ({ protocol, model }: Pick<Profile, "protocol" | "model">): boolean =>
  protocol === "modbus" && model.startsWith("WEIR-");

/** What of an update is news: its state, or how much of the image the node has. */
export type News = "state" | "progress";

/** An update as samples of its device. `at`: epoch ms, later than of any before. */
export function samplesOf(
  { state, fault, percent = 0 }: UpdateStatus,
  news: News,
  at: number,
  quality: Quality,
): readonly Sample[] {
  const sample = (metric: (typeof updateMetrics)[number], value: number): Sample => ({ metric, at, value, quality });
  if (news === "progress") return [sample("firmware_progress", Math.round(percent))];
  return [sample("firmware_state", stateCode(state)), sample("firmware_fault", faultCode(fault))];
}
