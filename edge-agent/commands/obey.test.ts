import { virtualClock } from "@weir/wire/clock.ts";
import { type Command, encodeCommand, type Reply } from "@weir/wire/command.ts";
import { names } from "@weir/wire/names.ts";
import { openRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { DataType, type Payload } from "@weir/wire/sparkplug/payload.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ObeyOptions, obey } from "./obey.ts";

const decoded = (bytes: Uint8Array): Payload => {
  const payload = decodePayload(bytes);
  if ("error" in payload) throw new Error(payload.error);
  return payload;
};

function scene(options: Partial<ObeyOptions> = {}) {
  const clock = virtualClock(1_700_000_000_000);
  const written: [string, string, number][] = [];
  const replies: [string | null, Reply][] = [];
  const obedience = obey({
    clock,
    write: async (device, { id, metric, value }) => {
      written.push([device, metric, value]);
      return { id, status: "done", readBack: value };
    },
    append: async ({ device, body }) => void replies.push([device, openRecord(decoded(body)).replies[0]!]),
    ...options,
  });
  const send = (device: string | undefined, command: Partial<Command> = {}) => {
    const whole = { id: "c1", expiresAt: clock.now() + 5000, metric: "setpoint", value: 42, ...command };
    obedience.onCommand(device, decoded(encodeCommand(whole, clock.now())));
  };
  return { clock, written, replies, obedience, send };
}

test("a command is written, and its reply leaves as a record of the device", async () => {
  const { send, written, replies, clock, obedience } = scene();
  send("valve");
  await clock.advance(0);
  expect(written).toEqual([["valve", "setpoint", 42]]);
  expect(replies).toEqual([["valve", { id: "c1", status: "done", readBack: 42 }]]);
  expect(obedience.status()).toMatchObject({ done: 1 });
});

test("an expired command is never run; the reply says so", async () => {
  const { send, written, replies, clock } = scene();
  send("valve", { expiresAt: clock.now() });
  await clock.advance(0);
  expect(written).toEqual([]);
  expect(replies).toEqual([["valve", { id: "c1", status: "expired" }]]);
});

test("a command that expires while it waits for the one before it is not run", async () => {
  const written: string[] = [];
  const { send, replies, clock } = scene({
    write: async (_device, { id }) => {
      written.push(id);
      await clock.sleep(3000, new AbortController().signal);
      return { id, status: "done", readBack: 1 };
    },
  });
  send("valve", { id: "a" });
  send("valve", { id: "b", expiresAt: clock.now() + 2000 });
  send("pump", { id: "c", expiresAt: clock.now() + 2000 });
  await clock.advance(10_000);
  expect(written).toEqual(["a", "c"]);
  expect(replies.map(([, { id, status }]) => [id, status]).sort()).toEqual([
    ["a", "done"],
    ["b", "expired"],
    ["c", "done"],
  ]);
});

test("the same id is run once, however often it comes, even after its expiry", async () => {
  const { send, written, replies, clock, obedience } = scene();
  send("valve");
  send("valve");
  await clock.advance(6000);
  send("valve", { expiresAt: clock.now() + 5000 });
  await clock.advance(0);
  expect(written).toHaveLength(1);
  expect(replies).toHaveLength(1);
  expect(obedience.status().repeated).toBe(2);
});

test("a command to the gateway itself, and one that stays valid for longer than ten minutes, are refused with the reason", async () => {
  const { send, written, replies, clock } = scene();
  send(undefined, { id: "a" });
  send("valve", { id: "b", expiresAt: clock.now() + 3_600_000 });
  await clock.advance(0);
  expect(written).toEqual([]);
  expect(replies).toMatchObject([
    [null, { id: "a", status: "refused", why: expect.stringMatching(/commands go to a device/) }],
    ["valve", { id: "b", status: "refused", why: expect.stringMatching(/at most 10/) }],
  ]);
});

test("a command without expiry is refused under its id; one without id is only logged", async () => {
  const warned: string[] = [];
  const { obedience, replies, written, clock } = scene({
    log: { info: () => {}, warn: (_about, message) => void warned.push(message) },
  });
  const order = { name: "setpoint", datatype: DataType.Double, value: 1 };
  obedience.onCommand("valve", { metrics: [order, { name: names.commandId, datatype: DataType.String, value: "x" }] });
  obedience.onCommand("valve", { metrics: [order] });
  await clock.advance(0);
  expect(written).toEqual([]);
  expect(replies).toMatchObject([["valve", { id: "x", status: "refused", why: expect.stringMatching(/Expires/) }]]);
  expect(warned).toHaveLength(2);
});

test("a write that throws is a failure that may have happened, and does not stop the next command", async () => {
  let calls = 0;
  const { send, replies, clock } = scene({
    write: async (_device, { id }) => {
      calls += 1;
      if (calls === 1) throw new Error("the line is cut");
      return { id, status: "done", readBack: 1 };
    },
  });
  send("valve", { id: "a" });
  send("valve", { id: "b" });
  await clock.advance(0);
  expect(replies).toEqual([
    ["valve", { id: "a", status: "failed", why: "the line is cut" }],
    ["valve", { id: "b", status: "done", readBack: 1 }],
  ]);
});

test("a reply that cannot be stored is logged and hurts nobody", async () => {
  const warned: object[] = [];
  const { send, clock } = scene({
    append: async () => {
      throw new Error("disk full");
    },
    log: { info: () => {}, warn: (about) => void warned.push(about) },
  });
  send("valve");
  await clock.advance(0);
  expect(warned).toMatchObject([{ id: "c1", why: "disk full" }]);
});

test("no payload, whatever it holds, throws or is run without id and expiry", async () => {
  const value = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.bigInt(), fc.constant(undefined));
  const name = fc.oneof(
    fc.constantFrom(names.commandId, names.commandExpires, "setpoint"),
    fc.string(),
    fc.constant(undefined),
  );
  const metric = fc.record({ name, value }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(fc.array(metric, { maxLength: 5 }), async (metrics) => {
      const { obedience, written, clock } = scene();
      obedience.onCommand("valve", { metrics } as Payload);
      await clock.advance(0);
      const has = (name: string) => metrics.some((each) => each.name === name);
      if (written.length > 0) expect(has(names.commandId) && has(names.commandExpires)).toBe(true);
    }),
  );
});
