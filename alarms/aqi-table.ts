import { localDate } from "./dates.ts";

/** Items of the index in the order of the state `aqi_primary`: the first is 1. */
export const pollutants = ["so2", "no2", "co", "o3", "pm10", "pm25"] as const;
export type Pollutant = (typeof pollutants)[number];

/** HJ 633-2012 and HJ 633-2026. */
export type Edition = "2012" | "2026";

/** HJ 633-2026 is in force from 2026-03-01; history is computed by the edition of its day. */
export function editionAt(at: number): Edition {
  return localDate(at) >= "2026-03-01" ? "2026" : "2012";
}

/** Index at each break point. */
const steps = [0, 50, 100, 150, 200, 300, 400, 500] as const;

export type BreakPoints = {
  /** µg/m³, CO mg/m³. */
  readonly concentrations: readonly number[];
  readonly index: readonly number[];
  /** What stands for a concentration above the last point: an index, or the mean over the other period decides. */
  readonly beyond: number | "other period";
};

/** HJ 633, read in the page images of caiyunapp/aqi-hub @82b4808 docs/. Day: 24 h means, for O3 the largest 8 h mean. */
// biome-ignore format: a table
const tables = {
  so2: { hour: [0, 150, 500, 650, 800], day: [0, 50, 150, 475, 800, 1600, 2100, 2620] },
  no2: { hour: [0, 100, 200, 700, 1200, 2340, 3090, 3840], day: [0, 40, 80, 180, 280, 565, 750, 940] },
  co: { hour: [0, 5, 10, 35, 60, 90, 120, 150], day: [0, 2, 4, 14, 24, 36, 48, 60] },
  o3: { hour: [0, 160, 200, 300, 400, 800, 1000, 1200], day: [0, 100, 160, 215, 265, 800] },
} as const;

/** Particles have one table for hours and days; only the third point changed. */
const particles = {
  pm10: { "2012": [0, 50, 150, 250, 350, 420, 500, 600], "2026": [0, 50, 120, 250, 350, 420, 500, 600] },
  pm25: { "2012": [0, 35, 75, 115, 150, 250, 350, 500], "2026": [0, 35, 60, 115, 150, 250, 350, 500] },
} as const;

/** Break points of a pollutant for the hourly or the daily report. */
export function breakPoints(pollutant: Pollutant, report: "hourly" | "daily", edition: Edition): BreakPoints {
  const concentrations: readonly number[] =
    pollutant === "pm10" || pollutant === "pm25"
      ? particles[pollutant][edition]
      : tables[pollutant][report === "hourly" ? "hour" : "day"];
  const index = steps.slice(0, concentrations.length);
  const whole = concentrations.length === steps.length;
  const last = index.at(-1)!;
  return { concentrations, index, beyond: whole ? 500 : edition === "2026" ? last : "other period" };
}
