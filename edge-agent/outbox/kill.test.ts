import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";
import { openOutbox } from "./open.ts";

const rounds = 8;

test("no append that resolved is lost or doubled by SIGKILL at any moment, while records are packed", {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-kill-"));
  const file = join(folder, "outbox.db");
  const random = seeded(20261122);
  const promised = new Map<number, number>();
  const confirming = new Set<number>();
  const confirmed = new Set<number>();
  const epochs = new Set<string>();
  try {
    for (let round = 0; round < rounds; round++) {
      const lines = await runUntilKilled(file, {
        from: round * 1_000_000,
        linesBeforeKill: 1 + Math.floor(random() * 400),
      });
      for (const line of lines) {
        const [a, b, c] = line.split(" ") as [string, string, string];
        if (a.startsWith("confirm")) {
          for (let offset = Number(b); offset <= Number(c); offset++)
            (a === "confirmed" ? confirmed : confirming).add(offset);
          continue;
        }
        epochs.add(a);
        expect(promised.has(Number(b)), `offset ${b} was given twice`).toBe(false);
        promised.set(Number(b), Number(c));
      }
    }
    expect(promised.size).toBeGreaterThan(rounds * 10);
    expect(epochs.size).toBe(1);
    const outbox = await openOutbox({ file, clock: systemClock, random: Math.random });
    const entries = outbox.read({ from: 0, before: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER);
    const found = new Map(
      entries.map((entry) => [entry.offset, Number(new TextDecoder().decode(entry.body).split(" ")[1])]),
    );
    for (const [offset, id] of promised)
      if (found.has(offset) || !confirming.has(offset)) expect(found.get(offset)).toBe(id);
    for (const offset of confirmed) expect(found.has(offset)).toBe(false);
    expect(new Set(found.values()).size).toBe(found.size);
    await outbox.close();
    const blocks = new DatabaseSync(file).prepare("SELECT count(*) AS n FROM blocks").get() as { n: number };
    expect(blocks.n).toBeGreaterThan(3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function runUntilKilled(
  file: string,
  { from, linesBeforeKill }: { from: number; linesBeforeKill: number },
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "kill-child.ts"), file, String(from)]);
    let [text, errors] = ["", ""];
    child.stderr.on("data", (chunk) => (errors += chunk));
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.split("\n").length > linesBeforeKill) child.kill("SIGKILL");
    });
    child.on("close", (_code, signal) =>
      signal === "SIGKILL" ? resolve(text.slice(0, text.lastIndexOf("\n")).split("\n")) : reject(new Error(errors)),
    );
  });
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
