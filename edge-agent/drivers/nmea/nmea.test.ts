import type { NmeaAddress } from "@weir/device-profiles/schema.ts";
import { nmeaChecksum } from "@weir/device-profiles/text/nmea.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import type { Connection, Result, Turn } from "../driver.ts";
import { createTestLine, createTestLink, serial9600 } from "../test-link.ts";
import { latin1, textOf, textProfile, textTranscripts } from "../test-text.ts";
import { encodeQuery, nmea } from "./nmea.ts";

textTranscripts(import.meta.dirname, nmea);

const rawTcp = { kind: "raw-tcp", host: "test", port: 4001 } as const;
const sentence = (body: string) => `$${body}*${nmeaChecksum(body)}\r\n`;
const wind: NmeaAddress = { sentence: "MWV", field: 3, as: "m/s", where: { 2: "R" } };
const angle: NmeaAddress = { sentence: "MWV", field: 1, where: { 2: "R" } };
const air: NmeaAddress = { sentence: "XDR", transducer: "C", name: "TEMP", as: "Cel" };
const water: NmeaAddress = { sentence: "MTW", field: 1, as: "Cel" };
const good = [
  { address: wind, raw: 11 },
  { address: angle, raw: 10 },
  { address: air, raw: 12 },
];
const all = sentence("WIMWV,10.0,R,11.0,M,A") + sentence("WIMWV,99.0,T,9.0,M,A") + sentence("WIXDR,C,12.0,C,TEMP");
const points = [{ quantity: "wind_speed", at: wind }];

for (const transport of [serial9600, rawTcp]) {
  driverContract(`NMEA 0183 ${transport.kind}, speaking by itself`, () => ({
    transport,
    open: (line) => nmea.open({ timeoutMs: 1000, profile: textProfile("nmea", points) }, line),
    answer: () => undefined,
    speaks: { everyMs: 100, say: () => latin1(all) },
    good,
    missing: water,
  }));
}

const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };

function setUp({
  timeoutMs = 3000,
  address,
  profile = {},
}: {
  timeoutMs?: number;
  address?: string;
  profile?: Readonly<Record<string, unknown>>;
} = {}) {
  const clock = virtualClock(1_000_000);
  const sent: string[] = [];
  const link = createTestLink(clock, (bytes) => sent.push(textOf(bytes)));
  const line = createTestLine(link, serial9600, clock);
  const open = (talker = address) =>
    nmea.open(
      { timeoutMs, profile: textProfile("nmea", points, profile), ...(talker !== undefined && { address: talker }) },
      line,
    );
  const connection = open();
  const start = (addresses: readonly NmeaAddress[], from: Connection<NmeaAddress> = connection) => {
    const reading: { results?: readonly Result[] } = {};
    void from.read(addresses, turn).then((results) => {
      reading.results = results;
    });
    return reading;
  };
  const say = (text: string) => link.push(latin1(text));
  return { clock, sent, link, connection, open, start, say };
}
const raws = ({ results }: { results?: readonly Result[] }) =>
  results?.map((result) => ("raw" in result ? result.raw : result.error));

describe("several sentences of one reading", () => {
  test("are collected until all have come", async () => {
    const { clock, start, say } = setUp();
    const reading = start([wind, water]);
    await clock.advance(500);
    say(sentence("WIMWV,10.0,R,11.0,M,A"));
    await clock.advance(500);
    expect(reading.results).toBeUndefined();
    say(sentence("YXMTW,8.5,C"));
    await clock.advance(0);
    expect(reading.results).toEqual([
      { raw: 11, at: 1_000_500 },
      { raw: 8.5, at: 1_001_000 },
    ]);
  });

  test("those that came are good, the one that did not times out alone", async () => {
    const { clock, start, say, connection } = setUp();
    const reading = start([wind, water]);
    await clock.advance(500);
    say(sentence("WIMWV,10.0,R,11.0,M,A"));
    await clock.advance(2500);
    expect(raws(reading)).toEqual([11, "timeout"]);
    expect(connection.stats()).toMatchObject({
      replies: 1,
      unsupported: [],
      lastError: expect.stringMatching(/MTW did not come/),
    });
  });

  test("one that never comes while others come twice is not waited for, and taken again as soon as it comes", async () => {
    const { clock, start, say, connection } = setUp();
    const first = start([wind, water]);
    for (let i = 0; i < 3; i++) {
      await clock.advance(1000);
      say(sentence("WIMWV,10.0,R,11.0,M,A"));
    }
    await clock.advance(0);
    expect(raws(first)).toEqual([11, "unsupported"]);
    expect(connection.stats().unsupported).toEqual(["MTW"]);
    say(sentence("WIMWV,10.0,R,12.0,M,A") + sentence("YXMTW,8.5,C"));
    const second = start([wind, water]);
    await clock.advance(0);
    expect(raws(second)).toEqual([12, 8.5]);
    expect(connection.stats().unsupported).toEqual([]);
  });

  test("what was said between two reads counts once, with the time at which it was said", async () => {
    const { clock, start, say } = setUp();
    const first = start([wind]);
    await clock.advance(0);
    say(sentence("WIMWV,10.0,R,11.0,M,A"));
    await clock.advance(1000);
    expect(raws(first)).toEqual([11]);
    say(sentence("WIMWV,10.0,R,12.0,M,A"));
    await clock.advance(1000);
    say(sentence("WIMWV,10.0,R,13.0,M,A"));
    await clock.advance(1000);
    const second = start([wind]);
    await clock.advance(0);
    expect(second.results).toEqual([{ raw: 13, at: 1_002_000 }]);
    const third = start([wind]);
    await clock.advance(3000);
    expect(raws(third)).toEqual(["timeout"]);
  });
});

describe("talkers on one line", () => {
  test("are told apart by their letters, each reading its own", async () => {
    const { clock, start, say, open } = setUp();
    const [mast, roof] = [open("WI"), open("II")];
    const readings = [start([wind], mast), start([wind], roof)];
    await clock.advance(10);
    say(sentence("WIMWV,10.0,R,11.0,M,A"));
    await clock.advance(10);
    expect(readings.map(raws)).toEqual([[11], undefined]);
    say(sentence("IIMWV,10.0,R,20.0,M,A"));
    await clock.advance(10);
    expect(readings.map(raws)).toEqual([[11], [20]]);
  });

  test("two reads at once are both served", async () => {
    const { clock, start, say } = setUp();
    const readings = [start([wind]), start([angle])];
    await clock.advance(10);
    say(all);
    await clock.advance(0);
    expect(readings.map(raws)).toEqual([[11], [10]]);
  });
});

describe("on a bad line", () => {
  test("garbage, half sentences and binary between sentences hide none", async () => {
    const { clock, start, say } = setUp();
    const reading = start([wind, air]);
    await clock.advance(0);
    for (const noise of ["\x00\xff$$", "$WIMWV,10.0,R,9", "\r\n*7F\r\n", sentence("WIMWV,10.0,R,11.0,M,A").slice(0, 7)])
      say(noise);
    say(`\r\n\x80\x81${sentence("WIMWV,10.0,R,11.0,M,A")}`);
    for (const byte of sentence("WIXDR,C,12.0,C,TEMP")) say(byte);
    await clock.advance(0);
    expect(raws(reading)).toEqual([11, 12]);
  });

  test("a wrong checksum gives no value and says what to check", async () => {
    const { clock, start, say, connection } = setUp();
    const reading = start([wind]);
    await clock.advance(0);
    say(sentence("WIMWV,10.0,R,11.0,M,A").replace("11.0", "71.0"));
    await clock.advance(3000);
    expect(raws(reading)).toEqual(["crc"]);
    expect(connection.stats().lastError).toMatch(/^Test T-1: the answer fails its checksum/);
  });

  test("a link that comes back is listened to again", async () => {
    const clock = virtualClock();
    const links = [createTestLink(clock, () => {}), createTestLink(clock, () => {})];
    let current = 0;
    const connection = nmea.open(
      { timeoutMs: 1000, profile: textProfile("nmea", points) },
      { transport: rawTcp, clock, exchange: (_, job) => job(links[current]!) },
    );
    const read = () => connection.read([wind], turn);
    const first = read();
    await clock.advance(10);
    links[0]!.fail();
    expect(await first).toEqual([{ error: "closed" }]);
    current = 1;
    const second = read();
    await clock.advance(10);
    links[1]!.push(latin1(all));
    await clock.advance(0);
    expect(await second).toMatchObject([{ raw: 11 }]);
  });
});

describe("an instrument that is asked", () => {
  test("gets a query with its checksum, as the WXT530 user guide prints it", () => {
    expect(encodeQuery("$--WIQ,{sentence}", "XDR")).toBe("$--WIQ,XDR*2D\r\n");
  });

  test("is asked once a sentence", async () => {
    const { clock, sent, start, say } = setUp({ profile: { query: "$--WIQ,{sentence}" } });
    const reading = start([wind, angle, air]);
    await clock.advance(20);
    expect(sent).toEqual([encodeQuery("$--WIQ,{sentence}", "MWV")]);
    say(sentence("WIMWV,10.0,R,11.0,M,A"));
    await clock.advance(20);
    say(sentence("WIXDR,C,12.0,C,TEMP"));
    await clock.advance(20);
    expect(raws(reading)).toEqual([11, 10, 12]);
    expect(sent).toHaveLength(2);
  });
});
