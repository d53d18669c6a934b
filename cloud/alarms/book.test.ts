import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openMemoryStore } from "../store/memory.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Notice } from "./alarms.ts";
import { type AlarmBook, openAlarms } from "./book.ts";
import { tellStore } from "./tell.ts";

const t0 = Date.UTC(2026, 4, 1, 8);
const firing: Notice = {
  fingerprint: "f1",
  status: "firing",
  startedAt: t0,
  rule: "ph",
  site: "east",
  device: "sonde-1",
  domain: "water",
  severity: "warning",
  title: { zh: "pH 越限", en: "pH out of range" },
  text: { zh: "", en: "" },
  values: { B: 9.2 },
  links: {},
};
const resolved: Notice = { ...firing, status: "resolved", endedAt: t0 + 600_000 };
const who = { by: "Wang Wei", comment: "probe cleaned" };

let folder: string;
let clock: ReturnType<typeof virtualClock>;
let book: AlarmBook;
const open = () => openAlarms({ file: join(folder, "cloud.db"), clock });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-alarms-"));
  clock = virtualClock(t0 + 5000);
  book = open();
});
afterEach(() => {
  book.close();
  rmSync(folder, { recursive: true });
});
const states = () => book.open().map(({ fingerprint, state }) => `${fingerprint} ${state}`);

describe("the list of alarms", () => {
  test("goes through the states of ISA-18.2: unacknowledged, acknowledged, normal", () => {
    book.note([firing]);
    const { id } = book.open()[0]!;
    expect(states()).toEqual(["f1 unack_active"]);
    expect(book.acknowledge(id, who)).toMatchObject({ state: "ack_active", acknowledged: { ...who, at: t0 + 5000 } });
    book.note([resolved]);
    expect(states()).toEqual([]);
    expect(book.history({ from: t0, to: t0 + 1, limit: 9 })).toMatchObject([
      { state: "normal", endedAt: t0 + 600_000 },
    ]);
  });

  test("keeps one that ended unseen until somebody has seen it", () => {
    book.note([firing]);
    book.note([resolved]);
    expect(states()).toEqual(["f1 rtn_unack"]);
    book.acknowledge(book.open()[0]!.id, who);
    expect(states()).toEqual([]);
  });

  test("takes the same notification again, and a beginning after its end, as nothing new", async () => {
    expect(book.note([firing])).toEqual({ fresh: 1 });
    await clock.advance(60_000);
    expect(book.note([firing, firing])).toEqual({ fresh: 0 });
    expect(book.open()).toMatchObject([{ heardAt: t0 + 65_000 }]);
    expect(book.note([resolved])).toEqual({ fresh: 1 });
    expect(book.note([resolved, firing])).toEqual({ fresh: 0 });
    expect(states()).toEqual(["f1 rtn_unack"]);
  });

  test("shows the newest values while the alarm is active and keeps its last ones after", () => {
    book.note([firing]);
    book.note([{ ...firing, values: { B: 9.9 } }]);
    book.note([{ ...resolved, values: { B: 7 } }]);
    book.note([{ ...resolved, values: {} }]);
    expect(book.open()[0]?.values).toEqual({ B: 7 });
  });

  test("of an alarm whose end alone arrived knows beginning and end", () => {
    expect(book.note([resolved])).toEqual({ fresh: 2 });
    expect(book.untold(9)).toMatchObject([
      { at: t0, state: 1 },
      { at: t0 + 600_000, state: 0 },
    ]);
  });

  test("ends an alarm whose end never arrived when the same alert begins again", () => {
    book.note([firing]);
    book.note([{ ...firing, startedAt: t0 + 9000 }]);
    expect(book.open()).toMatchObject([
      { startedAt: t0 + 9000, state: "unack_active" },
      { startedAt: t0, endedAt: t0 + 9000, state: "rtn_unack" },
    ]);
  });

  test("keeps the first acknowledgement, and knows no alarm that is not there", () => {
    book.note([firing]);
    const { id } = book.open()[0]!;
    book.acknowledge(id, who);
    expect(book.acknowledge(id, { by: "another", comment: "" })).toMatchObject({ acknowledged: who });
    expect(book.acknowledge(id + 1, who)).toBeUndefined();
  });

  test("finds by site, device, domain and severity, and the past by range", () => {
    book.note([firing, { ...resolved, fingerprint: "f2", site: "west", domain: "air", severity: "critical" }]);
    expect(book.open({ site: "west" })).toHaveLength(1);
    expect(book.open({ domain: "water", severity: "critical" })).toHaveLength(0);
    const past = (from: number, to: number) =>
      book.history({ from, to, limit: 9 }).map(({ fingerprint }) => fingerprint);
    expect(past(t0 + 600_001, t0 + 700_000)).toEqual(["f1"]);
    expect(past(t0 - 10, t0)).toEqual([]);
    expect(past(t0, t0 + 1)).toEqual(["f2", "f1"]);
  });

  test("survives a restart, with what the store has not been told of", () => {
    book.note([firing]);
    book.close();
    book = open();
    expect(states()).toEqual(["f1 unack_active"]);
    expect(book.untold(9)).toHaveLength(1);
  });

  test("of a notification that cannot be written keeps nothing and names its file", () => {
    const bad = { ...firing, fingerprint: null as unknown as string };
    expect(() => book.note([firing, bad])).toThrow(/cloud\.db: the alarms cannot be written/);
    expect(book.open()).toEqual([]);
  });
});

describe("the store", () => {
  test("is told of each beginning and end once; while it is away they wait and then come in order", async () => {
    const store = openMemoryStore();
    const warnings: string[] = [];
    const stop = new AbortController();
    store.trouble = new StoreUnavailable("no route");
    book.note([firing]);
    const telling = tellStore({ book, store, clock, warn: (message) => warnings.push(message) }, stop.signal);
    await clock.advance(2500);
    expect(store.events()).toEqual([]);
    expect(warnings).toHaveLength(2);
    book.note([resolved]);
    store.trouble = undefined;
    await clock.advance(2000);
    expect(store.events().map(({ state }) => state)).toEqual([1, 0]);
    expect(book.untold(9)).toEqual([]);
    book.note([{ ...firing, fingerprint: "f3" }]);
    await clock.advance(0);
    expect(store.events()).toHaveLength(3);
    stop.abort();
    await telling;
  });
});
