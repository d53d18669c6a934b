/** Chinese where the locale of the process says so (LC_ALL, LC_MESSAGES, LANG in this order), else English. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): "en" | "zh" {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return locale.toLowerCase().startsWith("zh") ? "zh" : "en";
}
