import { UsageError } from "@weir/config/command-line.ts";
import { duration } from "@weir/config/fields.ts";
import { languageOf } from "@weir/config/language.ts";
import type { CommandOptions } from "../command.ts";

export type WatchRequest = {
  readonly everyMs: number | undefined;
  readonly forMs: number | undefined;
  readonly language: "en" | "zh";
};

const leastEveryMs = 100;

/** What the options ask for. Throws a UsageError with all that is wrong. */
export function readWatchOptions(
  { every, for: time, lang }: Pick<CommandOptions, "every" | "for" | "lang">,
  env: NodeJS.ProcessEnv,
): WatchRequest {
  const faults: string[] = [];
  const read = (option: string, text: string | undefined, least: number): number | undefined => {
    if (text === undefined) return undefined;
    const parsed = duration.safeParse(text);
    if (parsed.success && parsed.data >= least) return parsed.data;
    faults.push(`--${option} ${text}: expected a duration of ${least}ms or more, such as 2s`);
    return undefined;
  };
  const everyMs = read("every", every, leastEveryMs);
  const forMs = read("for", time, 1);
  if (lang !== undefined && lang !== "en" && lang !== "zh") faults.push(`--lang ${lang}: expected en or zh`);
  if (faults.length > 0) throw new UsageError(...faults);
  return { everyMs, forMs, language: (lang as "en" | "zh" | undefined) ?? languageOf(env) };
}
