import type { Sdi12Address } from "@weir/device-profiles/schema.ts";
import { readSdi12Answer, sdi12Crc } from "@weir/device-profiles/sdi12.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import type { Result, Transport, Turn } from "../driver.ts";
import { createTestLine, createTestLink, serial9600 } from "../test-link.ts";
import { checkOf, createTestSensor, sensorProfile, type TestSensor } from "../test-sensor.ts";
import { inText, transcripts } from "../test-transcript.ts";
import { addressReader, encodeCommand, identityReader, promiseReader, valuesReader } from "./codec.ts";
import { createSdi12Asker, sdi12 } from "./sdi12.ts";

const at = (command: string, value = 1): Sdi12Address => ({ command, value });
const serial1200: Transport = { kind: "serial", path: "test", baud: 1200, dataBits: 7, parity: "even", stopBits: 1 };
const rawTcp: Transport = { kind: "raw-tcp", host: "test", port: 4001 };
const oneEach = (letters: readonly string[], crc = false) =>
  sensorProfile(Object.fromEntries(letters.map((letter) => [letter, { values: 1, crc }])));

for (const transport of [serial9600, rawTcp])
  for (const [letter, steps] of [
    ["R", 1],
    ["C", 2],
  ] as const)
    for (const crc of [false, true])
      driverContract(`SDI-12 ${transport.kind} ${letter}${crc ? " with check characters" : ""}`, () => {
        const commands = [1, 2, 3, 4].map((n) => letter + n);
        const sensor = createTestSensor("3", {
          [commands[0]!]: ["+10"],
          [commands[1]!]: ["-1.5"],
          [commands[2]!]: ["+.25"],
        });
        return {
          ...{ transport, steps },
          open: (line) => sdi12.open({ address: "3", timeoutMs: 1000, profile: oneEach(commands, crc) }, line),
          answer: sensor.answer,
          good: [10, -1.5, 0.25].map((raw, i) => ({ address: at(commands[i]!), raw })),
          missing: at(commands[3]!),
        };
      });

transcripts(import.meta.dirname, inText, ([address = "", values = "", crc], line) => {
  const commands = Object.fromEntries(
    ["M", "M1", "C", "R0"].map((name) => [name, { values: Number(values), crc: !!crc }]),
  );
  const asker = createSdi12Asker({ address, timeoutMs: 1000, profile: sensorProfile(commands) }, line);
  return async (command, turn) => (await asker.ask(command, turn)).values;
});

const never = new AbortController().signal;
const turn: Turn = { urgent: false, deadline: 0, signal: never };

function setUp(sensors: readonly TestSensor[], transport = serial1200) {
  const clock = virtualClock(1_000_000);
  const sent: { readonly ms: number; readonly text: string }[] = [];
  const link = createTestLink(clock, (bytes) => {
    sent.push({ ms: clock.monotonic(), text: Buffer.from(bytes).toString("latin1") });
    for (const sensor of sensors) {
      const reply = sensor.answer(bytes);
      if (reply) void clock.sleep(20, never).then(() => link.push(reply));
    }
  });
  const line = createTestLine(link, transport, clock);
  const finish = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    const mark = () => {
      done = true;
    };
    promise.then(mark, mark);
    for (let i = 0; i < 20_000 && !done; i++) await clock.advance(10);
    return promise;
  };
  return { clock, link, line, sent, finish };
}

const raws = (results: readonly Result[]) => results.map((result) => ("raw" in result ? result.raw : result.error));

describe("a measurement", () => {
  const profile = sensorProfile({ C: { values: 3 }, M: { values: 3 } });
  const three = ["+1846.16", "+22.3", "+1"];

  test("is made once for all points of its command, whose values come in as many answers as they take", async () => {
    const sensor = createTestSensor("0", { C: three }, { perAnswer: 2 });
    const { line, finish } = setUp([sensor]);
    const connection = sdi12.open({ address: "0", timeoutMs: 1000, profile }, line);
    expect(raws(await finish(connection.read([at("C", 3), at("C", 1), at("C", 2)], turn)))).toEqual([1, 1846.16, 22.3]);
    expect(sensor.asked).toEqual(["C", "D0", "D1"]);
  });

  test("that is concurrent leaves the line to others while it runs", async () => {
    const slow = createTestSensor("0", { C: three }, { seconds: 30 });
    const quick = createTestSensor("1", { C: three });
    const { line, finish, sent } = setUp([slow, quick]);
    const [a, b] = ["0", "1"].map((address) => sdi12.open({ address, timeoutMs: 1000, profile }, line));
    const both = Promise.all([a!.read([at("C", 1)], turn), b!.read([at("C", 1)], turn)]);
    expect((await finish(both)).map(raws)).toEqual([[1846.16], [1846.16]]);
    expect(sent.map(({ text }) => text)).toEqual(["0C!", "1C!", "1D0!", "0D0!"]);
    expect(sent[3]!.ms - sent[0]!.ms).toBeGreaterThanOrEqual(30_000);
    expect(sent[2]!.ms - sent[0]!.ms).toBeLessThan(1000);
  });

  test("that is not concurrent keeps the line until the sensor asks for service", async () => {
    const slow = createTestSensor("0", { M: three }, { seconds: 30 });
    const quick = createTestSensor("1", { C: three });
    const { line, finish, sent, link, clock } = setUp([slow, quick]);
    const [a, b] = ["0", "1"].map((address) => sdi12.open({ address, timeoutMs: 1000, profile }, line));
    const both = Promise.all([a!.read([at("M", 1)], turn), b!.read([at("C", 1)], turn)]);
    void clock.sleep(5000, never).then(() => link.push(Buffer.from("0\r\n")));
    expect((await finish(both)).map(raws)).toEqual([[1846.16], [1846.16]]);
    expect(sent[0]!.text).toBe("0M!");
    expect(sent[1]!.ms).toBeGreaterThanOrEqual(5000);
    expect(sent.map(({ text }) => text)).toContain("0D0!");
    expect(sent.at(-1)!.ms).toBeLessThan(6000);
  });

  test("whose service request is lost is fetched when its time is over", async () => {
    const { line, finish, sent } = setUp([createTestSensor("0", { M: three }, { seconds: 4 })]);
    const connection = sdi12.open({ address: "0", timeoutMs: 1000, profile }, line);
    expect(raws(await finish(connection.read([at("M", 2)], turn)))).toEqual([22.3]);
    expect(sent[1]!.ms).toBeGreaterThanOrEqual(5000);
    expect(sent[1]!.ms).toBeLessThan(6000);
  });

  test("is not disturbed by a second device of the configuration that is the same sensor", async () => {
    const sensor = createTestSensor("0", { C: three }, { seconds: 10 });
    const { line, finish } = setUp([sensor]);
    const [a, b] = [1, 2].map(() => sdi12.open({ address: "0", timeoutMs: 1000, profile }, line));
    await finish(Promise.all([a!.read([at("C", 1)], turn), b!.read([at("C", 1)], turn), b!.probe([at("C")], turn)]));
    expect(sensor.asked).toEqual(["C", "D0", "C", "D0", ""]);
  });

  test("that would take longer than its profile says is not waited for", async () => {
    const sensor = createTestSensor("0", { C: three }, { seconds: 999 });
    const { line, finish } = setUp([sensor]);
    const connection = sdi12.open({ address: "0", timeoutMs: 1000, profile }, line);
    expect(raws(await finish(connection.read([at("C")], turn)))).toEqual(["frame"]);
    expect(connection.stats().replies).toBe(1);
  });

  test("that is waited for ends at once when polling stops", async () => {
    const { line, clock, sent } = setUp([createTestSensor("0", { C: three }, { seconds: 30 })]);
    const connection = sdi12.open({ address: "0", timeoutMs: 1000, profile }, line);
    const abort = new AbortController();
    const reading = connection.read([at("C")], { ...turn, signal: abort.signal });
    await clock.advance(5000);
    abort.abort();
    expect(raws(await reading)).toEqual(["closed"]);
    expect(sent).toHaveLength(1);
  });
});

describe("another number of values than the profile says", () => {
  test.each([
    ["promised", ["+1", "+2", "+3"], "the sensor has 3 values, the profile says 2"],
    ["given", ["+1"], "the sensor has 1 values, the profile says 2"],
  ])("%s makes the points of its command bad, and no others", async (_, values, why) => {
    const profile = sensorProfile({ C: { values: 2 }, C1: { values: 1 } });
    const { line, finish } = setUp([createTestSensor("0", { C: values, C1: ["+7"] })]);
    const connection = sdi12.open({ address: "0", timeoutMs: 1000, profile }, line);
    const results = await finish(connection.read([at("C", 1), at("C1"), at("C", 2)], turn));
    expect(raws(results)).toEqual(["mismatch", 7, "mismatch"]);
    expect(connection.stats().lastError).toContain(why);
  });

  test.each([
    ["none", "0\r\n", 0],
    ["fewer", "0+1\r\n", 1],
    ["more", "0+1+2+3\r\n", 3],
  ])("found in the answers is told apart from what was promised: %s", async (_, said, count) => {
    const profile = sensorProfile({ C: { values: 2 } });
    const sensor = createTestSensor("0", { C: ["+1", "+2"] });
    const answer = (bytes: Uint8Array) => {
      if (bytes[1] !== 0x44) return sensor.answer(bytes);
      return Buffer.from(bytes[2] === 0x30 ? said : "0\r\n");
    };
    const { line, finish } = setUp([{ ...sensor, answer }]);
    const connection = sdi12.open({ address: "0", timeoutMs: 1000, profile }, line);
    expect(raws(await finish(connection.read([at("C", 1)], turn)))).toEqual(["mismatch"]);
    expect(connection.stats().lastError).toContain(`gave ${count} values and had promised 2`);
  });
});

describe("the codec of SDI-12", () => {
  test("checks as the published vectors do", () => {
    for (const [text, crc] of [
      ["0+3.14", "OqZ"],
      ["0+3.14+2.718+1.414", "Ipz"],
      ["0+1.11+2.22+3.33+4.44+5.55+6.66", "I]q"],
    ] as const) {
      expect(sdi12Crc(text)).toBe(crc);
      expect(checkOf(text)).toBe(crc);
    }
  });

  test("reads who a sensor is", () => {
    const line = Buffer.from("013ACMEINC SNS1001.0\r\n");
    expect(identityReader("0").find(line)?.value).toEqual({
      ...{ address: "0", version: "13", vendor: "ACMEINC", model: "SNS100", firmware: "1.0", rest: "" },
    });
    expect(addressReader().find(Buffer.from("7\r\n"))?.value).toBe("7");
    expect(Buffer.from(encodeCommand("?", "")).toString()).toBe("?!");
  });

  test.each(["0+", "0+-1", "0+1.2.3", "0++1", "0+1,2", "0 +1", "+1", "00+1", "0+12345678901", "0+.", "0+1e5", "0+1 "])(
    "takes no value from %j",
    (line) => {
      expect(readSdi12Answer(line, false)).toHaveProperty("fault");
    },
  );

  const values = fc.array(fc.integer({ min: -9_999_999, max: 9_999_999 }), { maxLength: 9 });
  const told = (address: string, list: readonly number[]) =>
    address + list.map((value) => `${value < 0 ? "" : "+"}${value}`).join("");

  test("reads back every answer, with check characters or without, wherever the line begins", () => {
    fc.assert(
      fc.property(values, fc.boolean(), fc.uint8Array({ maxLength: 20 }), (list, crc, before) => {
        const text = told("0", list);
        const junk = before.filter((byte) => byte < 33 || byte > 126);
        const bytes = Buffer.concat([junk, Buffer.from(`${text}${crc ? sdi12Crc(text) : ""}\r\n`, "latin1")]);
        expect(valuesReader("0", "D0", crc).find(bytes)?.value).toEqual(list);
      }),
    );
  });

  test("takes nothing from a checked answer with one bit flipped, unless it is told by the flip that it is another's", () => {
    const text = told("0", [314, -2718]);
    const answer = Buffer.from(`${text}${sdi12Crc(text)}\r\n`, "latin1");
    for (let bit = 0; bit < (answer.length - 2) * 8; bit++) {
      const flipped = Uint8Array.from(answer);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      let found: unknown;
      try {
        found = valuesReader("0", "D0", true).find(flipped)?.value;
      } catch (error) {
        expect(error).toMatchObject({ code: "crc" });
      }
      expect(found, `bit ${bit}`).toBeUndefined();
    }
  });

  test("no bytes make it throw anything but its own fault", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, crc) => {
        for (const reader of [promiseReader("0", "M"), identityReader("0"), valuesReader("0", "D0", crc)])
          try {
            reader.find(bytes);
            reader.fault(bytes);
          } catch (error) {
            expect(error).toMatchObject({ code: "crc" });
          }
      }),
    );
  });
});
