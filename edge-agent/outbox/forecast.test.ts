import { expect, test } from "vitest";
import { type Filling, forecastOf } from "./forecast.ts";

const hour = 3_600_000;
const filling: Filling = {
  now: 100 * hour,
  oldestAt: 98 * hour,
  bytes: 2000,
  recentBytes: 1000,
  limitBytes: 10_000,
  freeBytes: 1e9,
};

test("foretells from the pace of the last hour when the limit is reached", () => {
  expect(forecastOf(filling)).toEqual({ bytesPerHour: 1000, fullAt: 108 * hour });
});

test("a disk that others fill is full before the limit is", () => {
  expect(forecastOf({ ...filling, freeBytes: 3000 })?.fullAt).toBe(103 * hour);
});

test("a pile younger than an hour is scaled to the hour", () => {
  expect(forecastOf({ ...filling, oldestAt: 99.5 * hour })?.bytesPerHour).toBe(2000);
});

test("an outbox that is over its limit already is full now", () => {
  expect(forecastOf({ ...filling, bytes: 20_000 })?.fullAt).toBe(filling.now);
});

test("foretells nothing while records are only on their way", () => {
  expect(forecastOf({ ...filling, oldestAt: filling.now - 60_000 })).toBeUndefined();
  expect(forecastOf({ ...filling, oldestAt: undefined })).toBeUndefined();
});
