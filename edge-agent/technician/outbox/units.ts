import type { Language } from "../language.ts";

/** `0.05 MiB`, `73.2 GiB`. */
export const size = (bytes: number): string =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 1)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
export const moment = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const steps = [
  [{ en: "d", zh: "天" }, 86_400_000],
  [{ en: "h", zh: "小时" }, 3_600_000],
  [{ en: "min", zh: "分" }, 60_000],
  [{ en: "s", zh: "秒" }, 1000],
] as const;

/** Two figures of a duration: `3 d 4 h`, `12 min 5 s`, `0 s`. */
export function span(ms: number, language: Language): string {
  const first = steps.findIndex(([, step]) => ms >= step);
  if (first < 0) return `0 ${steps.at(-1)![0][language]}`;
  let left = ms;
  return steps
    .slice(first, first + 2)
    .map(([unit, step]) => {
      const count = Math.floor(left / step);
      left -= count * step;
      return count === 0 ? "" : `${count} ${unit[language]}`;
    })
    .filter(Boolean)
    .join(" ");
}
