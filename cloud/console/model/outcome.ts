import { sayCommandReason } from "@weir/wire/command-reason.ts";
import type { Command } from "../../api/answers.ts";
import type { Language } from "./language.ts";
import { speak } from "./words.ts";

/** What became of a command, in words; `readBack` as the page shows the value. */
export function outcomeText(
  { state, why }: Pick<Command, "state" | "why">,
  readBack: string,
  language: Language,
): string {
  return speak(language)(`command_${state}`, { value: readBack, why: sayCommandReason(why ?? "–", language) });
}
