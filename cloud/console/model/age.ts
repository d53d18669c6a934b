import type { Language } from "./language.ts";

const units = {
  en: { s: " s", min: " min", h: " h", d: " d", between: " " },
  zh: { s: " 秒", min: " 分", h: " 小时", d: " 天", between: " " },
} as const satisfies Record<Language, unknown>;

/**
 * How long, as people say it: `4 s`, `3 min`, `2 h 5 min`, `3 d 4 h`, `12 d`. Rounded down; a negative duration is `0 s`
 * (a gateway's clock that runs ahead by a little is not news).
 */
export function formatAge(ms: number, language: Language): string {
  const { s, min, h, d, between } = units[language];
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [minutes, hours, days] = [60, 3600, 86_400].map((each) => Math.floor(seconds / each)) as [
    number,
    number,
    number,
  ];
  const minutesUnit = language === "zh" && hours === 0 ? " 分钟" : min;
  if (seconds < 60) return `${seconds}${s}`;
  if (minutes < 60) return `${minutes}${minutesUnit}`;
  if (hours < 10) return `${hours}${h}${minutes % 60 > 0 ? `${between}${minutes % 60}${min}` : ""}`;
  if (hours < 48) return `${hours}${h}`;
  return `${days}${d}${days < 7 && hours % 24 > 0 ? `${between}${hours % 24}${h}` : ""}`;
}

/** Clock time, with the date when it is another day. Local to the reader. */
export function formatTime(at: number, now: number, language: Language): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    ...(sameDay ? {} : { month: "short", day: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  }).format(at);
}
