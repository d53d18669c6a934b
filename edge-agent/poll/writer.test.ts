import { describe, expect, test } from "vitest";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { createField, device, type Field } from "./test-field.ts";

const dim = { quantity: "dim_level", at: { table: "holding", register: 10, type: "u16" }, write: { min: 0, max: 100 } };
const profile = testProfile(
  [
    ...wordPoints(1),
    { ...dim, scale: 0.5 },
    { ...dim, channel: "gone", at: { table: "holding", register: 500, type: "u16" } },
    {
      ...dim,
      channel: "float",
      at: { table: "holding", register: 20, type: "f32", order: "CDAB" },
      write: { min: 0, max: 100, function: "multiple" },
    },
    {
      ...dim,
      channel: "fine",
      at: { table: "holding", register: 30, type: "u16" },
      decimals: { table: "holding", register: 31, type: "u16" },
    },
    { quantity: "lamp_on", at: { table: "coil", register: 3, type: "bit" }, write: { min: 0, max: 1 } },
  ],
  { timeout: "300ms" },
);

async function write(field: Field, metric: string, value: number, id = "a") {
  const reply = field.polling.write(id, { id: "c1", metric, value });
  let settled: Awaited<typeof reply> | undefined;
  void reply.then((value) => {
    settled = value;
  });
  for (let i = 0; i < 500 && !settled; i++) await field.clock.advance(10);
  return settled;
}

function open() {
  const field = createField([device("a", profile, { everyMs: 3_600_000 })]);
  const slave = field.slaves.get("line-1")![0]!;
  slave.holding.set(31, 1);
  slave.coil.set(3, 0);
  return { field, slave };
}

describe("a command", () => {
  test("is written as the profile scales it, read back, and what was read is emitted at once", async () => {
    const { field, slave } = open();
    await field.clock.advance(500);
    expect(await write(field, "dim_level", 37.5)).toEqual({ id: "c1", status: "done", readBack: 37.5 });
    expect(slave.holding.get(10)).toBe(75);
    expect(field.emitted.at(-1)!.samples).toMatchObject([{ metric: "dim_level", value: 37.5, quality: "good" }]);
    await field.polling.stop();
  });

  test("keeps word order and uses function 16 where the profile says so", async () => {
    const { field, slave } = open();
    expect(await write(field, "dim_level/float", 25)).toMatchObject({ status: "done", readBack: 25 });
    expect([slave.holding.get(20), slave.holding.get(21)]).toEqual([0, 0x41c8]);
    expect(field.requests.some(({ pdu }) => pdu.startsWith("1000140002"))).toBe(true);
    await field.polling.stop();
  });

  test("asks the decimals register first where the point has one", async () => {
    const { field, slave } = open();
    expect(await write(field, "dim_level/fine", 12.5)).toMatchObject({ status: "done", readBack: 12.5 });
    expect(slave.holding.get(30)).toBe(125);
    await field.polling.stop();
  });

  test("sets a coil", async () => {
    const { field, slave } = open();
    expect(await write(field, "lamp_on", 1)).toMatchObject({ status: "done", readBack: 1 });
    expect(slave.coil.get(3)).toBe(1);
    await field.polling.stop();
  });

  test.each([
    ["outside the limits", "a", "dim_level", 101, /0 to 100, not 101/],
    [
      "for a point that may not be written",
      "a",
      "voltage/1",
      1,
      /does not let voltage\/1 be written; it takes dim_level/,
    ],
    ["for a point that is not there", "a", "ph", 7, /has no ph/],
    ["for a device that is not there", "b", "dim_level", 1, /has no device b/],
  ])("%s is refused and nothing goes out", async (_, id, metric, value, why) => {
    const { field, slave } = open();
    const reply = await write(field, metric, value, id);
    expect(reply).toMatchObject({ id: "c1", status: "refused", why: expect.stringMatching(why) });
    expect(slave.asked.filter((pdu) => /^(05|06|0f|10)/.test(pdu))).toEqual([]);
    await field.polling.stop();
  });

  test("that the device answers with an exception was not done: refused", async () => {
    const { field } = open();
    const reply = await write(field, "dim_level/gone", 1);
    expect(reply).toMatchObject({ status: "refused", why: expect.stringContaining("write of holding 500") });
    await field.polling.stop();
  });

  test("that gets no answer may have been done: failed", async () => {
    const { field, slave } = open();
    await field.clock.advance(500);
    slave.silent = true;
    expect(await write(field, "dim_level", 1)).toMatchObject({
      status: "failed",
      why: expect.stringContaining("no answer"),
    });
    await field.polling.stop();
  });
});
