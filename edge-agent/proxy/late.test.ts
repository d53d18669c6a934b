import { virtualClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";
import { encodeRequest } from "../drivers/modbus/pdu.ts";
import { createTestLink, serial9600 } from "../drivers/test-link.ts";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { answerRtu } from "../drivers/test-slave.ts";
import { startPolling } from "../poll/poll.ts";
import { createFullSlave } from "../poll/test-field.ts";
import { createForwarder } from "./forward.ts";

/** One instrument on a serial line whose every answer takes as long as the test says, polled and asked by a client. */
function setUp(devices: { everyMs: number; timeoutMs: number }) {
  const clock = virtualClock(1_700_000_000_000);
  const never = new AbortController().signal;
  const slave = createFullSlave(1);
  const delays: number[] = [];
  const values: (number | null)[] = [];
  const config = (everyMs = devices.everyMs) => ({
    buses: [{ name: "line", transport: serial9600, connectTimeoutMs: 1000 }],
    devices: [{ id: "a", bus: "line", unit: 1, profile: testProfile(wordPoints(1)), ...devices, everyMs }],
  });
  const polling = startPolling({
    ...config(),
    clock,
    random: () => 0,
    signal: never,
    emit: async (_device, _kind, samples) => void values.push(...samples.map(({ value }) => value)),
    openLink: async () => {
      const link = createTestLink(clock, (bytes) => {
        const reply = answerRtu(slave, bytes);
        if (reply) void clock.sleep(delays.shift() ?? 20, never).then(() => link.push(reply));
      });
      return link;
    },
  });
  const forwarder = createForwarder({
    reach: (unit) => polling.reach("line", unit),
    write: false,
    waitMs: 2000,
    clock,
    random: () => 0,
  });
  const ask = async (start: number) => {
    const pdu = encodeRequest({ kind: "read", table: "holding", start, count: 1 });
    return Buffer.from(await forwarder.answer(1, pdu, clock.monotonic())).toString("hex");
  };
  return { clock, polling, delays, values, slave, ask, config };
}

test("a client's answer that comes late is never taken for the agent's own", async () => {
  const { clock, polling, delays, values, ask } = setUp({ everyMs: 2000, timeoutMs: 500 });
  await clock.advance(1000);
  delays.push(1100, 300); // the client has been told by then that there is none, and the agent asks for the same length
  const reply = ask(77);
  await clock.advance(10_000);
  expect(await reply).toBe("830b");
  expect(new Set(values)).toEqual(new Set([0]));
  await polling.stop();
});

test("the agent's answer that comes late is never taken for a client's", async () => {
  const { clock, polling, delays, ask } = setUp({ everyMs: 60_000, timeoutMs: 500 });
  delays.push(700, 300);
  await clock.advance(600);
  const reply = ask(77);
  await clock.advance(3000);
  expect(await reply).toBe("0302004d");
  await polling.stop();
});

test("an answer under way when the instrument's configuration changes is not taken for the first one after it", async () => {
  const { clock, polling, delays, values, slave, config } = setUp({ everyMs: 10_000, timeoutMs: 500 });
  slave.holding.set(0, 1);
  delays.push(200, 300);
  await clock.advance(100);
  slave.holding.set(0, 2);
  void polling.apply(config(5000));
  await clock.advance(1000);
  expect(values).toEqual([2]);
  await polling.stop();
});
