import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { afterAll, expect, test } from "vitest";
import { noise } from "./contract.ts";
import { openOutbox } from "./open.ts";
import { placeOrder } from "./orders.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-orders-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** An agent's outbox with three records in quarantine, offsets 1 to 3. */
async function setUp() {
  const clock = virtualClock();
  const file = join(folder, `${files++}.db`);
  const outbox = await openOutbox({ file, clock, random: Math.random });
  for (const n of [1, 2, 3]) void outbox.append(noise(n, 100));
  await clock.advance(50);
  for (const offset of [1, 2, 3]) void outbox.quarantine(offset, "refused by the store");
  await clock.advance(50);
  const place = async (order: Parameters<typeof placeOrder>[1]) => {
    const placed = placeOrder(file, order, { clock, withinMs: 5000 });
    for (let i = 0; i < 60; i++) await clock.advance(100);
    return placed;
  };
  return { clock, file, outbox, place };
}

test("a running agent retries what another process asks for, and says how many records that were", async () => {
  const { outbox, place } = await setUp();
  expect(await place({ verb: "retry", offsets: [1, 3, 99] })).toBe(2);
  expect(outbox.stats()).toMatchObject({ records: 2, quarantined: 1 });
  await outbox.close();
});

test("a running agent deletes what another process asks for", async () => {
  const { outbox, place } = await setUp();
  expect(await place({ verb: "discard", offsets: undefined })).toBe(3);
  expect(outbox.stats()).toMatchObject({ records: 0, quarantined: 0 });
  await outbox.close();
});

test("an order that no agent takes is answered with undefined, and done when the agent is back", async () => {
  const { clock, file, outbox, place } = await setUp();
  await outbox.close();
  expect(await place({ verb: "retry", offsets: undefined })).toBeUndefined();
  const again = await openOutbox({ file, clock, random: Math.random });
  await clock.advance(1000);
  expect(again.stats()).toMatchObject({ records: 3, quarantined: 0 });
  await again.close();
});
