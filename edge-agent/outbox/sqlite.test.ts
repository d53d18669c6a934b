import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { afterAll } from "vitest";
import { outboxContract } from "./contract.ts";
import { openOutbox } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-outbox-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
outboxContract("sqlite", async (options) => {
  const clock = virtualClock();
  const outbox = await openOutbox({ file: join(folder, `${files++}.db`), clock, random: Math.random, ...options });
  return { outbox, settle: () => clock.advance(50) };
});

outboxContract("packed sqlite", async (options) => {
  const clock = virtualClock();
  const packing = { packAfterMs: 10, blockBytes: 60 };
  const outbox = await openOutbox({
    file: join(folder, `${files++}.db`),
    clock,
    random: Math.random,
    ...packing,
    ...options,
  });
  return { outbox, settle: () => clock.advance(75) };
});
