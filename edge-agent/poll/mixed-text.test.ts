import { describe, expect, test } from "vitest";
import type { Transport } from "../drivers/driver.ts";
import { serial9600 } from "../drivers/test-link.ts";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { createTestSensor, sensorProfile } from "../drivers/test-sensor.ts";
import { answerRtu, createSlave } from "../drivers/test-slave.ts";
import { latin1, textOf, textProfile } from "../drivers/test-text.ts";
import { createMixedLine, type MixedInstrument, type MixedLine, type Spoil } from "./test-mixed-line.ts";

const rawTcp: Transport = { kind: "raw-tcp", host: "test", port: 4001 };
const everyMs = 5000;
/** `0+9.75` CR LF and `0R1,Sm=9.9M` CR LF, as registers: what a sensor and a transmitter with address 0 would say. */
const misleading = Buffer.from("0+9.75\r\n0R1,Sm=9.9M\r\n\0", "latin1");
const words = Array.from({ length: misleading.length / 2 }, (_, i) => misleading.readUInt16BE(2 * i));
const wordValues = Object.fromEntries(words.map((word, i) => [`voltage/${i + 1}`, word]));

/** A Modbus instrument whose registers look like text, an SDI-12 sensor and a weather transmitter, both with address 0. */
function setUp(transport: Transport, spoil?: Spoil): MixedLine {
  const slave = createSlave(1, Object.fromEntries(words.entries()));
  const sensor = createTestSensor("0", { C: ["+1.25"] }, { seconds: 2 });
  const level = { quantity: "water_level", at: { command: "C", value: 1 } };
  const wind = { quantity: "wind_speed", at: { message: "R1", key: "Sm", as: "m/s" } };
  const instruments: readonly MixedInstrument[] = [
    {
      ...{ id: "words", unit: 1, profile: testProfile(wordPoints(words.length)), everyMs },
      answer: (bytes) => answerRtu(slave, bytes),
    },
    {
      ...{ id: "wind", address: "0", line: { baud: 19_200 }, everyMs },
      profile: textProfile("vaisala", [wind], { checksum: "none" }),
      answer: (bytes) => (textOf(bytes) === "0R1\r\n" ? latin1("0R1,Sm=3.2M\r\n") : undefined),
    },
    {
      ...{ id: "level", address: "0", line: { baud: 1200, dataBits: 7, parity: "even" }, everyMs },
      profile: sensorProfile({ C: { values: 1 } }, { points: [level] }),
      answer: (bytes) => sensor.answer(bytes),
    },
  ];
  return createMixedLine(transport, instruments, spoil);
}

const good: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  words: wordValues,
  level: { water_level: 1.25 },
  wind: { wind_speed: 3.2 },
};
const ids = Object.keys(good);

function expectNothingWrong({ all }: MixedLine): void {
  for (const id of ids)
    for (const [metric, values] of Object.entries(all(id)))
      expect([null, good[id]![metric]], `${id} ${metric}`).toEqual(expect.arrayContaining([...values]));
}

describe.each([serial9600, rawTcp])("Modbus, SDI-12 and a weather transmitter on one line, $kind", (transport) => {
  test("are read side by side at their own settings, and the line serves the others while the sensor measures", async () => {
    const line = setUp(transport);
    await line.pass(30_000);
    for (const id of ids) expect(line.latest(id), id).toEqual(good[id]);
    for (const id of ids) expect(Object.values(line.all(id)).flatMap((values) => [...values])).not.toContain(null);
    expect(line.wrong).toEqual([]);
    expect(line.polling.status().devices.map(({ skippedCycles }) => skippedCycles)).toEqual([0, 0, 0]);
    await line.polling.stop();
  });

  test.each(ids)(
    "answers of %s that come late, among the next instrument's, give nobody a wrong value",
    async (slow) => {
      const late: Buffer[] = [];
      let isLate = true;
      const line = setUp(transport, (reply, from) => {
        if (from === slow && isLate) return void late.push(reply);
        return Buffer.concat([...late.splice(0), reply]);
      });
      await line.pass(60_000);
      expectNothingWrong(line);
      for (const id of ids.filter((id) => id !== slow)) expect(line.latest(id), id).not.toEqual({});
      isLate = false;
      await line.pass(60_000);
      for (const id of ids) expect(line.latest(id), id).toEqual(good[id]);
      await line.polling.stop();
    },
  );

  test.each(ids)(
    "answers of %s that come again after a pause, as from an adapter with a buffer, are thrown away",
    async (twice) => {
      const line = setUp(transport, (reply, from, link) => {
        if (from === twice) void line.clock.sleep(37, new AbortController().signal).then(() => link.push(reply));
        return reply;
      });
      await line.pass(60_000);
      expectNothingWrong(line);
      await line.polling.stop();
    },
  );
});
