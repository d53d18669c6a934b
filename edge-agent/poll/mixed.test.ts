import type { Profile } from "@weir/device-profiles/schema.ts";
import { describe, expect, test } from "vitest";
import type { LineSettings, Transport } from "../drivers/driver.ts";
import { serial9600 } from "../drivers/test-link.ts";
import { answerCjt188, answerDlt645, createTestMeter, meterProfile } from "../drivers/test-meter.ts";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { answerRtu, createSlave } from "../drivers/test-slave.ts";
import { createMixedLine, type MixedInstrument, type MixedLine, type Spoil } from "./test-mixed-line.ts";

const rawTcp: Transport = { kind: "raw-tcp", host: "test", port: 4001 };
const remoteLine: Transport = { ...(serial9600 as LineSettings), kind: "rfc2217", host: "test", port: 4001 };
const ownSettings: LineSettings = { baud: 2400, dataBits: 8, parity: "even", stopBits: 1 };
const profiles: Record<"word" | "electricity" | "water", Profile> = {
  word: testProfile(wordPoints(2)),
  electricity: meterProfile("dlt645", [
    { quantity: "voltage", at: { di: "02010100", format: "XXX.X" } },
    { quantity: "active_energy_import", at: { di: "00010000", format: "XXXXXX.XX" } },
  ]),
  water: meterProfile("cjt188", [
    { quantity: "flow_total", at: { di: "901F", format: "XXXXXX.XX", unit: { at: 4, as: "m3" } } },
  ]),
};
/** A Modbus instrument, an electricity meter and a water meter, each with settings of its own. */
function setUp(transport: Transport, spoil?: Spoil): MixedLine {
  const slave = createSlave(1, { 0: 7, 1: 8 });
  const electricity = createTestMeter("123456789012", { "02010100": "0523", "00010000": "56341200" });
  const water = createTestMeter("78330011223344", { "901F": "002301002C" });
  const everyMs = 5000;
  const instruments: readonly MixedInstrument[] = [
    { id: "word", unit: 1, profile: profiles.word, everyMs, answer: (bytes) => answerRtu(slave, bytes) },
    {
      ...{ id: "electricity", address: "123456789012", line: ownSettings, profile: profiles.electricity, everyMs },
      answer: (bytes) => answerDlt645(electricity, bytes),
    },
    {
      ...{
        id: "water",
        address: "78330011223344",
        line: { ...ownSettings, parity: "none" },
        profile: profiles.water,
        everyMs,
      },
      answer: (bytes) => answerCjt188(water, bytes),
    },
  ];
  return createMixedLine(transport, instruments, spoil);
}

const good = {
  word: { "voltage/1": 7, "voltage/2": 8 },
  electricity: { voltage: 230.5, active_energy_import: 1234.56 },
  water: { flow_total: 123 },
};

describe.each([serial9600, remoteLine, rawTcp])("three protocols on one line, $kind", (transport) => {
  test("are read side by side, one request at a time, each at the settings of its instrument", async () => {
    const { latest, pass, wrong, polling } = setUp(transport);
    await pass(20_000);
    for (const id of ["word", "electricity", "water"] as const) expect(latest(id), id).toEqual(good[id]);
    expect(wrong).toEqual([]);
    expect(polling.status().buses[0]).toMatchObject({ link: "up", connects: 1 });
    await polling.stop();
  });

  test.each(["word", "electricity", "water"] as const)(
    "%s silent costs its neighbours nothing but its one time-out",
    async (dead) => {
      const field = setUp(transport, (reply, from) => (from === dead ? undefined : reply));
      await field.pass(60_000);
      for (const id of (["word", "electricity", "water"] as const).filter((id) => id !== dead)) {
        expect(field.latest(id)).toEqual(good[id]);
        expect(field.polling.status().devices.find(({ device }) => device === id)!.skippedCycles).toBe(0);
      }
      expect(Object.values(field.latest(dead)).every((value) => value === null)).toBe(true);
      expect(field.events).toContainEqual(
        expect.objectContaining({
          event: "device-down",
          device: dead,
          why: expect.stringMatching(/no answer; check power/),
        }),
      );
      await field.polling.stop();
    },
  );

  test.each<[string, (reply: Buffer) => Buffer]>([
    ["damages its answers", (reply) => Buffer.from(reply.map((byte, i) => (i === 9 ? byte ^ 4 : byte)))],
    ["answers with half a frame", (reply) => reply.subarray(0, reply.length / 2)],
    ["answers with noise", () => Buffer.from("68ff0068aa68ff16", "hex")],
  ])("a meter that %s gives no value, and its neighbours all of theirs", async (_, spoil) => {
    const field = setUp(transport, (reply, from) => (from === "electricity" ? spoil(reply) : reply));
    await field.pass(60_000);
    expect(field.latest("electricity")).toEqual({ voltage: null, active_energy_import: null });
    expect(field.latest("word")).toEqual(good.word);
    expect(field.latest("water")).toEqual(good.water);
    await field.polling.stop();
  });

  test("stale bytes of one instrument are never taken for the answer of the next", async () => {
    const late: Buffer[] = [];
    const field = setUp(transport, (reply, from) => {
      if (from === "electricity") return void late.push(reply);
      return Buffer.concat([...late.splice(0), reply]);
    });
    await field.pass(60_000);
    expect(field.latest("electricity")).toEqual({ voltage: null, active_energy_import: null });
    expect(field.latest("word")).toEqual(good.word);
    expect(field.latest("water")).toEqual(good.water);
    await field.polling.stop();
  });

  test("a command for a meter is refused, saying that nothing of it may be written", async () => {
    const field = setUp(transport);
    await field.pass(1000);
    const reply = await field.polling.write("electricity", { id: "c1", metric: "voltage", value: 1 });
    expect(reply).toMatchObject({ status: "refused", why: expect.stringMatching(/^nothing of .+ may be written$/) });
    await field.polling.stop();
  });
});
