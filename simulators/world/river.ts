import { around, day, hour, hourOfDay, yearPhase } from "./calendar.ts";
import { clamp, flicker, seedOf, wander } from "./chance.ts";
import type { Rain } from "./rain.ts";
import { totalOf } from "./total.ts";
import type { Weather } from "./weather.ts";

/** A reach of river at one station. */
export type Reach = {
  readonly name: string;
  /** m above the local datum in dry weather. */
  readonly level: number;
  /** m³/s in dry weather. */
  readonly flow: number;
  /** Hours from the start of a shower to its crest here. */
  readonly lagHours: number;
  /** m of rise for 10 mm felt. */
  readonly risePer10mm: number;
  /** 0 clean to 1 burdened: how much the town above it adds. */
  readonly burden: number;
};

/** What is true of a reach; concentrations in mg/L unless said otherwise. */
export type River = {
  /** m above datum: tide behind the sluices, a slow season, and the crest after rain. */
  level(at: number): number;
  /** m³/s. */
  flow(at: number): number;
  /** m³ since the meters were fitted. */
  volume(at: number): number;
  /** m/s */
  velocity(at: number): number;
  /** °C */
  temperature(at: number): number;
  ph(at: number): number;
  dissolvedOxygen(at: number): number;
  /** % of saturation. */
  oxygenSaturation(at: number): number;
  /** µS/cm; rain dilutes it. */
  conductivity(at: number): number;
  /** NTU; rain raises it before the crest comes. */
  turbidity(at: number): number;
  suspendedSolids(at: number): number;
  /** mV */
  redox(at: number): number;
  ammonia(at: number): number;
  codMn(at: number): number;
  cod(at: number): number;
  totalPhosphorus(at: number): number;
  totalNitrogen(at: number): number;
  /** µg/L */
  chlorophyll(at: number): number;
  /** cells/mL in thousands */
  blueGreenAlgae(at: number): number;
};

const tide = 12.4206 * hour;

export function createRiver(seed: number, weather: Weather, rain: Rain, reach: Reach): River {
  const own = seedOf(seed, reach.name);
  const lag = reach.lagHours * hour;
  const crest = (at: number) => rain.response(at, lag) / 10;
  const wash = (at: number) => Math.min(3, rain.response(at, lag / 2.5) / 10);
  const slow = (n: number, at: number) => wander(own + n * 17, at, 1.5 * day);
  const shiver = (n: number, at: number) => flicker(own + n, at);
  const summer = (at: number) => 0.5 - 0.5 * Math.cos(2 * Math.PI * (yearPhase(at) - 0.05));
  const light = (at: number) => around(hourOfDay(at), 14.5, 4.5);

  const level = (at: number) =>
    reach.level +
    0.06 * Math.sin((2 * Math.PI * at) / tide) +
    0.05 * slow(1, at) +
    reach.risePer10mm * crest(at) +
    0.002 * shiver(1, at);
  const flow = (at: number) =>
    reach.flow *
    (1 + 0.08 * Math.cos((2 * Math.PI * at) / tide) + 0.06 * slow(2, at)) *
    (1 + 1.1 * Math.min(4, crest(at))) *
    (1 + 0.004 * shiver(2, at));
  const temperature = (at: number) =>
    clamp(
      0.92 * weather.slowTemperature(at - 18 * hour) +
        2 +
        0.7 * Math.cos((2 * Math.PI * (hourOfDay(at) - 17)) / 24) +
        0.02 * shiver(3, at),
      1,
      34,
    );
  const oxygenSaturation = (at: number) =>
    clamp(
      88 - 26 * reach.burden + (10 + 8 * summer(at)) * light(at) - 6 * wash(at) + 5 * slow(4, at) + 0.2 * shiver(4, at),
      25,
      140,
    );
  const turbidity = (at: number) =>
    clamp((16 + 14 * reach.burden) * (1 + 0.25 * slow(5, at)) + 120 * wash(at) + 0.4 * shiver(5, at), 1, 900);
  const ammonia = (at: number) =>
    clamp(
      (0.15 + 0.7 * reach.burden) * (1 + 0.25 * slow(6, at)) + 0.5 * reach.burden * wash(at) + 0.005 * shiver(6, at),
      0.02,
      6,
    );
  const codMn = (at: number) =>
    clamp(2.6 + 2.2 * reach.burden + 0.5 * slow(7, at) + 1.6 * wash(at) + 0.03 * shiver(7, at), 1, 15);
  const chlorophyll = (at: number) =>
    clamp(
      (3 + 14 * summer(at)) * (1 + 0.3 * slow(8, at)) * (1 + 0.25 * light(at)) * (1 - 0.25 * Math.min(2, wash(at))),
      0.5,
      60,
    );

  return {
    level,
    flow,
    volume: totalOf((at) => flow(at) * 3600),
    velocity: (at) => clamp(0.35 * (flow(at) / reach.flow) ** 0.5 * (1 + 0.03 * shiver(9, at)), 0.02, 4),
    temperature,
    ph: (at) =>
      clamp(
        7.55 -
          0.25 * reach.burden +
          (0.12 + 0.2 * summer(at)) * light(at) -
          0.12 * wash(at) +
          0.12 * slow(10, at) +
          0.008 * shiver(10, at),
        6.2,
        9.2,
      ),
    dissolvedOxygen: (at) => (oxygenSaturation(at) / 100) * saturation(temperature(at)),
    oxygenSaturation,
    conductivity: (at) =>
      clamp(
        (410 + 190 * reach.burden + 30 * slow(11, at)) * (1 - 0.14 * Math.min(3, crest(at))) + shiver(11, at),
        120,
        1500,
      ),
    turbidity,
    suspendedSolids: (at) => 1.3 * turbidity(at) + 4,
    redox: (at) => 310 - 120 * reach.burden + 35 * slow(12, at) + 2 * shiver(12, at),
    ammonia,
    codMn,
    cod: (at) => 3.1 * codMn(at) + 3 + 0.1 * shiver(13, at),
    totalPhosphorus: (at) =>
      clamp(
        (0.06 + 0.12 * reach.burden) * (1 + 0.2 * slow(14, at)) + 0.06 * wash(at) + 0.001 * shiver(14, at),
        0.01,
        1,
      ),
    totalNitrogen: (at) => 1.2 + 1.5 * ammonia(at) + 0.2 * slow(15, at),
    chlorophyll,
    blueGreenAlgae: (at) => 1.8 * chlorophyll(at) * (0.3 + 0.7 * summer(at)),
  };
}

/** mg/L of oxygen in saturated fresh water at sea level, 0 to 35 °C (Benson and Krause, fitted to 0.05 mg/L). */
export function saturation(celsius: number): number {
  return 14.652 - 0.41022 * celsius + 0.007991 * celsius ** 2 - 0.000077774 * celsius ** 3;
}
