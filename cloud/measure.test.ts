import { describe, expect, test } from "vitest";
import { troublesOf } from "./measure.ts";

describe("what a cloud says is wrong", () => {
  const ingest = { store: { available: true }, pendingPoints: 0 } as const;
  const away = {
    store: { available: false, since: Date.UTC(2026, 0, 1), reason: "disk full" },
    pendingPoints: 7,
  } as const;

  test("is nothing while readings and roll-ups go into the store", () => {
    expect(troublesOf(ingest, { trouble: undefined })).toEqual([]);
  });

  test("names a store that refuses, before the first gateway has spoken", () => {
    expect(troublesOf(ingest, { trouble: "answers 401: check the token" })).toEqual([
      "roll-ups have stopped: answers 401: check the token",
    ]);
  });

  test("is told once where readings wait as well", () => {
    expect(troublesOf(away, { trouble: "disk full" })).toEqual([
      "the store has taken nothing since 2026-01-01T00:00:00.000Z (disk full); 7 points wait, gateways keep the rest",
    ]);
  });
});
