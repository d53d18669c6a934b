import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";
import { LinkError, type Transport } from "../driver.ts";
import { createTestLine, createTestLink, serial9600 } from "../test-link.ts";
import { type Asker, createAsker } from "./ask.ts";
import type { Request } from "./pdu.ts";

/*
 * `? unit 1 read input 0 2`  we ask      `>> 01 04 …`  goes out      `<< 01 04 …`  comes in, one chunk a line
 * `.. 1500`  ms pass     `== 43 66 …`  the data that we get     `!! crc`  the error that we get     `line tcp`  (serial if not said)
 */
const files = globSync(join(import.meta.dirname, "testdata/*.txt")).sort();

test.each(files.map((file) => [basename(file, ".txt"), file]))("%s", async (_, file) => {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
  const transport: Transport = lines.includes("line tcp") ? { kind: "tcp", host: "test", port: 502 } : serial9600;
  const clock = virtualClock();
  const sent: string[] = [];
  const link = createTestLink(clock, (bytes) => sent.push(toHex(bytes)));
  const line = createTestLine(link, transport, clock);
  const askers = new Map<number, Asker>();
  const signal = new AbortController().signal;
  let outcome: string | undefined;

  for (const [i, text] of lines.entries()) {
    const [mark = "", ...words] = text.split(/\s+/);
    const where = `${basename(file)}, step ${i + 1}: ${text}`;
    if (mark === "?") {
      const unit = Number(words[1]);
      const asker = askers.get(unit) ?? createAsker({ unit, timeoutMs: 1000, gapMs: 0 }, line);
      askers.set(unit, asker);
      outcome = undefined;
      void asker.ask(parseRequest(words.slice(2)), { urgent: false, deadline: 0, signal }).then(
        (data) => {
          outcome = `== ${toHex(data)}`.trim();
        },
        (error) => {
          outcome = `!! ${error instanceof LinkError ? error.code : error}`;
        },
      );
    } else if (mark === ">>") {
      await clock.advance(10);
      expect(sent.shift(), where).toBe(words.join(" "));
    } else if (mark === "<<") {
      await clock.advance(0);
      link.push(Uint8Array.from(words, (word) => Number.parseInt(word, 16)));
      await clock.advance(0);
    } else if (mark === "..") await clock.advance(Number(words[0]));
    else if (mark === "==" || mark === "!!") {
      const wait = text === "!! crc" ? 0 : 2000;
      for (let ms = 0; ms <= wait && outcome === undefined; ms += 10) await clock.advance(10);
      expect(outcome, where).toBe(text);
    } else expect(text).toBe("line tcp");
  }
  expect(sent).toEqual([]);
});

function parseRequest([kind, table, start, ...rest]: readonly string[]): Request {
  const numbers = rest.map(Number);
  if (kind === "read") return { kind, table, start: Number(start), count: numbers[0]! } as Request;
  if (kind === "write-one") return { kind, table, start: Number(start), value: numbers[0]! } as Request;
  return { kind: "write-many", table, start: Number(start), values: numbers } as Request;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
}
