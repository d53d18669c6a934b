import { describe, expect, test } from "vitest";
import { encodeRequest } from "../drivers/modbus/pdu.ts";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import type { DeviceConfig } from "../poll/poll.ts";
import { createField, device, type FieldOptions } from "../poll/test-field.ts";
import { createForwarder } from "./forward.ts";

const one = testProfile(wordPoints(1));
const read = (start: number, count = 1) => encodeRequest({ kind: "read", table: "holding", start, count });
const write = (start: number, value: number) => encodeRequest({ kind: "write-one", table: "holding", start, value });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function setUp(devices: readonly DeviceConfig[], options: FieldOptions & { readonly write?: boolean } = {}) {
  const field = createField(devices, options);
  const { clock, polling } = field;
  const forwarder = createForwarder({
    reach: (unit) => polling.reach("line-1", unit),
    write: options.write ?? false,
    waitMs: 2000,
    clock,
    random: () => 0,
  });
  const replies: { at: number; reply: string }[] = [];
  const ask = async (unit: number, pdu: Uint8Array) => {
    const reply = hex(await forwarder.answer(unit, pdu, clock.monotonic()));
    replies.push({ at: clock.monotonic(), reply });
    return reply;
  };
  /** A client that asks again a millisecond after it is answered. */
  const hammer = async (unit: number, pdu: Uint8Array, until: number) => {
    let count = 0;
    for (; clock.monotonic() < until; count++) {
      await ask(unit, pdu);
      await clock.sleep(1, new AbortController().signal);
    }
    return count;
  };
  return { ...field, forwarder, ask, hammer, replies };
}

describe("a request through the proxy", () => {
  test("goes after all that the agent wants of the line, between two cycles and not within one", async () => {
    const cycle = testProfile(wordPoints(3), { registers_per_read: 1 });
    const { clock, requests, ask, replies, polling } = setUp([device("a", cycle), device("b", cycle, { unit: 2 })]);
    await clock.advance(10);
    void ask(1, read(7, 2));
    await clock.advance(500);
    expect(requests.slice(0, 6).map(({ pdu }) => Number.parseInt(pdu.slice(2, 6), 16))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(requests[6]).toMatchObject({ at: 140, unit: 1, pdu: "0300070002" });
    expect(replies).toEqual([{ at: 160, reply: "030400070008" }]);
    await polling.stop();
  });

  test("of two clients without pause costs the agent no cycle, and no more delay than one exchange", async () => {
    const devices = [1, 2, 3].map((unit) => device(`d${unit}`, one, { unit }));
    const { clock, emitted, hammer, polling } = setUp(devices, { delayMs: 50 });
    const counts = [hammer(1, read(1), 60_000), hammer(9, read(1), 60_000), hammer(2, read(3), 60_000)];
    await clock.advance(61_000);
    const [a, , b] = await Promise.all(counts);
    expect(polling.status().devices.map(({ skippedCycles }) => skippedCycles)).toEqual([0, 0, 0]);
    const late = emitted.map(({ device, at }) => (at % 1000) - 50 * Number(device.slice(1)));
    expect(Math.max(...late)).toBeLessThanOrEqual(50);
    expect(Math.abs(a! - b!)).toBeLessThanOrEqual(1);
    expect(a! + b!).toBeGreaterThan(600);
    await polling.stop();
  });

  test("is told busy when the agent leaves the line no time, and nothing of it stays behind", async () => {
    const devices = [1, 2].map((unit) => device(`d${unit}`, one, { unit, timeoutMs: 5000 }));
    const { clock, ask, replies, forwarder, polling } = setUp(devices, { delayMs: 700 });
    await clock.advance(100);
    void ask(1, read(7));
    await clock.advance(5000);
    expect(replies).toEqual([{ at: 2100, reply: "8306" }]);
    expect(forwarder.counts()).toMatchObject({ requests: 1, busy: 1, answered: 0 });
    expect(polling.status().buses[0]!.waiting).toBeLessThanOrEqual(1);
    await polling.stop();
  });

  test("that would write is refused without a byte on the line, unless clients may write", async () => {
    const { clock, ask, requests, slaves, replies, forwarder, polling } = setUp([device("a", one)]);
    await clock.advance(100);
    const before = requests.length;
    const writes = [write(5, 77), "0f0000000801ff", "10000000010200ff", "16000000f20025", "17000300010000000102ffff"];
    for (const pdu of writes) void ask(1, typeof pdu === "string" ? Buffer.from(pdu, "hex") : pdu);
    await clock.advance(500);
    expect(replies.map(({ reply }) => reply)).toEqual(["8601", "8f01", "9001", "9601", "9701"]);
    expect(requests).toHaveLength(before);
    expect(slaves.get("line-1")![0]!.holding.get(5)).toBe(5);
    expect(forwarder.counts()).toMatchObject({ requests: 5, refused: 5 });
    await polling.stop();
  });

  test("writes where clients may, and gets the instrument's own words back", async () => {
    const { clock, ask, slaves, replies, polling } = setUp([device("a", one)], { write: true });
    await clock.advance(100);
    void ask(1, write(5, 77));
    void ask(1, write(5000, 1));
    await clock.advance(500);
    expect(slaves.get("line-1")![0]!.holding.get(5)).toBe(77);
    expect(replies.map(({ reply }) => reply)).toEqual(["060005004d", "8602"]);
    await polling.stop();
  });

  test("for everybody at once is refused", async () => {
    const { clock, ask, replies, polling } = setUp([device("a", one)], { write: true });
    await clock.advance(100);
    void ask(0, write(5, 77));
    await clock.advance(500);
    expect(replies[0]!.reply).toBe("860a");
    await polling.stop();
  });

  test("for a unit that is not there takes a tenth of the line's time at most, and soon next to nothing", async () => {
    const { clock, requests, slaves, hammer, polling } = setUp([device("a", one)]);
    slaves.get("line-1")!.push({ ...slaves.get("line-1")![0]!, unit: 99, silent: true, asked: [] });
    const hammering = hammer(99, read(0), 60_000);
    await clock.advance(62_000);
    await hammering;
    const tries = requests.filter(({ unit }) => unit === 99).map(({ at }) => Math.round(at / 1000));
    expect(tries.length).toBeLessThanOrEqual(6);
    expect(tries.length).toBeGreaterThanOrEqual(3);
    expect(polling.status().devices[0]!.skippedCycles).toBeLessThanOrEqual(tries.length);
    await polling.stop();
  });

  test("for an instrument that has lost one answer is asked again at once", async () => {
    const { clock, slaves, ask, replies, polling } = setUp([device("a", one, { everyMs: 60_000 })]);
    await clock.advance(100);
    const slave = slaves.get("line-1")![0]!;
    slave.silent = true;
    void ask(1, read(3));
    await clock.advance(1200);
    slave.silent = false;
    void ask(1, read(3));
    await clock.advance(200);
    expect(replies.map(({ reply }) => reply)).toEqual(["830b", "03020003"]);
    await polling.stop();
  });

  test("while the line is away is told so at once", async () => {
    const { clock, ask, links, unplugged, replies, polling } = setUp([device("a", one)]);
    await clock.advance(100);
    unplugged.add("line-1");
    links.get("line-1")!.fail();
    await clock.advance(600);
    const at = clock.monotonic();
    void ask(1, read(3));
    await clock.advance(0);
    expect(replies).toEqual([{ at, reply: "830a" }]);
    await polling.stop();
  });
});
