import fc from "fast-check";
import { expect, test } from "vitest";
import { type Command, decodeCommand, encodeCommand, formatReply, parseReply, type Reply } from "./command.ts";
import { decodePayload } from "./sparkplug/decode.ts";
import { DataType, type Payload } from "./sparkplug/payload.ts";

const command: Command = { id: "c-1", expiresAt: 1_790_000_033_000, metric: "lamp_dim_level", value: 60 };

test("any command reads back from its bytes", () => {
  const commands = fc.record({
    id: fc.string({ minLength: 1 }),
    expiresAt: fc.maxSafeNat(),
    metric: fc.constantFrom("valve_opening", "relay_state/2"),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  });
  fc.assert(
    fc.property(commands, (command) => {
      const payload = decodePayload(encodeCommand(command, 5));
      expect("error" in payload ? payload : decodeCommand(payload)).toEqual(command);
    }),
  );
});

test("a firmware bundle reads back, and a number in its place is no command", () => {
  const install: Command = { id: "c-2", expiresAt: 1_790_000_033_000, bundle: '{"bundle":1}' };
  const payload = decodePayload(encodeCommand(install, 5)) as Payload;
  expect(decodeCommand(payload)).toEqual(install);
  const broken = payload.metrics.map((metric) =>
    metric.name === "Firmware/Bundle" ? { ...metric, value: 1 } : metric,
  );
  expect(decodeCommand({ metrics: broken })).toEqual({ error: "command c-2: a bundle is a String" });
});

const full = () => (decodePayload(encodeCommand(command, 5)) as Payload).metrics;

test.each([
  ["without an id", full().slice(1), "command has no Command/Id (String)"],
  ["with an empty id", [{ name: "Command/Id", value: "" }, ...full().slice(1)], "command has no Command/Id (String)"],
  ["without an expiry", [full()[0]!, full()[2]!], "command c-1 has no Command/Expires (DateTime)"],
  ["without a metric", full().slice(0, 2), "command c-1 sets 0 metrics, it must set one"],
  ["for two metrics", [...full(), { name: "voltage", value: 1 }], "command c-1 sets 2 metrics, it must set one"],
  ["with text as value", [...full().slice(0, 2), { name: "a", value: "1" }], "the value for a is not a finite number"],
  [
    "with NaN as value",
    [...full().slice(0, 2), { name: "a", value: Number.NaN }],
    "the value for a is not a finite number",
  ],
  ["by alias", [...full().slice(0, 2), { alias: 1n, value: 1 }], "command has a metric without a name"],
])("a command %s is not obeyed", (_what, metrics, error) => {
  expect(decodeCommand({ metrics })).toEqual({ error: expect.stringContaining(error) });
});

test.each([
  [DataType.Boolean, true, 1],
  [DataType.Int64, 5n, 5],
])("a host may set with datatype %s", (datatype, value, number) => {
  const metrics = [...full().slice(0, 2), { name: "relay_state", datatype, value }];
  expect(decodeCommand({ metrics })).toMatchObject({ metric: "relay_state", value: number });
});

test.each<Reply>([
  { id: "a", status: "done", readBack: 60 },
  { id: "a", status: "expired" },
  { id: "a", status: "refused", why: "上限 100" },
  { id: "a", status: "failed", why: "timeout" },
])("%j reads back", (reply) => {
  expect(parseReply(formatReply(reply))).toEqual(reply);
});

test.each([
  "",
  "null",
  "[]",
  "{}",
  '{"id":"a"}',
  '{"id":"a","status":"done"}',
  '{"id":"a","status":"refused"}',
  '{"id":1,"status":"expired"}',
])("%j is no reply", (text) => {
  expect(parseReply(text)).toEqual({ error: expect.stringContaining("is not a reply") });
});
