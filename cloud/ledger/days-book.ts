import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "@weir/wire/clock.ts";
import type { Quality } from "@weir/wire/sample.ts";
import type { Days, Delivered, DeviceDays, Gap } from "./days.ts";
import { deliveredOf, firstOf, gapsOf, mark, minuteMs, newTally, type Tally } from "./tally.ts";
import { type Day, daysIn } from "./zone.ts";

/** What of a device the days need. */
export type Reporter = {
  readonly site: string;
  readonly gateway: string;
  readonly device: string;
  readonly kind: string;
  readonly everyMs?: number | undefined;
  readonly knownSince: number;
  readonly metrics: { readonly size: number } | readonly string[];
};

type Reading = { readonly metric: string; readonly at: number; readonly quality: Quality };

/** The days as ingest writes them. */
export type DaysBook = Days & {
  /** The store has these readings. */
  stored(device: Reporter, readings: readonly Reading[]): void;
  /** The store will never have this reading. */
  refused(device: Reporter, at: number): void;
  /** Days that have changed since they were last taken: of each its device. Each is given once. */
  takeChanged(): readonly { readonly site: string; readonly device: string; readonly date: string }[];
  /** Forgets a device that a person has removed. */
  forget(site: string, device: string): void;
  /** Writes at most so many changed days to disk and drops those that are too old. */
  save(atMost?: number): void;
  close(): void;
};

export type DaysOptions = {
  readonly file: string;
  /** IANA name: whose midnight a day begins at. */
  readonly timeZone: string;
  /** Who is expected to report. */
  readonly registered: () => readonly Reporter[];
  readonly clock: Clock;
};

/** How many days are kept. */
export const keptDays = 30;
/** Stored later than this after it was read, a reading is late. */
export const lateAfterMs = 300_000;
/** A device whose birth does not say how often it reports (another make) is expected to say something this often. */
const unknownEveryMs = 600_000;
/** The newest minutes are not judged yet: their readings may be on their way. */
const graceMs = 120_000;
const aheadMs = 600_000;

type Cursor = { at: number; bad: boolean };
type Page = {
  readonly site: string;
  readonly device: string;
  readonly tallies: Map<string, Tally>;
  /** Minutes marked last, on time and late, so that most readings change nothing. Epoch ms. */
  readonly marked: { onTime: [number, number]; late: [number, number] };
  /** The newest state of each metric, and where its history has come to. */
  readonly live: Map<string, Cursor>;
  readonly past: Map<string, Cursor>;
  /** Days before today, as they were counted last; emptied by every change. */
  readonly counted: Map<string, Delivered | null>;
};

/** Opens the days in a SQLite file of the cloud, or creates them. Throws an Error that names the file, and RangeError for a zone that is none. */
export function openDays({ file, timeZone, registered, clock }: DaysOptions): DaysBook {
  const dayOf = daysIn(timeZone);
  const db = openFile(file);
  const saveRow = db.prepare("INSERT OR REPLACE INTO day (site, device, date, tally) VALUES (?, ?, ?, ?)");
  const forgetBefore = db.prepare("DELETE FROM day WHERE date < ?");
  const pages = new Map<string, Page>();
  const unsaved = new Map<string, readonly [page: Page, date: string]>();
  let changed = new Map<string, { readonly site: string; readonly device: string; readonly date: string }>();
  let oldest = "";
  let calendar: readonly [Day, ...Day[]] | undefined;
  for (const row of db.prepare("SELECT site, device, date, tally FROM day").all())
    pageOf(row.site as string, row.device as string).tallies.set(
      row.date as string,
      JSON.parse(row.tally as string) as Tally,
    );

  function pageOf(site: string, device: string): Page {
    const key = `${site}/${device}`;
    const found = pages.get(key);
    if (found) return found;
    const marked: Page["marked"] = { onTime: [0, 0], late: [0, 0] };
    const page: Page = {
      site,
      device,
      tallies: new Map(),
      marked,
      live: new Map(),
      past: new Map(),
      counted: new Map(),
    };
    pages.set(key, page);
    return page;
  }

  /** Changes every day that the span touches. */
  function change(page: Page, from: number, to: number, how: (tally: Tally, day: Day) => void): void {
    const [{ start }] = dates();
    page.counted.clear();
    for (let at = Math.max(from, start); at < to; ) {
      const day = dayOf(at);
      const tally = page.tallies.get(day.date) ?? newTally();
      page.tallies.set(day.date, tally);
      how(tally, day);
      const what = { site: page.site, device: page.device, date: day.date };
      const key = `${page.site}/${page.device}/${day.date}`;
      unsaved.set(key, [page, day.date]);
      changed.set(key, what);
      at = day.end;
    }
  }

  function arrived(page: Page, { metrics, everyMs = unknownEveryMs }: Reporter, at: number, now: number): void {
    const kind = now - at > lateAfterMs ? "late" : "onTime";
    const to = at + everyMs + Math.min(everyMs, minuteMs);
    const last = page.marked[kind];
    if (last[0] <= at && at <= last[1] && to <= Math.ceil(last[1] / minuteMs) * minuteMs) return;
    page.marked[kind] = last[0] <= at && at <= last[1] ? [last[0], to] : [at, to];
    const size = "size" in metrics ? metrics.size : metrics.length;
    change(page, at, to, (tally, day) => {
      tally[kind] = mark(tally[kind], day, at, to);
      tally.metrics = Math.max(tally.metrics, size);
    });
  }

  /** What was bad before this reading was so until now. History has its own course, which ends where it meets the newest. */
  function judge(page: Page, { metric, at, quality }: Reading): void {
    const bad = quality !== "good";
    const newest = page.live.get(metric);
    const course = newest && at < newest.at ? page.past : page.live;
    const before = course.get(metric);
    const known = before?.bad === true && Math.floor(before.at / minuteMs) === Math.floor(at / minuteMs);
    if (before?.bad && at > before.at && !known) markBad(page, metric, before.at, at);
    if (bad && !known) markBad(page, metric, at, at + 1);
    if (before) Object.assign(before, { at, bad });
    else course.set(metric, { at, bad });
  }

  function markBad(page: Page, metric: string, from: number, to: number): void {
    change(page, from, to, (tally, day) => {
      tally.bad[metric] = mark(tally.bad[metric] ?? [], day, from, to);
    });
  }

  /** From when on the device is expected: since it is known, or since its earliest kept reading, whose day came later. */
  function sinceOf({ knownSince }: Reporter, page: Page | undefined): number {
    for (const day of dates()) {
      const tally = page?.tallies.get(day.date);
      const first = tally && firstOf(tally, day);
      if (first !== undefined) return Math.min(first, knownSince);
    }
    return knownSince;
  }

  /** The kept days, oldest first. Made anew when the day changes. */
  function dates(): readonly [Day, ...Day[]] {
    const today = dayOf(clock.now());
    if (calendar?.at(-1)?.date === today.date) return calendar;
    const days: [Day, ...Day[]] = [today];
    while (days.length < keptDays) days.unshift(dayOf(days[0].start - 1));
    calendar = days;
    return days;
  }

  function delivered(each: Reporter, page: Page | undefined, day: Day, since: number): Delivered | null {
    const until = clock.now() - graceMs;
    if (day.end > until) return deliveredOf(tallyOf(page, day, until), day, since, until) ?? null;
    const counted = page?.counted.get(day.date);
    if (counted !== undefined) return counted;
    const made = deliveredOf(tallyOf(page, day, until), day, since, until) ?? null;
    (page ?? pageOf(each.site, each.device)).counted.set(day.date, made);
    return made;
  }

  /** A device's day until now, with what was bad when last heard of. */
  function tallyOf(page: Page | undefined, day: Day, until: number): Tally {
    const tally = page?.tallies.get(day.date) ?? newTally();
    const still = [...(page?.live ?? [])].filter(([, { at, bad }]) => bad && at < until);
    if (still.length === 0) return tally;
    const bad = { ...tally.bad };
    for (const [metric, { at }] of still)
      if (at < day.end && until > day.start) bad[metric] = mark(bad[metric] ?? [], day, at, until);
    return { ...tally, bad };
  }

  return {
    timeZone,
    stored(device, readings) {
      const page = pageOf(device.site, device.device);
      const now = clock.now();
      let minute = -1;
      for (const reading of readings) {
        if (reading.at > now + aheadMs) continue;
        judge(page, reading);
        if (Math.floor(reading.at / minuteMs) === minute) continue;
        minute = Math.floor(reading.at / minuteMs);
        arrived(page, device, reading.at, now);
      }
    },
    refused({ site, device }, at) {
      if (at > clock.now() + aheadMs) return;
      change(pageOf(site, device), at, at + 1, (tally, day) => {
        tally.rejected = mark(tally.rejected, day, at, at + 1);
      });
    },
    dates,
    devices(wanted = {}) {
      const days = wanted.date === undefined ? dates() : dates().filter(({ date }) => date === wanted.date);
      return registered()
        .filter((each) => (wanted.site ?? each.site) === each.site && (wanted.gateway ?? each.gateway) === each.gateway)
        .map((each): DeviceDays => {
          const page = pages.get(`${each.site}/${each.device}`);
          const since = sinceOf(each, page);
          const { site, gateway, device, kind } = each;
          return { site, gateway, device, kind, days: days.map((day) => delivered(each, page, day, since)) };
        });
    },
    gaps(site, device, limit) {
      const each = registered().find((one) => one.site === site && one.device === device);
      const page = pages.get(`${site}/${device}`);
      if (!each) return [];
      const since = sinceOf(each, page);
      const until = clock.now() - graceMs;
      const found: Gap[] = [];
      for (const day of dates().toReversed()) {
        if (found.length >= limit) break;
        found.push(...gapsOf(tallyOf(page, day, until), day, since, until).toReversed());
      }
      return joined(found).slice(0, limit);
    },
    takeChanged() {
      const taken = [...changed.values()];
      changed = new Map();
      return taken;
    },
    forget(site, device) {
      pages.delete(`${site}/${device}`);
      for (const [key, [page]] of unsaved) if (page.site === site && page.device === device) unsaved.delete(key);
      db.prepare("DELETE FROM day WHERE site = ? AND device = ?").run(site, device);
    },
    save(atMost = Number.POSITIVE_INFINITY) {
      const first = dates()[0].date;
      if (unsaved.size === 0 && first === oldest) return;
      db.exec("BEGIN IMMEDIATE");
      let count = 0;
      for (const [key, [page, date]] of unsaved) {
        if (count++ >= atMost) break;
        saveRow.run(page.site, page.device, date, JSON.stringify(page.tallies.get(date)));
        unsaved.delete(key);
      }
      if (first !== oldest) {
        forgetBefore.run(first);
        for (const { tallies } of pages.values())
          for (const date of tallies.keys()) if (date < first) tallies.delete(date);
        oldest = first;
      }
      db.exec("COMMIT");
    },
    close() {
      this.save();
      db.close();
    },
  };
}

/** Spans that midnight cut are one again. Newest first. */
function joined(gaps: readonly Gap[]): readonly Gap[] {
  const result: Gap[] = [];
  for (const gap of gaps) {
    const later = result.at(-1);
    if (later && later.kind === gap.kind && later.from === gap.to)
      result[result.length - 1] = { ...later, from: gap.from };
    else result.push(gap);
  }
  return result;
}

function openFile(file: string): DatabaseSync {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    db.exec(`CREATE TABLE IF NOT EXISTS day (
      site TEXT NOT NULL, device TEXT NOT NULL, date TEXT NOT NULL, tally TEXT NOT NULL,
      PRIMARY KEY (site, device, date)) WITHOUT ROWID`);
    return db;
  } catch (error) {
    throw new Error(`${file}: cannot be used for the days: ${(error as Error).message}`, { cause: error });
  }
}
