import { expect, test } from "vitest";
import { faults } from "./lab/faults.ts";
import { isBroken, runExperiment } from "./lab/laboratory.ts";

const seed = Number(process.env.WEIR_SEED ?? 20261122);
const rounds = 32;
/** Those that need nothing but npm; chaos.peers.test.ts has the others. */
const only = Object.keys(faults).filter((name) => [undefined, "own", "receipts"].includes(faults[name]!.needs));

test(`after ${rounds} faults drawn from ${only.length} kinds the store holds every promised sample once, unaltered (WEIR_SEED=${seed})`, {
  timeout: 400_000,
}, async () => {
  const { struck, verdict } = await runExperiment({
    ...{ seed, rounds, only, compareEvery: rounds, tell: () => {}, signal: new AbortController().signal },
  });
  const { missing, doubled, altered, invented, disordered, ...counts } = verdict;
  expect(isBroken(verdict)).toBe(false);
  expect(counts.promised).toBeGreaterThan(1000);
  expect([...struck.keys()].sort()).toEqual([...only].sort());
  console.info({ ...Object.fromEntries(struck), ...counts });
});
