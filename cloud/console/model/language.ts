export type Language = "en" | "zh";
export type Both = Readonly<Record<Language, string>>;

/** What was chosen before, else what the browser prefers. */
export function pickLanguage(chosen: string | null, preferred: readonly string[]): Language {
  if (chosen === "en" || chosen === "zh") return chosen;
  const first = preferred.find((tag) => /^(zh|en)\b/i.test(tag));
  return first?.toLowerCase().startsWith("zh") ? "zh" : "en";
}
