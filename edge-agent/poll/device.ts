import { placeOf } from "@weir/device-profiles/place.ts";
import type { Address } from "@weir/device-profiles/schema.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { type ConnectionStats, LinkError, type LinkErrorCode, type Result, type Turn } from "../drivers/driver.ts";
import type { Bus } from "./bus.ts";
import { createGrid, type Grid } from "./grid.ts";
import { openInstrument } from "./instrument.ts";
import { createLiveness } from "./liveness.ts";
import type { DeviceConfig, PollOptions } from "./poll.ts";
import { worse } from "./quality.ts";
import {
  byPeriod,
  createPointSets,
  layOut,
  type PlacedPoint,
  type PointSet,
  type Reading,
  readingOf,
} from "./reading.ts";
import { isWorthReporting, type Reported } from "./report.ts";
import { createSecondTries } from "./second-tries.ts";
import { createStamps } from "./stamps.ts";

export type DeviceStatus = Omit<ConnectionStats, "unsupported"> & {
  readonly device: string;
  readonly bus: string;
  readonly state: "starting" | "up" | "down";
  /** Epoch ms of the next try while down. */
  readonly nextTryAt: number | undefined;
  readonly cycles: number;
  /** From the start of the last cycle to its last answer, waits for the line and for a measurement included; undefined before the first. */
  readonly cycleMs: number | undefined;
  /** Deadlines that passed while an earlier cycle was still running. */
  readonly skippedCycles: number;
  readonly samples: number;
  /** Metrics whose registers the device has been found not to have. */
  readonly unsupported: readonly string[];
};

export type PolledDevice = {
  readonly config: DeviceConfig;
  /** Every point, asked now; what was read is emitted, since an instrument tells it once. Never rejects. */
  readAll(): Promise<readonly Reading[]>;
  /** Asked before all polling. Never rejects. */
  fetch(addresses: readonly Address[]): Promise<readonly Result[]>;
  /** Asked before all polling. Rejects with a LinkError or RangeError. */
  write(placed: PlacedPoint, raw: number): Promise<void>;
  /** One point, asked before all polling; what was read is emitted. */
  readBack(set: PointSet): Promise<Reading>;
  status(): DeviceStatus;
  /** Asks it nothing until the function that this returns is called: its points are bad, `busy`, meanwhile. Then it is asked at once. */
  suspend(): () => void;
  /** Resolves when nothing will be emitted any more. */
  stop(): Promise<void>;
};

export type DeviceContext = Required<
  Pick<PollOptions, "clock" | "random" | "signal" | "emit" | "timeQuality" | "report" | "observe">
>;

function isMultiple({ write }: PlacedPoint["point"]): boolean {
  return write !== undefined && "function" in write && write.function === "multiple";
}

/** When it was so, as the driver says. */
type Moment = { readonly at: number };

/** First cycles are spread over at most this long. */
const longestPhaseMs = 5000;
/** Timers may fire this much early. */
const earlyMs = 1;

/** Polls one device: each period on its grid, all that is due in one cycle, the samples of a cycle emitted together. */
export function pollDevice(config: DeviceConfig, bus: Bus, context: DeviceContext): PolledDevice {
  const { clock, random, emit, timeQuality, report, observe } = context;
  const { id, profile, everyMs = profile.every } = config;
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const connection = openInstrument(config, bus);
  const groups = [...byPeriod(profile, everyMs)];
  const origin = clock.monotonic() + random() * Math.min(longestPhaseMs, groups[0]![0]);
  const grids = groups.map(([period]) => createGrid(period, origin));
  const secondTries = createSecondTries(
    grids,
    groups.map(([, points]) => points.length),
  );
  const all = layOut(profile.points);
  const setOf = createPointSets(groups.map(([, points]) => points));
  const liveness = createLiveness(random, clock.monotonic());
  const reported = new Map<string, { -readonly [K in keyof (Reported & Moment)]: (Reported & Moment)[K] }>();
  const stamps = createStamps();
  let alarm: AbortController | undefined;
  let heard = false;
  let suspended = 0;
  let resumed = false;
  let lastFailure: LinkErrorCode = "timeout";
  /** Why the last cycle was not emitted, so that a full disk is told once, not at each cycle. */
  let notEmitted: string | undefined;
  const counts = { cycles: 0, skippedCycles: 0, samples: 0 };
  let cycleMs: number | undefined;
  let unsupportedCount = 0;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const next = Math.min(...grids.map((grid) => grid.due()));
      if (!resumed) await waitUntil(isAsked() ? next : Math.min(next, liveness.nextTryAt()));
      if (signal.aborted) return;
      const now = clock.monotonic();
      if (!isAsked() && liveness.nextTryAt() <= now) await tryAgain();
      else if (resumed) {
        resumed = false;
        await cycle(grids);
      } else await cycle(secondTries.withLost(grids.filter((grid) => grid.due() <= now + earlyMs)));
    }
  }

  /** On its grid, whether anything goes out or not; else it is down, and tried at times of its own. */
  const isAsked = () => suspended > 0 || liveness.isUp();

  async function waitUntil(time: number): Promise<void> {
    const ms = time - clock.monotonic();
    if (ms <= 0) return;
    alarm = new AbortController();
    await clock.sleep(ms, alarm.signal);
    alarm = undefined;
  }

  /** One cheap question; if it is answered, everything at once. When only the link was lost, everything without being asked first. */
  async function tryAgain(): Promise<void> {
    if (wasCut()) return cycle(grids, ask);
    try {
      await connection.probe(all.addresses, turnFor(clock.monotonic() + everyMs));
      if (signal.aborted) return;
      isAlive();
      await cycle(grids);
    } catch (error) {
      isSilent(error instanceof LinkError ? error.code : "timeout");
    }
  }

  async function cycle(due: readonly Grid[], read = askIfUp): Promise<void> {
    if (due.length === 0) return;
    const startedAt = due[0]!.due();
    const set = setOf(grids.map((grid) => due.includes(grid)));
    const beganAt = clock.monotonic();
    const results = await read(set, startedAt + due[0]!.periodMs);
    if (signal.aborted) return;
    cycleMs = clock.monotonic() - beganAt;
    const told = readings(set, results);
    await hand(set, told, startedAt);
    const now = clock.monotonic();
    const isTime = (grid: Grid) => grid.due() <= now + earlyMs;
    if (liveness.isUp()) secondTries.note(due, told, isTime);
    for (const grid of due) if (isTime(grid)) counts.skippedCycles += grid.advance(now);
    counts.cycles++;
  }

  async function askIfUp(set: PointSet, deadline: number): Promise<readonly Result[]> {
    if (suspended > 0) return set.addresses.map(() => ({ error: "busy" }));
    return liveness.isUp() ? ask(set, deadline) : set.addresses.map(() => ({ error: lastFailure }));
  }

  async function ask(set: PointSet, deadline: number): Promise<readonly Result[]> {
    const before = connection.stats();
    const results = await connection.read(set.addresses, turnFor(deadline));
    const after = connection.stats();
    if (signal.aborted) return results;
    if (after.replies > before.replies) isAlive();
    else {
      const failure = results.find((result) => "error" in result && result.error !== "unsupported");
      if (failure && "error" in failure) isSilent(failure.error);
    }
    noteUnsupported(after);
    return results;
  }

  function wasCut(): boolean {
    return lastFailure === "closed" || lastFailure === "refused";
  }

  function isAlive(): void {
    if (liveness.succeeded(clock.monotonic()) || !heard) report({ event: "device-up", device: id });
    heard = true;
  }

  function isSilent(code: LinkErrorCode): void {
    if (signal.aborted) return;
    lastFailure = code;
    const why = connection.stats().lastError ?? code;
    if (liveness.failed(clock.monotonic())) report({ event: "device-down", device: id, why });
  }

  function noteUnsupported({ unsupported }: ConnectionStats): void {
    if (unsupported.length === unsupportedCount) return;
    unsupportedCount = unsupported.length;
    report({ event: "unsupported", device: id, metrics: unsupportedMetrics(unsupported) });
  }

  function unsupportedMetrics(unsupported: ConnectionStats["unsupported"]): readonly string[] {
    return all.points.filter(({ point: { at } }) => unsupported.includes(placeOf(at))).map(({ metric }) => metric);
  }

  function turnFor(deadline: number): Turn {
    return { urgent: false, deadline, signal };
  }

  function urgent(): Turn {
    return { ...turnFor(clock.monotonic()), urgent: true };
  }

  /** One for each point of the set, in its order. */
  function readings({ points }: PointSet, results: readonly Result[]): readonly Reading[] {
    const now = clock.now();
    return points.map((placed) => readingOf(placed, results, now));
  }

  /** Emits what is worth reporting. What could not be emitted counts as never reported. */
  async function hand({ points }: PointSet, read: readonly Reading[], due: number): Promise<void> {
    observe(id, read);
    const samples: Sample[] = [];
    const ceiling = timeQuality();
    const consider = ({ metric, reporting }: PlacedPoint, { value, quality: own, at }: Reading) => {
      const quality = worse(own, ceiling);
      const now = { due, value, quality, at };
      const last = reported.get(metric);
      // An instrument that tells by itself has told nothing since: it is the sample that was reported, not another.
      if (last?.at === at && last.value === value && last.quality === quality) return;
      if (!isWorthReporting(reporting, last, now)) return;
      // Kept in place: an object for each reading, thrown away after a period, would fill the old generation.
      if (last) Object.assign(last, now);
      else reported.set(metric, now);
      samples.push({ metric, at: stamps.stamp(metric, at), value, quality });
    };
    for (let i = 0; i < read.length; i++) {
      for (const earlier of read[i]!.earlier ?? []) consider(points[i]!, earlier);
      consider(points[i]!, read[i]!);
    }
    if (samples.length === 0) return;
    try {
      await emit(id, profile.kind, samples);
      counts.samples += samples.length;
      notEmitted = undefined;
    } catch (error) {
      for (const { metric } of samples) reported.delete(metric);
      const why = error instanceof Error ? error.message : String(error);
      if (why !== notEmitted) report({ event: "not-emitted", device: id, why });
      notEmitted = why;
    }
  }

  const wake = () => alarm?.abort();
  const stopListening = bus.onUp(() => {
    if (!wasCut()) return;
    liveness.tryNow(clock.monotonic());
    wake();
  });
  signal.addEventListener("abort", wake);
  const finished = run();

  return {
    config,
    readAll: async () => {
      const read = readings(all, await connection.read(all.addresses, turnFor(clock.monotonic())));
      await hand(all, read, clock.monotonic());
      return read;
    },
    fetch: (addresses) => connection.read(addresses, urgent()),
    write: ({ point }, raw) => connection.write({ address: point.at, raw, multiple: isMultiple(point) }, urgent()),
    readBack: async (set) => {
      const read = readings(set, await connection.read(set.addresses, urgent()));
      await hand(set, read, clock.monotonic());
      return read[0]!;
    },
    status: () => {
      const stats = connection.stats();
      return {
        ...stats,
        ...counts,
        cycleMs,
        device: id,
        bus: config.bus,
        state: !liveness.isUp() ? "down" : heard ? "up" : "starting",
        nextTryAt: liveness.isUp() ? undefined : clock.now() + liveness.nextTryAt() - clock.monotonic(),
        unsupported: unsupportedMetrics(stats.unsupported),
      };
    },
    suspend: () => {
      suspended++;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        if (--suspended > 0 || signal.aborted) return;
        liveness.tryNow(clock.monotonic());
        resumed = true;
        wake();
      };
    },
    stop: async () => {
      stopping.abort();
      stopListening();
      await finished;
      connection.close();
    },
  };
}
