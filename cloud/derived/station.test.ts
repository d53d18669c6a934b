import { describe, expect, test } from "vitest";
import { deviceState } from "../api/fakes.ts";
import type { DeviceState } from "../ingest/directory.ts";
import { latestTable } from "../ingest/latest-table.ts";
import { hour as hourMs, never, rollUpTestbed, t0 } from "../rollup/testbed.ts";
import { pointAt } from "../store/contract.ts";
import { deriver } from "./derive.ts";
import { withJudged } from "./directory.ts";

const minute = 60_000;

const analyser = (device: string, metric: string, over: Partial<DeviceState> = {}): DeviceState => ({
  ...deviceState,
  ...{ site: "east", device, kind: "lake-water-analyser", everyMs: 10 * minute, metrics: [metric], ...over },
});
const instruments = [
  analyser("oxygen", "dissolved_oxygen"),
  analyser("codmn", "codmn"),
  analyser("ammonia", "ammonia_nitrogen"),
  analyser("phosphorus", "total_phosphorus"),
  // Of a river by its kind, as one is that was never told: the station's water is the first instrument's.
  analyser("phosphorus-2", "total_phosphorus", { kind: "water-analyser" }),
];
const section = { site: "east", name: "lake-section", devices: instruments.map(({ device }) => device) };

type Reading = Parameters<typeof pointAt>[2];
const read = (device: string, metric: string, value: number, over: Reading = {}, everyMinutes = 10) =>
  Array.from({ length: 60 / everyMinutes }, (_, n) =>
    pointAt(t0 + everyMinutes * n * minute, value, { device, kind: "x", metric, ...over }),
  );
const clean = [
  ...read("oxygen", "dissolved_oxygen", 8),
  ...read("codmn", "codmn", 3),
  ...read("ammonia", "ammonia_nitrogen", 0.3),
];

function city(devices: readonly DeviceState[] = instruments, station = section) {
  const bed = rollUpTestbed({ derive: (hour, signal) => derive(hour, signal) });
  const started = bed.start();
  const { clock, disk } = bed;
  const directory = { devices: () => devices };
  const [latest, marking] = [latestTable(clock), started.store];
  const derive = deriver({ store: disk, marking, directory, stations: [station], balances: [], latest, clock });
  const classOf = async (device: string, site = "east") => {
    const range = { site, device, metric: "water_class", from: t0, to: t0 + hourMs };
    return (await disk.raw({ ...range, limit: 9 }, never)).map(({ value, quality }) => [value, quality]);
  };
  return { ...bed, ...started, classOf, latest };
}

describe("a station", () => {
  test("is judged by all its instruments together, in the water of the first, and they no longer by themselves", async () => {
    const { store, clock, classOf, disk } = city();
    await store.write([...clean, ...read("phosphorus", "total_phosphorus", 0.06)], never);
    await clock.advance(hourMs + 2 * minute);
    expect([await classOf("lake-section"), await classOf("phosphorus")]).toEqual([[[4, "good"]], []]);
    const series = { site: "east", device: "lake-section", metric: "water_class", from: t0, to: t0 + hourMs };
    expect(await disk.series({ ...series, tier: "1h", everyMs: hourMs }, never)).toMatchObject([{ at: t0, last: 4 }]);
    expect((await disk.latest(never)).find(({ device }) => device === "lake-section")?.kind).toBe("lake-station");
  });

  test("is a device of its own for people, as much there as its instruments, with what was judged as its readings", async () => {
    const heard = instruments.map((each) => ({ ...each, online: each.device === "codmn" }));
    const { store, clock, latest } = city(heard);
    const directory = { sites: () => ["east"], gateways: () => [], devices: () => heard, watch: () => () => undefined };
    const zone = { site: "west", name: "zone", in: [{ site: "east", device: "oxygen", metric: "pipe_flow" }], out: [] };
    const unknown = { ...section, name: "nowhere", devices: ["nothing"] };
    const places = { stations: [section, unknown], balances: [zone] };
    await store.write(clean, never);
    await clock.advance(hourMs + 2 * minute);
    const shown = withJudged(directory, places, latest).devices().slice(heard.length);
    expect(shown).toMatchObject([
      { site: "east", device: "lake-section", kind: "lake-station", gateway: "gw-1", online: true },
      { site: "west", device: "zone", kind: "balance", gateway: "gw-1", online: false, metrics: [] },
    ]);
    expect(shown[0]!.metrics).toContain("water_class");
    expect(latest.ofDevice("east", "lake-section")).toContainEqual(
      expect.objectContaining({ metric: "water_class", value: 2, quality: "uncertain", stale: false }),
    );
  });

  test("is judged again when one of them delivers late, and the second of its kind stands in for a silent first", async () => {
    const { store, clock, classOf, book } = city();
    await store.write(clean, never);
    await clock.advance(3 * hourMs);
    expect(await classOf("lake-section")).toEqual([[2, "uncertain"]]);
    await store.write(read("phosphorus-2", "total_phosphorus", 0.15), never);
    await clock.advance(2 * minute);
    expect(await classOf("lake-section")).toEqual([[5, "good"]]);
    await store.write(read("phosphorus", "total_phosphorus", 0.06), never);
    await clock.advance(2 * minute);
    expect(await classOf("lake-section")).toEqual([[4, "good"]]);
    await clock.advance(minute);
    expect(book.stats().entries).toBe(0);
  });

  test("takes each instrument's value for as long as that instrument may keep silent", async () => {
    const slow = instruments.map((each) => (each.device === "phosphorus" ? { ...each, everyMs: 30 * minute } : each));
    const { store, clock, classOf } = city(slow);
    await store.write([...clean, ...read("phosphorus", "total_phosphorus", 0.06, {}, 30)], never);
    await clock.advance(hourMs + 2 * minute);
    expect(await classOf("lake-section")).toEqual([[4, "good"]]);
  });

  test("is uncertain when a reading of one of them is", async () => {
    const { store, clock, classOf } = city();
    const doubtful = read("phosphorus", "total_phosphorus", 0.06, { quality: "uncertain" });
    await store.write([...clean, ...doubtful], never);
    await clock.advance(hourMs + 2 * minute);
    expect(await classOf("lake-section")).toEqual([[4, "uncertain"]]);
  });

  test("is judged while an instrument of its list has never been heard of", async () => {
    const { store, clock, classOf } = city(instruments, { ...section, devices: [...section.devices, "nitrogen"] });
    await store.write([...clean, ...read("phosphorus", "total_phosphorus", 0.06)], never);
    await clock.advance(hourMs + 2 * minute);
    expect(await classOf("lake-section")).toEqual([[4, "good"]]);
  });

  test("has nothing to do with instruments of the same names at another site, which are judged by themselves", async () => {
    const namesakes = instruments.map((each) => ({ ...each, site: "west" }));
    const { store, clock, classOf } = city([...instruments, ...namesakes]);
    await store.write(read("phosphorus", "total_phosphorus", 0.15, { site: "west" }), never);
    await clock.advance(hourMs + 2 * minute);
    expect([await classOf("phosphorus", "west"), await classOf("lake-section")]).toEqual([[[5, "uncertain"]], []]);
    await store.write([...clean, ...read("phosphorus", "total_phosphorus", 0.06)], never);
    await clock.advance(2 * minute);
    expect(await classOf("lake-section")).toEqual([[4, "good"]]);
  });
});
