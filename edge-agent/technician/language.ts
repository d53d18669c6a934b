import { UsageError } from "@weir/config/command-line.ts";
import { languageOf } from "@weir/config/language.ts";

export type Language = "en" | "zh";

/** `--lang`, or else the locale's. Throws a UsageError. */
export function languageGiven(lang: string | undefined): Language {
  if (lang === undefined) return languageOf(process.env);
  if (lang === "en" || lang === "zh") return lang;
  throw new UsageError(`--lang ${lang}: expected en or zh`);
}
