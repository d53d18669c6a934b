import type { LineAddress } from "@weir/device-profiles/schema.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import type { Result, Turn } from "../driver.ts";
import { createTestLine, createTestLink, serial9600 } from "../test-link.ts";
import { latin1, textOf, textProfile, textTranscripts } from "../test-text.ts";
import { line } from "./line.ts";

textTranscripts(import.meta.dirname, line);

const rawTcp = { kind: "raw-tcp", host: "test", port: 4001 } as const;
const at = (message: string, group: string, rest: Partial<LineAddress> = {}): LineAddress => ({
  ...{ message, group, number: "point", ...rest },
});
const asked = {
  messages: {
    rain: { send: "R\\r", pattern: "^Acc +(?<acc>[\\d.]+) mm, Total +(?<total>[\\d.]+)", refused: "^\\*ER" },
    ph: { send: "{address}PH\\r\\n", pattern: "^{address}:(?<ph>[\\d.]+)$", refused: "^\\*ER" },
    tilt: { send: "T\\r", pattern: "^T(?<tilt>\\d+)$", refused: "^\\*ER" },
  },
};
const answers: Readonly<Record<string, string>> = { "R\r": "Acc  10 mm, Total  11", "7PH\r\n": "7:12" };
const good = [
  { address: at("rain", "acc"), raw: 10 },
  { address: at("rain", "total"), raw: 11 },
  { address: at("ph", "ph"), raw: 12 },
];
const points = [{ quantity: "ph", at: at("ph", "ph") }];
const speaking = {
  messages: {
    a: { pattern: "^a=(?<a>\\d+)$" },
    b: { pattern: "^b=(?<b>\\d+),(?<c>\\d+)$" },
    d: { pattern: "^d=(?<d>.)$" },
  },
};

for (const transport of [serial9600, rawTcp]) {
  driverContract(`line ${transport.kind}, asked`, () => ({
    transport,
    open: (bus) => line.open({ address: "7", timeoutMs: 1000, profile: textProfile("line", points, asked) }, bus),
    answer: (bytes) => latin1(`${answers[textOf(bytes)] ?? "*ER"}\r\n`),
    good,
    missing: at("tilt", "tilt"),
  }));
  driverContract(`line ${transport.kind}, speaking by itself`, () => ({
    transport,
    open: (bus) =>
      line.open(
        { timeoutMs: 1000, profile: textProfile("line", [{ quantity: "ph", at: at("a", "a") }], speaking) },
        bus,
      ),
    answer: () => undefined,
    speaks: { everyMs: 100, say: () => latin1("a=10\r\nb=11,12\r\n") },
    good: [
      { address: at("a", "a"), raw: 10 },
      { address: at("b", "b"), raw: 11 },
      { address: at("b", "c"), raw: 12 },
    ],
    missing: at("d", "d"),
  }));
}

const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };

function setUp(profile: Readonly<Record<string, unknown>>, address?: string) {
  const clock = virtualClock();
  const sent: string[] = [];
  const link = createTestLink(clock, (bytes) => sent.push(textOf(bytes)));
  const own = textProfile("line", points, profile);
  const connection = line.open(
    { timeoutMs: 1000, profile: own, ...(address !== undefined && { address }) },
    createTestLine(link, serial9600, clock),
  );
  const read = async (addresses: readonly LineAddress[], ...said: readonly string[]) => {
    let results: readonly Result[] | undefined;
    void connection.read(addresses, turn).then((found) => {
      results = found;
    });
    for (const text of said) {
      await clock.advance(20);
      if (text !== "") link.push(latin1(text));
    }
    for (let i = 0; i < 300 && !results; i++) await clock.advance(10);
    return results!.map((result) => ("raw" in result ? result.raw : result.error));
  };
  return { clock, sent, link, connection, read };
}

describe("an answer", () => {
  test("is found behind an echo, a prompt and lines of others", async () => {
    const { read, sent } = setUp(asked, "7");
    expect(await read([at("ph", "ph")], "7PH\r\n", "> \r\n8:99\r\n", "7:6.", "98\r\n")).toEqual([6.98]);
    expect(sent).toEqual(["7PH\r\n"]);
  });

  test.each([
    ["nothing", [], "timeout", /no answer; check power/],
    ["its echo alone", ["7PH\r\n"], "timeout", /no answer/],
    ["half a line", ["7:6."], "frame", /no whole line/],
    ["a line of another form", ["7:six\r\n"], "mismatch", /compare one with the profile/],
    ["a no", ["*ER\r\n"], "exception-1", /does not have this/],
  ])("that is %s gives no value, and says what to check", async (_, said, code, why) => {
    const { read, connection } = setUp(asked, "7");
    expect(await read([at("ph", "ph")], ...said)).toEqual([code]);
    expect(connection.stats().lastError).toMatch(why);
  });

  test("whose checksum is wrong is asked for once more", async () => {
    const messages = {
      wind: {
        send: "?",
        pattern: "\\x02(?<body>Q,(?<angle>\\d*),(?<speed>[\\d.]+),M,00,)\\x03(?<sum>[0-9A-F]{2})",
        checksum: { kind: "xor8", over: "body", given: "sum" },
      },
    };
    const { read, sent } = setUp({ messages });
    const places = [at("wind", "speed"), at("wind", "angle")];
    const right = "\x02Q,,000.04,M,00,\x032A\r\n";
    expect(await read(places, right.replace("04", "14"), "", "", "", "", right)).toEqual([0.04, Number.NaN]);
    expect(sent).toEqual(["?", "?"]);
  });
});

describe("values", () => {
  const messages = { all: { send: "?\r", pattern: "^(?<text>.*);(?<more>x)?$" } };
  const told = async (text: string, rest: Partial<LineAddress>) =>
    (await setUp({ messages }).read([at("all", "text", rest)], `${text};\r\n`))[0];

  test.each([
    ["12.5", {}, 12.5],
    ["+1.234560E+01", {}, 12.3456],
    ["-  3.5", {}, -3.5],
    ["3,5", { number: "comma" as const }, 3.5],
    ["3,5", {}, Number.NaN],
    ["00FF", { number: "hex" as const }, 255],
    ["", {}, Number.NaN],
    ["1.2.3", {}, Number.NaN],
    ["Lens Bad", { words: { Ok: 0, "Lens Bad": 1 } }, 1],
    ["Lens", { words: { Ok: 0 } }, Number.NaN],
  ])("%j written %j is %s", async (text, rest, expected) => {
    expect(await told(text, rest)).toBe(expected);
  });

  test("of a group that took no part are none", async () => {
    expect(await setUp({ messages }).read([at("all", "more")], "1;\r\n")).toEqual([Number.NaN]);
  });

  test("of lines that end in another way are found", async () => {
    const { read } = setUp({ ends: ">", messages: { all: { send: "?", pattern: "^(?<text>\\d+)$" } } });
    expect(await read([at("all", "text")], "1\r\n2>3>")).toEqual([3]);
  });
});

describe("resynchronising", () => {
  test("after any garbage the next whole line is taken, however it is cut", () => {
    const garbage = fc.uint8Array({ maxLength: 600 });
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    return fc.assert(
      fc.asyncProperty(garbage, cuts, async (noise, cuts) => {
        const { read } = setUp(asked, "7");
        const text = `${textOf(noise)}\r\n7:6.98\r\n`;
        const pieces: string[] = [];
        for (let from = 0, i = 0; from < text.length; from += cuts[i++ % cuts.length]!)
          pieces.push(text.slice(from, from + cuts[i % cuts.length]!));
        expect(await read([at("ph", "ph")], ...pieces)).toEqual([6.98]);
      }),
      { numRuns: 50 },
    );
  });
});
