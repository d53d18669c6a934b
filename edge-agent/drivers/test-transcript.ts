import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";
import { type Line, LinkError, type Turn } from "./driver.ts";
import { createTestLine, createTestLink, serial9600 } from "./test-link.ts";

type Ask = (di: string, turn: Turn) => Promise<Uint8Array>;

/**
 * Every testdata/*.txt of a folder, as a test. `meter 123456789012 …` words for `open`, `? 00010000` we ask, `>> FE 68 …` goes
 * out, `<< 68 …` comes in (one chunk a line), `.. 1500` ms pass, `== 26 80 …` the data that we get, `!! crc` the error that we get.
 */
export function meterTranscripts(folder: string, open: (words: readonly string[], line: Line) => Ask): void {
  const files = globSync(join(folder, "testdata/*.txt")).sort();
  test.each(files.map((file) => [basename(file, ".txt"), file]))("%s", async (_, file) => {
    const clock = virtualClock();
    const sent: string[] = [];
    const link = createTestLink(clock, (bytes) => sent.push(toHex(bytes)));
    const line = createTestLine(link, serial9600, clock);
    const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
    let ask: Ask | undefined;
    let outcome: string | undefined;

    for (const [i, text] of stepsOf(file).entries()) {
      const [mark = "", ...words] = text.split(/\s+/);
      const where = `${basename(file)}, step ${i + 1}: ${text}`;
      if (mark === "meter") ask = open(words, line);
      else if (mark === "?") {
        outcome = undefined;
        void ask!(words[0]!, turn).then(
          (data) => {
            outcome = `== ${toHex(data)}`.trim();
          },
          (error) => {
            outcome = `!! ${error instanceof LinkError ? error.code : error}`;
          },
        );
      } else if (mark === ">>") {
        await clock.advance(20);
        expect(sent.shift(), where).toBe(words.join(" "));
      } else if (mark === "<<") {
        await clock.advance(0);
        link.push(Uint8Array.from(words, (word) => Number.parseInt(word, 16)));
        await clock.advance(0);
      } else if (mark === "..") await clock.advance(Number(words[0]));
      else {
        for (let ms = 0; ms <= 3000 && outcome === undefined; ms += 10) await clock.advance(10);
        expect(outcome, where).toBe(text);
      }
    }
    expect(sent).toEqual([]);
  });
}

function stepsOf(file: string): readonly string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
}
