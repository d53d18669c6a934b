import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock, virtualClock } from "@weir/wire/clock.ts";
import { expect, onTestFinished, test } from "vitest";
import { pointAt, storeContract } from "./contract.ts";
import { openSqliteStore } from "./sqlite.ts";
import { StoreUnavailable } from "./store.ts";

storeContract("sqlite", async () => {
  const file = join(folder(), "weir.db");
  const store = await openSqliteStore({ file, clock: systemClock });
  return {
    store,
    reopen: () => openSqliteStore({ file, clock: systemClock }),
    end: () => store.close(),
  };
});

const day = 86_400_000;
const never = new AbortController().signal;
const range = { site: "east", device: "sonde-1", metric: "ph", from: 0, to: 4e12, limit: 100 };

test("a point older than the store keeps is rejected, and kept ones are forgotten when their time has come", async () => {
  const clock = virtualClock(100 * day);
  const store = await openSqliteStore({ file: join(folder(), "weir.db"), keepMs: 30 * day, clock });
  const written = await store.write([pointAt(69 * day, 1), pointAt(71 * day, 2), pointAt(100 * day, 3)], never);
  expect(written.rejected).toEqual([{ index: 0, reason: expect.stringContaining("30 days") }]);
  await clock.advance(2 * day);
  await store.write([pointAt(100 * day + 1, 4)], never);
  await clock.advance(3_600_000);
  await store.write([pointAt(100 * day + 2, 5)], never);
  expect((await store.raw(range, never)).map(({ value }) => value)).toEqual([3, 4, 5]);
  await store.close();
});

test("a file that is no database is refused by its name", async () => {
  const file = join(folder(), "weir.db");
  writeFileSync(file, "this is a shopping list and not a database, and it is long enough to be noticed");
  await expect(openSqliteStore({ file, clock: systemClock })).rejects.toThrow(`${file}: cannot be used as a store`);
});

test("a file of a newer version is refused and left as it is", async () => {
  const file = join(folder(), "weir.db");
  const newer = new DatabaseSync(file);
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  await expect(openSqliteStore({ file, clock: systemClock })).rejects.toThrow("update this program");
});

test("a write to a closed store says that it is unavailable", async () => {
  const store = await openSqliteStore({ file: join(folder(), "weir.db"), clock: systemClock });
  await store.close();
  await expect(store.write([pointAt(1, 1)], never)).rejects.toThrow(StoreUnavailable);
});

test("a database that another program has locked is unavailable, and the same write succeeds once it is free", async () => {
  const file = join(folder(), "weir.db");
  const store = await openSqliteStore({ file, clock: systemClock, busyMs: 1 });
  const other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  await expect(store.write([pointAt(1, 1)], never)).rejects.toThrow(StoreUnavailable);
  other.exec("ROLLBACK");
  other.close();
  await store.write([pointAt(1, 1)], never);
  expect((await store.raw(range, never)).map(({ value }) => value)).toEqual([1]);
  await store.close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "weir-store-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
