/** A fault of the simulated city as `weir-sim fault` takes it, or an event of its world, and the rules that have to fire on it. */
export type CityCase = {
  readonly device: string;
  readonly name: string;
  /** None: the world itself does it. */
  readonly faults: readonly Readonly<Record<string, unknown>>[];
  readonly start: string;
  /** From the start until the rules are seen firing. */
  readonly minutes: number;
  readonly rules: readonly string[];
};

const night = "2026-11-24T20:00:00+08:00";
const noon = "2026-11-24T12:00:00+08:00";

function drift(
  device: string,
  metric: string,
  per_hour: number,
  minutes: number,
  rules: readonly string[],
  start = noon,
): CityCase {
  return { device, name: `drift ${metric}`, faults: [{ fault: "drift", metric, per_hour }], start, minutes, rules };
}

function spike(
  device: string,
  metric: string,
  by: number,
  minutes: number,
  rules: readonly string[],
  start = noon,
): CityCase {
  return {
    device,
    name: `spike ${metric}`,
    faults: [{ fault: "spike", metric, by, probability: 1 }],
    start,
    minutes,
    rules,
  };
}

function stuck(device: string, metric: string, minutes: number, rules: readonly string[], start = noon): CityCase {
  return { device, name: `stuck ${metric}`, faults: [{ fault: "stuck", metric }], start, minutes, rules };
}

// biome-ignore format: a table
export const cityCases: readonly CityCase[] = [
  { device: "railway-underpass", name: "downpour of 2026-06-25", faults: [], start: "2026-06-25T06:15:00+08:00", minutes: 60, rules: ["weir-road-road_water_depth-light", "weir-road-road_water_depth-medium", "weir-road-road_water_depth-heavy"] },
  { device: "gas-station-heads", name: "gas leak of 2026-07-05", faults: [], start: "2026-07-05T22:25:00+08:00", minutes: 20, rules: ["weir-gas-combustible_lel-first-pump", "weir-gas-combustible_lel-second-pump"] },
  { device: "yinjiang-codmn", name: "storm of 2026-06-25", faults: [], start: "2026-06-25T07:30:00+08:00", minutes: 60, rules: ["weir-river-codmn-III"] },
  drift("east-sluice-sonde", "dissolved_oxygen", -6, 120, ["weir-river-dissolved_oxygen-III"]),
  drift("yinjiang-codmn", "codmn", 4, 120, ["weir-river-codmn-III"]),
  drift("yinjiang-ammonia", "ammonia_nitrogen", 1, 120, ["weir-river-ammonia_nitrogen-III"]),
  drift("yinjiang-phosphorus", "total_phosphorus", 0.2, 120, ["weir-river-total_phosphorus-III"]),
  drift("yinjiang-cod", "cod", 10, 120, ["weir-river-cod-III"]),
  drift("east-sluice-ph", "ph", 2, 120, ["weir-river-ph-III"]),
  spike("yinjiang-ammonia", "ammonia_nitrogen", 1.5, 185, ["weir-river-water_class-target"]),
  drift("lake-phosphorus", "total_phosphorus", 0.05, 120, ["weir-lake-total_phosphorus-III"]),
  drift("lake-nitrogen", "total_nitrogen", 1, 120, ["weir-lake-total_nitrogen-III"]),
  drift("lake-sonde", "dissolved_oxygen", -6, 120, ["weir-lake-dissolved_oxygen-III"]),
  drift("lake-sonde", "ph", 2, 120, ["weir-lake-ph-III"]),
  drift("lake-codmn", "codmn", 4, 120, ["weir-lake-codmn-III"]),
  drift("lake-cod", "cod", 10, 120, ["weir-lake-cod-III"]),
  drift("lake-ammonia", "ammonia_nitrogen", 1, 120, ["weir-lake-ammonia_nitrogen-III"]),
  spike("lake-phosphorus", "total_phosphorus", 0.1, 185, ["weir-lake-water_class-target"]),
  spike("sewage-works-loops", "cod", 40, 1450, ["weir-outlet-cod-1A-day"]),
  spike("sewage-works-loops", "suspended_solids", 8, 1450, ["weir-outlet-suspended_solids-1A-day"]),
  spike("sewage-works-loops", "ph", 3, 1450, ["weir-outlet-ph-1A-day"]),
  spike("sewage-works-ammonia", "ammonia_nitrogen", 6, 1450, ["weir-outlet-ammonia_nitrogen-1A-day"]),
  spike("sewage-works-phosphorus", "total_phosphorus", 0.5, 1450, ["weir-outlet-total_phosphorus-1A-day"]),
  spike("sewage-works-nitrogen", "total_nitrogen", 10, 1450, ["weir-outlet-total_nitrogen-1A-day"]),
  drift("drum-tower-quality", "ph", 2, 60, ["weir-tap-ph"]),
  drift("drum-tower-quality", "residual_chlorine", -1, 60, ["weir-tap-residual_chlorine"]),
  drift("waterworks-quality", "residual_chlorine", -1, 60, ["weir-plant-residual_chlorine"]),
  spike("kerb-gases", "no2", 300, 70, ["weir-air-no2-II-hour"]),
  spike("kerb-gases", "so2", 600, 70, ["weir-air-so2-II-hour"]),
  spike("kerb-gases", "o3", 250, 500, ["weir-air-o3-II-hour", "weir-air-o3-II-8h"]),
  spike("kerb-gases", "co", 12, 70, ["weir-air-co-II-hour"]),
  spike("kerb-gases", "no2", 100, 1450, ["weir-air-no2-II-day"]),
  spike("kerb-gases", "so2", 160, 1450, ["weir-air-so2-II-day"]),
  spike("kerb-gases", "co", 5, 1450, ["weir-air-co-II-day"]),
  spike("kerb-dust", "pm25", 70, 1450, ["weir-air-pm25-II-day"]),
  spike("kerb-dust", "pm10", 130, 1450, ["weir-air-pm10-II-day"]),
  spike("kerb-dust", "pm25", 250, 185, ["weir-air-aqi-polluted", "weir-air-aqi-heavy"]),
  spike("east-gate-sound", "noise_equivalent", 30, 60, ["weir-noise-noise_equivalent-4a-daytime"]),
  spike("east-gate-sound", "noise_equivalent", 20, 60, ["weir-noise-noise_equivalent-4a-night"], "2026-11-24T23:00:00+08:00"),
  ...["pump", "tank", "hose", "fence"].flatMap((head) => [
    drift("gas-station-heads", `combustible_lel/${head}`, 60, 55, [`weir-gas-combustible_lel-first-${head}`, `weir-gas-combustible_lel-second-${head}`]),
    drift("gas-station-heads", `combustible_lel/${head}`, 90, 13, [`weir-soon-combustible_lel-${head}`]),
  ]),
  spike("gas-station-heads", "oxygen_volume", -2, 20, ["weir-gas-oxygen_volume-first"]),
  drift("gas-station-heads", "tank_pressure", 1200, 60, ["weir-tank-tank_pressure-H", "weir-tank-tank_pressure-HH"]),
  drift("gas-station-heads", "tank_pressure", 1200, 42, ["weir-soon-tank_pressure"]),
  drift("gas-station-heads", "tank_temperature", 60, 50, ["weir-tank-tank_temperature-H", "weir-tank-tank_temperature-HH"]),
  drift("gas-station-level", "tank_level", 3, 50, ["weir-tank-tank_level-H", "weir-tank-tank_level-HH"]),
  drift("gas-station-level", "tank_level", 3, 20, ["weir-soon-tank_level"]),
  drift("gas-station-level", "tank_level", -3, 50, ["weir-tank-tank_level-L", "weir-tank-tank_level-LL"]),
  spike("gas-station-sulphide", "toxic_gas_ppm", 20, 20, ["weir-gas-toxic_gas_ppm-first", "weir-gas-toxic_gas_ppm-second"]),
  spike("gas-station-sulphide", "gas_alarm_low", 1, 20, ["weir-gas-gas_alarm_low-alarm"]),
  spike("gas-station-sulphide", "gas_alarm_high", 1, 20, ["weir-gas-gas_alarm_high-alarm"]),
  spike("gas-station-sulphide", "detector_state", 1, 20, ["weir-gas-detector_state-inhibited"]),
  spike("gas-station-sulphide", "detector_fault", 2, 20, ["weir-gas-detector_fault-fault"]),
  spike("gas-station-co", "co_ppm", 40, 20, ["weir-gas-co_ppm-first", "weir-gas-co_ppm-second"]),
  spike("gas-station-ammonia", "nh3_ppm", 60, 20, ["weir-gas-nh3_ppm-first", "weir-gas-nh3_ppm-second"]),
  spike("gas-station-pit-h2s", "h2s_ppm", 20, 20, ["weir-gas-h2s_ppm-first", "weir-gas-h2s_ppm-second"]),
  spike("park-ozone", "o3_ppm", 0.4, 20, ["weir-gas-o3_ppm-first", "weir-gas-o3_ppm-second"]),
  spike("waterworks-cl2", "cl2_ppm", 2, 20, ["weir-gas-cl2_ppm-first", "weir-gas-cl2_ppm-second"]),
  drift("railway-underpass", "road_water_depth", 60, 40, ["weir-road-road_water_depth-light", "weir-road-road_water_depth-medium", "weir-road-road_water_depth-heavy"]),
  drift("railway-underpass", "road_water_depth", 30, 24, ["weir-soon-road_water_depth"]),
  drift("north-street-headroom", "sewer_headroom", -6, 45, ["weir-sewer-sewer_headroom-low", "weir-sewer-sewer_headroom-overflow"]),
  drift("north-street-headroom", "sewer_headroom", -6, 20, ["weir-soon-sewer_headroom"]),
  drift("pumping-station-plc", "sewer_level", 3, 60, ["weir-sewer-sewer_level-high", "weir-sewer-sewer_level-overflow"]),
  drift("market-manhole-node", "sewer_level", 6, 20, ["weir-soon-sewer_level"]),
  spike("market-manhole-node", "manhole_cover_state", 1, 20, ["weir-sewer-manhole_cover_state-open"]),
  drift("waterworks-pressure", "pipe_pressure", -600, 60, ["weir-main-pipe_pressure-low", "weir-main-pipe_pressure-none"]),
  drift("waterworks-pressure", "pipe_pressure", 600, 60, ["weir-main-pipe_pressure-high"]),
  drift("waterworks-pressure", "pipe_pressure", -600, 22, ["weir-soon-pipe_pressure"]),
  drift("waterworks-pressure", "pipe_pressure", -1200, 8, ["weir-burst-pipe_pressure"]),
  stuck("east-sluice-ph", "ph", 200, ["weir-flat-ph"]),
  stuck("east-sluice-oxygen", "dissolved_oxygen", 200, ["weir-flat-dissolved_oxygen"]),
  stuck("intake-turbidity", "turbidity", 200, ["weir-flat-turbidity"]),
  stuck("kerb-dust", "pm25", 200, ["weir-flat-pm25"]),
  stuck("waterworks-pressure", "pipe_pressure", 200, ["weir-flat-pipe_pressure"]),
  stuck("gas-station-level", "tank_level", 200, ["weir-flat-tank_level"]),
  spike("lamp-east-gate-1", "voltage", 30, 30, ["weir-supply-voltage-band"], night),
  ...["l1", "l2", "l3"].map((phase) => spike("cabinet-east-gate", `voltage/${phase}`, -40, 30, [`weir-supply-voltage-band-${phase}`], night)),
  spike("lamp-east-gate-2", "active_power", -115, 20, ["weir-lamp-dark"], night),
  stuck("lamp-east-gate-2", "active_power", 840, ["weir-lamp-burning"], night),
  drift("lamp-east-gate-3", "power_factor", -0.3, 60, ["weir-lamp-power_factor"], night),
  spike("lamp-east-gate-3", "lamp_fault", 4, 20, ["weir-lamp-lamp_fault-fault"], night),
  drift("lamp-east-gate-4", "leakage_current", 200, 60, ["weir-lamp-leakage_current-warning", "weir-lamp-leakage_current-danger"], night),
  spike("alley-cabinet-node", "door_state", 1, 20, ["weir-lamp-door_state-open"], night),
  spike("alley-cabinet-node", "immersion_state", 1, 20, ["weir-lamp-immersion_state-wet"], night),
  drift("alley-cabinet-node", "cabinet_temperature", 100, 60, ["weir-lamp-cabinet_temperature-high"], night),
];
