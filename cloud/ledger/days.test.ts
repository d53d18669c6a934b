import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import type { Quality } from "@weir/wire/sample.ts";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { together } from "./days.ts";
import { keptDays, openDays } from "./days-book.ts";
import { daysIn } from "./zone.ts";

const minute = 60_000;
const hour = 60 * minute;
/** Midnight in Shanghai. */
const midnight = Date.UTC(2026, 10, 23, 16);

const probe = {
  ...{ site: "east", gateway: "gw-1", device: "probe-1", kind: "water-quality", everyMs: minute },
  ...{ knownSince: midnight, metrics: ["ph", "turbidity"] },
};
type Probe = typeof probe;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "weir-days-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function open({
  file = join(folder(), "cloud.db"),
  devices = [probe] as Probe[],
  now = midnight,
  zone = "Asia/Shanghai",
} = {}) {
  const clock = virtualClock(now);
  const days = openDays({ file, timeZone: zone, registered: () => devices, clock });
  const today = () => days.devices()[0]?.days.at(-1);
  /** One reading of each metric each minute, as it happens. */
  async function run(minutes: number, quality: Quality = "good", device = probe) {
    for (let n = 0; n < minutes; n++) {
      const at = clock.now();
      days.stored(device, [
        { metric: "ph", at, quality },
        { metric: "turbidity", at, quality: "good" },
      ]);
      await clock.advance(minute);
    }
  }
  return { days, clock, today, run, file };
}

describe("a day of a device", () => {
  test("is complete when its readings came as its birth said", async () => {
    const { run, today } = open();
    await run(600);
    expect(today()).toEqual({
      ...{ date: "2026-11-24", at: midnight, expected: 598, onTime: 598, late: 0, rejected: 0, missing: 0 },
      ...{ completeness: 100, validity: 100 },
    });
  });

  test("misses the time of an outage, until the readings come late: then that time is late and the day is complete", async () => {
    const { run, today, days, clock } = open();
    await run(60);
    const from = clock.now();
    await clock.advance(30 * minute);
    await run(60);
    const before = today()!;
    expect(before).toMatchObject({ expected: 148, onTime: 119, late: 0, missing: 29 });
    expect(before.completeness).toBeLessThan(100);
    expect(days.gaps("east", "probe-1", 10)).toEqual([
      { kind: "missing", from: from + minute, to: from + 30 * minute },
    ]);
    for (let n = 0; n < 30; n++) days.stored(probe, [{ metric: "ph", at: from + n * minute, quality: "good" }]);
    expect(today()).toMatchObject({ expected: 148, onTime: 119, late: 29, missing: 0, completeness: 100 });
    expect(days.gaps("east", "probe-1", 10)).toEqual([{ kind: "late", from: from + minute, to: from + 30 * minute }]);
  });

  test("is corrected by what arrives days later, and tells that it has changed", async () => {
    const { run, days, clock } = open();
    await clock.advance(24 * hour);
    await run(60);
    expect(days.devices()[0]?.days.at(-2)).toMatchObject({ date: "2026-11-24", expected: 1440, missing: 1440 });
    days.takeChanged();
    const history = Array.from({ length: 1440 }, (_, n) => ({
      ...{ metric: "ph", at: midnight + n * minute, quality: "good" as const },
    }));
    days.stored(probe, history);
    expect(days.devices()[0]?.days.at(-2)).toMatchObject({ late: 1440, missing: 0, completeness: 100 });
    expect(days.takeChanged().map(({ date }) => date)).toEqual(["2026-11-24", "2026-11-25"]);
    expect(days.takeChanged()).toEqual([]);
  });

  test("counts a value that does not change in full: it is vouched for until the next report is due", async () => {
    const slow = { ...probe, everyMs: 10 * minute };
    const { days, clock, today } = open({ devices: [slow] });
    for (let n = 0; n < 12; n++) {
      days.stored(slow, [{ metric: "ph", at: clock.now(), quality: "good" }]);
      await clock.advance(10 * minute);
    }
    expect(today()).toMatchObject({ expected: 118, onTime: 118, missing: 0 });
  });

  test("is as valid as its values were good: a bad one counts until a good one comes", async () => {
    const { run, today } = open();
    await run(50);
    await run(25, "bad");
    await run(25, "uncertain");
    await run(102);
    expect(today()).toMatchObject({ expected: 200, onTime: 200, completeness: 100, validity: 87.5 });
  });

  test("of which a value has been bad since says so now, though its report is only due later", async () => {
    const slow = { ...probe, everyMs: hour };
    const { days, clock, today } = open({ devices: [slow] });
    days.stored(slow, [
      { metric: "ph", at: clock.now(), quality: "bad" },
      { metric: "turbidity", at: clock.now(), quality: "good" },
    ]);
    await clock.advance(42 * minute);
    expect(today()).toMatchObject({ onTime: 40, validity: 50 });
  });

  test("with readings that the store refuses shows them apart from what is missing", async () => {
    const { run, days, clock, today } = open();
    await run(10);
    for (let n = 0; n < 10; n++) {
      days.refused(probe, clock.now());
      await clock.advance(minute);
    }
    await run(10);
    expect(today()).toMatchObject({ expected: 28, onTime: 19, rejected: 9, missing: 0 });
  });

  test("is not expected before the device was known, nor in the two minutes that may be on their way", async () => {
    const { days, clock } = open({ devices: [{ ...probe, knownSince: midnight + hour }] });
    await clock.advance(2 * hour);
    expect(days.devices()[0]?.days.at(-1)).toMatchObject({ expected: 58, missing: 58, validity: null });
    expect(days.devices()[0]?.days.at(-2)).toBeNull();
  });

  test("before a device was known counts from its earliest reading that came with the backlog", async () => {
    const { days } = open({ devices: [{ ...probe, knownSince: midnight + hour }], now: midnight + hour });
    days.stored(probe, [{ metric: "ph", at: midnight - 30 * minute, quality: "good" }]);
    expect(days.devices()[0]?.days.at(-2)).toMatchObject({ expected: 30, late: 2, missing: 28 });
  });

  test("is not moved by a clock that is ahead, nor by readings older than the days that are kept", () => {
    const { days } = open();
    days.stored(probe, [
      { metric: "ph", at: midnight + hour, quality: "good" },
      { metric: "ph", at: midnight - 40 * 24 * hour, quality: "bad" },
    ]);
    expect(days.takeChanged()).toEqual([]);
  });
});

test("whatever the order and however often they come again, the same readings make the same day", () => {
  const readings = fc.array(fc.integer({ min: 0, max: 1400 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(readings, readings, (minutes, again) => {
      const now = midnight + 24 * hour + 10 * minute;
      const [one, other] = [open({ now }), open({ now })];
      const tell = (days: typeof one.days, list: readonly number[]) => {
        for (const n of list) days.stored(probe, [{ metric: "ph", at: midnight + n * minute, quality: "good" }]);
      };
      tell(one.days, minutes);
      tell(other.days, [...again.filter((n) => minutes.includes(n)), ...minutes.toReversed(), ...minutes]);
      expect(other.days.devices()).toEqual(one.days.devices());
      const covered = new Set(minutes.flatMap((n) => [n, n + 1]));
      expect(one.days.devices()[0]?.days.at(-2)).toMatchObject({ expected: 1440, late: covered.size });
      one.days.close();
      other.days.close();
    }),
    { numRuns: 25 },
  );
});

test("survives a restart, and forgets what is older than thirty days", async () => {
  const { run, days, file, today, clock } = open();
  await run(60);
  const before = today();
  days.save();
  const again = open({ file, now: clock.now() });
  expect(again.today()).toEqual(before);
  await again.clock.advance(keptDays * 24 * hour);
  again.days.save();
  again.days.close();
  const later = open({ file, now: clock.now() });
  expect(later.today()).toMatchObject({ onTime: 0, missing: 58 });
});

test("several devices together are counted by their minutes", async () => {
  const { run, today } = open();
  await run(102, "bad");
  expect(together([today()!, null, { ...today()!, onTime: 50, missing: 50, validity: 100 }])).toMatchObject({
    ...{ expected: 200, onTime: 150, missing: 50, completeness: 75, validity: 66.66 },
  });
  expect(together([null])).toBeNull();
});

test("days have the length that the zone's clocks give them, and follow each other without a hole", () => {
  const berlin = daysIn("Europe/Berlin");
  const hoursOf = (at: number) => (berlin(at).end - berlin(at).start) / hour;
  expect(hoursOf(Date.UTC(2026, 2, 29, 12))).toBe(23);
  expect(hoursOf(Date.UTC(2026, 9, 25, 12))).toBe(25);
  for (const zone of [
    "Asia/Shanghai",
    "Europe/Berlin",
    "Pacific/Kiritimati",
    "America/St_Johns",
    "Pacific/Pago_Pago",
  ]) {
    const dayOf = daysIn(zone);
    let at = Date.UTC(2026, 0, 1);
    for (let n = 0; n < 365; n++) {
      const [day, next] = [dayOf(at), dayOf(dayOf(at).end)];
      expect([next.start, next.date > day.date, dayOf(day.start).date]).toEqual([day.end, true, day.date]);
      at = day.end;
    }
  }
  expect(() => daysIn("Mars/Olympus")).toThrow(RangeError);
});
