import { expect, test } from "vitest";
import { faults } from "./lab/faults.ts";
import { isBroken, runExperiment } from "./lab/laboratory.ts";

const seed = Number(process.env.WEIR_SEED ?? 20261124);
const only = Object.keys(faults).filter((name) => ["cc", "openssl"].includes(faults[name]!.needs ?? ""));

test(`power cuts that tear what was not synced, and wrong certificates, lose and change no promised sample (WEIR_SEED=${seed})`, {
  timeout: 120_000,
}, async () => {
  const { struck, verdict } = await runExperiment({
    ...{ seed, rounds: 6, only, compareEvery: 6, tell: () => {}, signal: new AbortController().signal },
  });
  expect(isBroken(verdict)).toBe(false);
  expect(verdict.promised).toBeGreaterThan(300);
  expect([...struck.keys()].sort()).toEqual([...only].sort());
});
