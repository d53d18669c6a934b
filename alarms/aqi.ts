import { breakPoints, type Edition, editionAt, type Pollutant, pollutants } from "./aqi-table.ts";

/** Means in the units of the vocabulary: µg/m³, CO mg/m³. What is absent is missing. */
export type Concentrations = Readonly<Partial<Record<Pollutant, number>>>;

export type AqiVerdict = {
  /** 0 to 500; undefined when the edition forbids to publish it because an item is missing. */
  readonly aqi: number | undefined;
  /** All that share the highest index, if that is above 50. */
  readonly primary: readonly Pollutant[];
  readonly iaqi: Readonly<Partial<Record<Pollutant, number>>>;
  readonly missing: readonly Pollutant[];
  readonly edition: Edition;
};

/** Levels of HJ 633, which both editions share: upper end of the index, name, colour. */
export const aqiLevels = [
  { to: 50, level: 1, en: "excellent", zh: "优", colour: "#00E400" },
  { to: 100, level: 2, en: "good", zh: "良", colour: "#FFFF00" },
  { to: 150, level: 3, en: "lightly polluted", zh: "轻度污染", colour: "#FF7E00" },
  { to: 200, level: 4, en: "moderately polluted", zh: "中度污染", colour: "#FF0000" },
  { to: 300, level: 5, en: "heavily polluted", zh: "重度污染", colour: "#99004C" },
  { to: 500, level: 6, en: "severely polluted", zh: "严重污染", colour: "#7E0023" },
] as const;

export function aqiLevel(aqi: number): (typeof aqiLevels)[number] {
  return aqiLevels.find(({ to }) => aqi <= to) ?? aqiLevels[5];
}

/**
 * Real-time index of one hour: 1 h means of the gases. PM: the 1 h mean (2026), the running 24 h mean (2012).
 * so2Day: the 24 h mean that the 2012 edition falls back to above 800 µg/m³. Pure.
 */
export function hourlyAqi(
  means: Concentrations,
  at: number,
  { so2Day }: { readonly so2Day?: number } = {},
): AqiVerdict {
  return verdict(means, at, "hourly", { so2: so2Day });
}

/**
 * Index of a day: 24 h means; o3 is the largest 8 h mean of the day. o3Hour: the largest 1 h mean, which the 2012 edition falls
 * back to above 800 µg/m³. Pure.
 */
export function dailyAqi(means: Concentrations, at: number, { o3Hour }: { readonly o3Hour?: number } = {}): AqiVerdict {
  return verdict(means, at, "daily", { o3: o3Hour });
}

/** Index of one pollutant, HJ 633: linear between the break points, rounded up; undefined where the edition gives none. Pure. */
export function iaqi(
  pollutant: Pollutant,
  mean: number,
  {
    report,
    edition,
    instead,
  }: {
    readonly report: "hourly" | "daily";
    readonly edition: Edition;
    /** Mean over the other period, for editions that fall back to it beyond the table. */
    readonly instead?: number | undefined;
  },
): number | undefined {
  if (!Number.isFinite(mean) || mean < 0) return undefined;
  const { concentrations, index, beyond } = breakPoints(pollutant, report, edition);
  const value = roundHalfEven(mean, pollutant === "co" ? 1 : 0);
  const upper = concentrations.findIndex((point) => value <= point);
  if (upper === 0) return 0;
  if (upper > 0) {
    const [low, high] = [concentrations[upper - 1]!, concentrations[upper]!];
    const [from, to] = [index[upper - 1]!, index[upper]!];
    return Math.ceil(from + ((to - from) * (value - low)) / (high - low) - 1e-9);
  }
  if (beyond !== "other period") return beyond;
  return instead === undefined
    ? undefined
    : iaqi(pollutant, instead, { report: report === "hourly" ? "daily" : "hourly", edition });
}

function verdict(
  means: Concentrations,
  at: number,
  report: "hourly" | "daily",
  instead: Readonly<Partial<Record<Pollutant, number | undefined>>>,
): AqiVerdict {
  const edition = editionAt(at);
  const found = pollutants.flatMap((pollutant) => {
    const mean = means[pollutant];
    const index =
      mean === undefined ? undefined : iaqi(pollutant, mean, { report, edition, instead: instead[pollutant] });
    return index === undefined ? [] : [[pollutant, index] as const];
  });
  const worst = Math.max(...found.map(([, index]) => index));
  const missing = pollutants.filter((pollutant) => found.every(([name]) => name !== pollutant));
  const withheld = found.length === 0 || (edition === "2026" && missing.length > 0 && worst <= 100);
  return {
    aqi: withheld ? undefined : worst,
    primary: withheld || worst <= 50 ? [] : found.filter(([, index]) => index === worst).map(([name]) => name),
    iaqi: Object.fromEntries(found),
    missing,
    edition,
  };
}

/** GB/T 8170: a half goes to the even neighbour. */
function roundHalfEven(value: number, decimals: number): number {
  const scaled = value * 10 ** decimals;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = Math.abs(rest - 0.5) < 1e-9 ? floor % 2 !== 0 : rest > 0.5;
  return (floor + (up ? 1 : 0)) / 10 ** decimals;
}
