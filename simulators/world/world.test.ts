import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAir, traffic } from "./air.ts";
import { day, dayOf, fitted, hour, startOfDay } from "./calendar.ts";
import { createUnderpass } from "./drainage.ts";
import { createLampLoad, createMains, createPumps } from "./mains.ts";
import { createPipe, demand } from "./pipe.ts";
import { createRiver, type River } from "./river.ts";
import { createTank } from "./tank.ts";
import { worldTime } from "./time.ts";
import { createWorld, type World } from "./world.ts";

const reach = { name: "east", level: 2.1, flow: 38, lagHours: 6, risePer10mm: 0.22, burden: 0.5 };
const district = { name: "old town", meanFlow: 180, leakShare: 0.12, pressure: 0.38 };
const china = (text: string) => Date.parse(`${text}+08:00`);
const instant = fc.integer({ min: fitted + day, max: fitted + 3 * 365 * day });
const seed = fc.integer({ min: 0, max: 0xffffffff });

function everything(world: World): Record<string, (at: number) => number> {
  const river = createRiver(world.seed, world.weather, world.rain, reach);
  const air = createAir(world.seed, world.weather, world.rain, "street", 1);
  const pipe = createPipe(world.seed, world.weather.slowTemperature, district);
  const tank = createTank(world.seed, world.weather, "station");
  const { temperature, humidity, pressure, windSpeed, windDirection, irradiance } = world.weather;
  return {
    ...river,
    ...air,
    ...{ temperature, humidity, pressure, windSpeed, windDirection, irradiance },
    pipeFlow: pipe.flow,
    inlet: pipe.inlet,
    critical: pipe.critical,
    chlorine: pipe.chlorine,
    tankLevel: tank.level,
    tankPressure: tank.pressure,
    lel: (at) => tank.lel(at, 1),
    oxygen: tank.oxygen,
    underpass: createUnderpass(world.seed, world.rain, "railway"),
    rain: world.rain.intensity,
  };
}

/** The first shower of at least so many mm after an instant: where the gauge rose most within eight hours. */
function bigShower(world: World, mm: number): number {
  for (let at = fitted + 200 * day; ; at += hour) {
    if (
      world.rain.total(at + 3 * hour) - world.rain.total(at) > mm &&
      world.rain.total(at) - world.rain.total(at - 2 * day) < 1
    )
      return at;
  }
}

describe("the world", () => {
  test("is the same for the same seed and instant, whatever was asked before", () => {
    fc.assert(
      fc.property(seed, instant, instant, (seed, at, other) => {
        const [one, two] = [everything(createWorld(seed)), everything(createWorld(seed))];
        for (const name of Object.keys(one)) one[name]!(other);
        for (const name of Object.keys(one)) expect(one[name]!(at), name).toBe(two[name]!(at));
      }),
      { numRuns: 20 },
    );
  });

  test("differs from seed to seed", () => {
    const at = china("2026-07-01T12:00:00");
    const [one, two] = [everything(createWorld(1)), everything(createWorld(2))];
    expect(one.temperature!(at)).not.toBe(two.temperature!(at));
    expect(one.level!(at)).not.toBe(two.level!(at));
  });

  test("stays within what instruments see in such a city", () => {
    const limits: Record<string, readonly [number, number]> = {
      temperature: [-12, 42],
      humidity: [20, 100],
      pressure: [980, 1050],
      windSpeed: [0, 30],
      windDirection: [0, 360],
      irradiance: [0, 1100],
      level: [1.5, 6],
      flow: [20, 300],
      ph: [6, 9.2],
      dissolvedOxygen: [1.5, 18],
      turbidity: [1, 900],
      conductivity: [100, 1500],
      ammonia: [0, 6],
      codMn: [1, 15],
      pm25: [3, 320],
      pm10: [5, 600],
      no2: [2, 260],
      co: [0.1, 12],
      o3: [4, 290],
      noise: [34, 95],
      pipeFlow: [10, 500],
      inlet: [0.2, 0.45],
      critical: [0.05, 0.4],
      chlorine: [0.05, 2],
      tankLevel: [0, 3.2],
      tankPressure: [0.1, 1.6],
      lel: [0, 100],
      oxygen: [18, 21.5],
      underpass: [0, 0.9],
    };
    fc.assert(
      fc.property(seed, fc.array(instant, { minLength: 20, maxLength: 20 }), (seed, instants) => {
        const all = everything(createWorld(seed));
        for (const [name, [low, high]] of Object.entries(limits))
          for (const at of instants) {
            expect(all[name]!(at), `${name} at ${at}`).toBeGreaterThanOrEqual(low);
            expect(all[name]!(at), `${name} at ${at}`).toBeLessThanOrEqual(high);
          }
      }),
      { numRuns: 25 },
    );
  });

  test("goes on where it is after a restart with the same clock, at any speed", () => {
    let now = 1_000_000;
    const clock = { speed: 60, since: 400_000, from: 9_000_000 };
    const before = worldTime(() => now, clock);
    now += 5000;
    const reached = before.now();
    expect(worldTime(() => now, clock).now()).toBe(reached);
    expect(reached).toBe(9_000_000 + 605_000 * 60);
  });
});

describe("rain", () => {
  const world = createWorld(3);
  const river = createRiver(world.seed, world.weather, world.rain, reach);

  test("comes to about a thousand millimetres a year", () => {
    const years = [1, 2, 3, 4, 5].map((seed) => createWorld(seed).rain.total(fitted + 365 * day));
    const mean = years.reduce((sum, mm) => sum + mm, 0) / years.length;
    expect(mean).toBeGreaterThan(700);
    expect(mean).toBeLessThan(1500);
  });

  test("raises the river hours later, not at once", () => {
    const start = bigShower(world, 20);
    const rise = (hours: number) => river.level(start + hours * hour) - river.level(start - hour);
    expect(rise(8)).toBeGreaterThan(0.25);
    expect(rise(0.2)).toBeLessThan(0.12);
    expect(river.flow(start + 8 * hour)).toBeGreaterThan(1.5 * river.flow(start - hour));
  });

  test("muddies the water before the crest comes, and thins its salts", () => {
    const start = bigShower(world, 20);
    expect(river.turbidity(start + 3 * hour)).toBeGreaterThan(3 * river.turbidity(start - hour));
    const steps = Array.from({ length: 48 }, (_, i) => start + i * 0.5 * hour);
    const peak = (of: keyof River) => steps.reduce((best, at) => (river[of](at) > river[of](best) ? at : best));
    expect(peak("turbidity")).toBeLessThan(peak("flow"));
    expect(river.conductivity(start + 7 * hour)).toBeLessThan(0.9 * river.conductivity(start - hour));
  });

  test("fills the underpass only in a downpour, and the pumps empty it again", () => {
    const depth = createUnderpass(world.seed, world.rain, "railway");
    const start = bigShower(world, 25);
    const hours = Array.from({ length: 40 }, (_, i) => start + i * 0.25 * hour);
    expect(Math.max(...hours.map(depth))).toBeGreaterThan(0.1);
    expect(depth(start - hour)).toBeLessThan(0.01);
    expect(depth(start + 20 * hour)).toBeLessThan(0.01);
  });

  test("the gauge's total is what its intensity adds up to", () => {
    const from = bigShower(world, 20) - hour;
    let mm = 0;
    for (let at = from; at < from + 12 * hour; at += 10_000) mm += (world.rain.intensity(at + 5000) * 10_000) / hour;
    expect(world.rain.total(from + 12 * hour) - world.rain.total(from)).toBeCloseTo(mm, 1);
  });
});

describe("totals", () => {
  const world = createWorld(5);
  const { weather, rain, lighting } = world;
  const pipe = createPipe(5, weather.slowTemperature, district);
  const lamps = createLampLoad(5, "cabinet", {
    ratedW: 9000,
    idleW: 60,
    level: lighting.level,
    fullHours: lighting.fullHours,
    fitted,
  });
  const counters: Record<string, (at: number) => number> = {
    rain: rain.total,
    volume: createRiver(5, weather, rain, reach).volume,
    water: pipe.volume,
    reverse: pipe.reverseVolume,
    pumps: createPumps(5, "station", 30_000, demand).energy,
    lamps: lamps.energy,
    hours: lighting.hoursOn,
  };

  test.each(Object.keys(counters))("%s only grows, across days and restarts", (name) => {
    const counter = counters[name]!;
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 2 * day }), (at, step) => {
        expect(counter(at + step)).toBeGreaterThanOrEqual(counter(at));
      }),
      { numRuns: 200 },
    );
  });

  test("a water meter counts what flows through it, to 3 percent of a day", () => {
    const from = startOfDay(dayOf(china("2026-05-06T00:00:00")));
    let volume = 0;
    for (let at = from; at < from + day; at += 60_000) volume += pipe.flow(at) / 60;
    expect(Math.abs((pipe.volume(from + day) - pipe.volume(from)) / volume - 1)).toBeLessThan(0.03);
  });

  test("lamps use no more than their controllers by day", () => {
    const used = lamps.energy(china("2026-06-21T18:00:00")) - lamps.energy(china("2026-06-21T06:00:00"));
    expect(used).toBeCloseTo(12 * 0.06, 6);
  });

  test("lamps use their rated power in the evening and less after 23:00", () => {
    const evening = lamps.energy(china("2026-06-21T22:00:00")) - lamps.energy(china("2026-06-21T21:00:00"));
    const night = lamps.energy(china("2026-06-22T02:00:00")) - lamps.energy(china("2026-06-22T01:00:00"));
    expect(evening).toBeCloseTo(9.06, 6);
    expect(night).toBeCloseTo(0.6 * 9 + 0.06, 6);
  });
});

describe("street lamps", () => {
  const { lighting } = createWorld(1);

  test.each([
    ["2025-06-21", "04:53:32", "19:10:41"],
    ["2025-12-21", "06:57:46", "16:58:53"],
    ["2025-03-20", "06:04:22", "18:11:43"],
  ])("on %s go out at %s and light at %s, to two minutes", (date, rise, set) => {
    const { rise: out, set: lit } = lighting.sun(china(`${date}T12:00:00`));
    expect(Math.abs(out - china(`${date}T${rise}`))).toBeLessThan(120_000);
    expect(Math.abs(lit - china(`${date}T${set}`))).toBeLessThan(120_000);
    expect(lighting.level(out - 60_000)).toBeGreaterThan(0);
    expect(lighting.level(out + 60_000)).toBe(0);
    expect(lighting.level(lit - 60_000)).toBe(0);
    expect(lighting.level(lit + 60_000)).toBe(1);
  });

  test("are dimmed in the small hours", () => {
    expect(lighting.level(china("2026-11-22T02:00:00"))).toBe(0.6);
    expect(lighting.level(china("2026-11-22T22:30:00"))).toBe(1);
  });
});

describe("people", () => {
  const world = createWorld(2);
  const tuesday = "2026-05-12";
  const sunday = "2026-05-17";

  test("drive most at the rush hours of working days", () => {
    expect(traffic(china(`${tuesday}T08:00:00`))).toBeGreaterThan(2 * traffic(china(`${sunday}T08:00:00`)));
    expect(traffic(china(`${tuesday}T08:00:00`))).toBeGreaterThan(8 * traffic(china(`${tuesday}T03:00:00`)));
  });

  test("leave nitrogen dioxide and noise where they drive", () => {
    const kerb = createAir(2, world.weather, world.rain, "kerb", 1);
    const rush = china(`${tuesday}T08:00:00`);
    const night = china(`${tuesday}T03:00:00`);
    expect(kerb.no2(rush)).toBeGreaterThan(1.5 * kerb.no2(night));
    expect(kerb.noise(rush)).toBeGreaterThan(kerb.noise(night) + 6);
    expect(kerb.co(rush)).toBeGreaterThan(kerb.co(night));
  });

  test("use least water between two and four, when only leaks flow, and pressure is highest then", () => {
    const pipe = createPipe(2, world.weather.slowTemperature, district);
    const flows = Array.from({ length: 24 }, (_, h) => pipe.flow(china(`${tuesday}T00:00:00`) + h * hour));
    expect([2, 3, 4]).toContain(flows.indexOf(Math.min(...flows)));
    expect(Math.min(...flows)).toBeGreaterThan(district.meanFlow * district.leakShare);
    expect(pipe.critical(china(`${tuesday}T03:00:00`))).toBeGreaterThan(
      pipe.critical(china(`${tuesday}T07:30:00`)) + 0.02,
    );
  });

  test("pull the mains voltage down when they cook", () => {
    const mains = createMains(2, "street");
    expect(mains.voltage(china(`${tuesday}T19:00:00`), "l1")).toBeLessThan(
      mains.voltage(china(`${tuesday}T03:00:00`), "l1"),
    );
  });
});

describe("the gas tank", () => {
  const world = createWorld(4);
  const tank = createTank(4, world.weather, "station");

  test("is drawn down and filled again, without a jump", () => {
    const steps = Array.from({ length: 6 * 24 * 4 }, (_, i) => tank.fill(fitted + 90 * day + i * 15 * 60_000));
    expect(Math.min(...steps)).toBeGreaterThan(10);
    expect(Math.max(...steps)).toBeLessThan(85);
    for (let i = 1; i < steps.length; i++) expect(Math.abs(steps[i]! - steps[i - 1]!)).toBeLessThan(10);
  });

  test("leaks now and then, and its heads smell that beyond the first alarm", () => {
    const month = Array.from({ length: 30 * 24 * 20 }, (_, i) => tank.lel(fitted + 100 * day + i * 3 * 60_000, 1));
    const alarmed = month.filter((lel) => lel > 20).length;
    expect(alarmed).toBeGreaterThan(0);
    expect(alarmed / month.length).toBeLessThan(0.03);
    expect(month.filter((lel) => lel < 2).length / month.length).toBeGreaterThan(0.9);
  });
});
