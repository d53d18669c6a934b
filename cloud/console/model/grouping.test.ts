import { describe, expect, test } from "vitest";
import type { Device, Reading } from "../../api/answers.ts";
import { freshnessOf, staleAfter } from "../../api/freshness.ts";
import { mergeReadings } from "../city.ts";
import { type Card, countFreshness, groupCards, markDevice, matches, orderReadings } from "./grouping.ts";

const now = 1_000_000;
const reading: Reading = {
  site: "north",
  gateway: "gw",
  device: "probe",
  metric: "ph",
  at: now - 1000,
  receivedAt: now - 900,
  value: 7,
  quality: "good",
  stale: false,
  staleAfterMs: 120_000,
};
const device: Device = {
  site: "north",
  gateway: "gw",
  device: "probe",
  title: { en: "Stone bridge", zh: "石桥" },
  kind: "water-probe",
  domain: "water",
  model: null,
  names: { en: "Water probe", zh: "水质探头" },
  online: true,
  since: 0,
  lastMessageAt: now,
  metrics: [],
  writable: [],
  states: {},
};
const counts = { live: 1, uncertain: 0, bad: 0, stale: 0 };
const card: Card = { device, readings: [reading], counts, mark: "live" };

describe("how far a reading is trusted", () => {
  test.each([
    ["a fresh good one is live", {}, "live"],
    ["a fresh uncertain one is uncertain", { quality: "uncertain" }, "uncertain"],
    ["a fresh bad one is bad", { quality: "bad", value: null }, "bad"],
    ["a good one that is too old is stale", { at: now - 120_001 }, "stale"],
    ["a good one of exactly the limit is still live", { at: now - 120_000 }, "live"],
    ["a bad one that is too old is stale, for it says nothing of now", { at: now - 200_000, quality: "bad" }, "stale"],
    ["a fresh one of a dead device is stale at once", { stale: true }, "stale"],
    ["one from a clock that runs ahead is live", { at: now + 5000 }, "live"],
  ] as const)("%s", (_, change, freshness) => {
    expect(freshnessOf({ ...reading, ...change }, now)).toBe(freshness);
  });

  test("two missed reports make a reading stale; without a known period 2 min; never less than 15 s", () => {
    expect([staleAfter(60_000), staleAfter(undefined), staleAfter(1000)]).toEqual([150_000, 120_000, 15_000]);
  });

  test("a device is called by the worst that a person should look at", () => {
    const mark = (change: object, online = true) => markDevice({ online }, { ...counts, ...change });
    expect(mark({})).toBe("live");
    expect(mark({ uncertain: 1 })).toBe("uncertain");
    expect(mark({ uncertain: 1, stale: 1 })).toBe("stale");
    expect(mark({ stale: 3, bad: 1 })).toBe("bad");
    expect(mark({ bad: 1 }, false)).toBe("offline");
    expect(mark({ live: 0 })).toBe("silent");
  });

  test("readings are counted by freshness", () => {
    const some = [reading, { ...reading, quality: "bad" as const, value: null }, { ...reading, stale: true }];
    expect(countFreshness(some, now)).toEqual({ live: 1, uncertain: 0, bad: 1, stale: 1 });
  });
});

describe("the overview", () => {
  const of = (domain: Device["domain"], site: string, name: string): Card => ({
    ...card,
    device: { ...device, domain, site, device: name },
  });

  test("stands by domain, then site, then name in natural order, with what has no domain last", () => {
    const sections = groupCards([
      of(null, "a", "x"),
      of("air", "b", "p"),
      of("water", "b", "p-10"),
      of("water", "b", "p-2"),
      of("water", "a", "z"),
    ]);
    expect(
      sections.map(({ group, sites }) => [
        group,
        sites.map(({ site, cards }) => [site, cards.map((each) => each.device.device)]),
      ]),
    ).toEqual([
      [
        "water",
        [
          ["a", ["z"]],
          ["b", ["p-2", "p-10"]],
        ],
      ],
      ["air", [["b", ["p"]]]],
      ["other", [["a", ["x"]]]],
    ]);
  });

  test("a gateway's own metrics are no device of the overview", () => {
    expect(groupCards([of("gateway", "a", "gw")])).toEqual([]);
  });

  test("filters by domain, site, state and by a part of any name in either language", () => {
    const wanted = (filter: object) => matches(card, filter);
    expect([
      wanted({}),
      wanted({ group: "water" }),
      wanted({ site: "north" }),
      wanted({ text: "探头" }),
      wanted({ text: " PROBE " }),
      wanted({ text: "石桥" }),
    ]).toEqual(Array(6).fill(true));
    expect([
      wanted({ group: "air" }),
      wanted({ site: "south" }),
      wanted({ text: "lamp" }),
      wanted({ attention: true }),
    ]).toEqual(Array(4).fill(false));
  });

  test("readings of the device's domain come first, gauges before counters, sums before channels, as the instrument orders them", () => {
    const metrics = ["active_energy_import", "voltage/l2", "voltage/l1", "active_power", "air_temperature"];
    const readings = ["air_temperature", "voltage/l1", "voltage/l2", "active_energy_import", "active_power"].map(
      (metric) => ({ ...reading, metric }),
    );
    expect(orderReadings(readings, { domain: "light", metrics }).map(({ metric }) => metric)).toEqual([
      "active_power",
      "voltage/l2",
      "voltage/l1",
      "active_energy_import",
      "air_temperature",
    ]);
  });
});

test("a reading that arrives late never replaces a newer one", () => {
  const newer = { ...reading, at: now, value: 8 };
  const merged = mergeReadings(mergeReadings(new Map(), [newer]), [reading]);
  expect([...merged.values()].flatMap((each) => [...each.values()])).toEqual([newer]);
});

test("a reading that changes only its staleness replaces itself", () => {
  const dead = { ...reading, stale: true };
  const merged = mergeReadings(mergeReadings(new Map(), [reading]), [dead]);
  expect(merged.get("north\nprobe")?.get("ph")).toBe(dead);
});
