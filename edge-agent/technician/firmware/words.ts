import { formatTable } from "@weir/config/table.ts";
import { faultTexts, stateCode, type UpdateState } from "@weir/wire/firmware/update-state.ts";
import { quantities } from "@weir/wire/quantities.ts";
import type { UpdateStatus } from "../../firmware/run-update.ts";
import type { Language } from "../language.ts";
import { span } from "../outbox/units.ts";

const headings = {
  en: ["device", "firmware", "state", "since", "by", "why"],
  zh: ["设备", "固件", "状态", "时长", "来源", "原因"],
} as const;

export const stateName = (state: UpdateState, language: Language): string =>
  quantities.firmware_state.states![stateCode(state)]![language];

/** A row an update. */
export function statusTable(updates: readonly UpdateStatus[], now: number, language: Language): string {
  const rows = updates.map(({ device, what, state, fault, since, by }) => [
    ...[device, what, stateName(state, language), span(now - since, language), by],
    faultTexts[fault][language],
  ]);
  return formatTable([headings[language], ...rows]);
}

/** One step of an update, as a line. */
export function stepText({ device, what, state, fault, percent }: UpdateStatus, language: Language): string {
  const share = percent === undefined || state !== "accepted" ? "" : ` ${Math.floor(percent / 10) * 10} %`;
  const why = fault === "none" ? "" : `: ${faultTexts[fault][language]}`;
  return `${device}  ${what}  ${stateName(state, language)}${share}${why}`;
}
