import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { leaveOrder, takeOrders, takeRefusal } from "./orders.ts";
import type { Ordered, Updates } from "./updates.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function setUp(answer: Ordered = { job: {} as never }) {
  const path = mkdtempSync(join(tmpdir(), "weir-orders-"));
  folders.push(path);
  const taken: string[] = [];
  const warnings: string[] = [];
  const updates: Updates = {
    order: async (device, text, by) => {
      taken.push(`${device} ${text} ${by}`);
      return answer;
    },
    cancel: async (device) => {
      taken.push(`cancel ${device}`);
      return "taken back";
    },
    tryNow: (device) => void taken.push(`retry ${device}`),
    status: () => [],
    close: async () => {},
  };
  const clock = virtualClock(0);
  const stop = new AbortController();
  const log = { info: () => {}, warn: (_: object, text: string) => void warnings.push(text) };
  const done = takeOrders(path, updates, { clock, log }, stop.signal);
  const end = async () => {
    stop.abort();
    await done;
  };
  return { path, taken, warnings, clock, end };
}

describe("orders beside the gateway", () => {
  test("are each taken once, and files of others are left alone", async () => {
    const { path, taken, clock, end } = setUp();
    leaveOrder(path, "well.17", "bundle", "{}");
    leaveOrder(path, "lamp", "cancel", "");
    leaveOrder(path, "lamp", "retry", "");
    writeFileSync(join(path, "orders", "half.bundle.new"), "{");
    await clock.advance(3000);
    expect(taken.sort()).toEqual(["cancel lamp", "retry lamp", "well.17 {} technician"]);
    expect(readdirSync(join(path, "orders"))).toEqual(["half.bundle.new"]);
    await end();
  });

  test("that are refused say why, to whoever asks first", async () => {
    const { path, clock, end } = setUp({ faults: ["too large", "not signed"] });
    leaveOrder(path, "well", "bundle", "{}");
    expect(takeRefusal(path, "well")).toBeUndefined();
    await clock.advance(2000);
    expect(takeRefusal(path, "well")).toEqual(["too large", "not signed"]);
    expect(takeRefusal(path, "well")).toBeUndefined();
    await end();
  });

  test("are taken again once their folder is one again, and the trouble is told once", async () => {
    const { path, taken, warnings, clock, end } = setUp();
    await clock.advance(0);
    rmSync(join(path, "orders"), { recursive: true });
    writeFileSync(join(path, "orders"), "in the way");
    await clock.advance(5000);
    expect(warnings).toEqual(["firmware orders cannot be taken; tried again"]);
    rmSync(join(path, "orders"));
    leaveOrder(path, "well", "bundle", "{}");
    await clock.advance(2000);
    expect([taken, existsSync(join(path, "orders", "well.bundle"))]).toEqual([["well {} technician"], false]);
    await end();
  });
});
