import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";
import { type Line, LinkError, type Turn } from "./driver.ts";
import { createTestLine, createTestLink, serial9600 } from "./test-link.ts";

type Ask<Data> = (what: string, turn: Turn) => Promise<Data>;

/** How a protocol's transcripts are written. */
export type Writing<Data> = {
  readonly show: (bytes: Uint8Array) => string;
  readonly read: (text: string) => Uint8Array;
  readonly tell: (data: Data) => string;
};

/** `68 FE 16` */
export const inHex: Writing<Uint8Array> = {
  show: toHex,
  read: (text) => Uint8Array.from(text.split(" "), (word) => Number.parseInt(word, 16)),
  tell: toHex,
};

/** `0D0!\r\n`, with `\x00` for what cannot be seen. */
export const inText: Writing<readonly number[]> = {
  show: (bytes) => JSON.stringify(Buffer.from(bytes).toString("latin1")).slice(1, -1),
  read: (text) => Uint8Array.from(Buffer.from(JSON.parse(`"${text.replaceAll("\\x", "\\u00")}"`), "latin1")),
  tell: (values) => values.join(" "),
};

/**
 * Every testdata/*.txt of a folder, as a test. `meter 123456789012 …` words for `open`, `? 00010000` we ask, `>> FE 68 …` goes
 * out, `<< 68 …` comes in (one chunk a line), `.. 1500` ms pass, `== 26 80 …` the data that we get, `!! crc` the error that we get.
 */
export function meterTranscripts(
  folder: string,
  open: (words: readonly string[], line: Line) => Ask<Uint8Array>,
): void {
  transcripts(folder, inHex, open);
}

/** The same in the writing of a protocol. */
export function transcripts<Data>(
  folder: string,
  { show, read, tell }: Writing<Data>,
  open: (words: readonly string[], line: Line) => Ask<Data>,
): void {
  const files = globSync(join(folder, "testdata/*.txt")).sort();
  test.each(files.map((file) => [basename(file, ".txt"), file]))("%s", async (_, file) => {
    const clock = virtualClock();
    const sent: string[] = [];
    const link = createTestLink(clock, (bytes) => sent.push(show(bytes)));
    const line = createTestLine(link, serial9600, clock);
    const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
    let ask: Ask<Data> | undefined;
    let outcome: string | undefined;

    for (const [i, text] of stepsOf(file).entries()) {
      const [mark = "", ...words] = text.split(/\s+/);
      const where = `${basename(file)}, step ${i + 1}: ${text}`;
      if (["meter", "sensor", "instrument"].includes(mark)) ask = open(words, line);
      else if (mark === "?") {
        outcome = undefined;
        void ask!(words[0] ?? "", turn).then(
          (data) => {
            outcome = `== ${tell(data)}`.trim();
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
        link.push(read(words.join(" ")));
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
    .map((line) => line.replace(/(^|\s)# .*/, "").trim())
    .filter((line) => line !== "");
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
}
