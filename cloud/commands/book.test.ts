import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { decodeCommand } from "@weir/wire/command.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { expect, onTestFinished, test } from "vitest";
import { type CommandOptions, openCommands } from "./book.ts";

const order = { site: "east", gateway: "gw-1", device: "lamp", metric: "lamp_on", value: 1, expiresInMs: 10_000 };

function open(over: Partial<CommandOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "weir-commands-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = virtualClock(1_000_000);
  const sent: { topic: string; id: string; expiresAt: number; metric: string; value: number }[] = [];
  const bundles: string[] = [];
  const options: CommandOptions = {
    file: join(folder, "cloud.db"),
    clock,
    isOnline: () => true,
    publish: async (topic, payload) => {
      const decoded = decodePayload(payload);
      const command = "error" in decoded ? decoded : decodeCommand(decoded);
      if ("error" in command) throw new Error(command.error);
      if ("bundle" in command) bundles.push(command.bundle);
      else sent.push({ topic, ...command });
    },
    ...over,
  };
  const commands = openCommands(options);
  onTestFinished(() => commands.close());
  return { commands, clock, sent, bundles, options };
}

test("a command goes to its device with id and expiry and resolves with what was read back", async () => {
  const { commands, sent } = open();
  const outcome = commands.send({ ...order, by: "li" });
  expect(sent).toEqual([
    { topic: "spBv1.0/east/DCMD/gw-1/lamp", id: expect.any(String), expiresAt: 1_010_000, metric: "lamp_on", value: 1 },
  ]);
  commands.replied("east", "gw-1", { id: sent[0]!.id, status: "done", readBack: 1 });
  expect(await outcome).toMatchObject({
    ...order,
    by: "li",
    state: "done",
    readBack: 1,
    sentAt: 1_000_000,
    answeredAt: 1_000_000,
  });
  expect(commands.list()).toEqual([await outcome]);
});

test.each([
  [{ status: "refused", why: "limit is 0 to 1" } as const, { state: "refused", why: "limit is 0 to 1" }],
  [{ status: "failed", why: "no answer on the bus" } as const, { state: "failed", why: "no answer on the bus" }],
  [{ status: "expired" } as const, { state: "expired", why: expect.stringContaining("did not carry it out") }],
])("the gateway's answer %o is the outcome", async (reply, expected) => {
  const { commands, sent } = open();
  const outcome = commands.send(order);
  commands.replied("east", "gw-1", { id: sent[0]!.id, ...reply });
  expect(await outcome).toMatchObject(expected);
});

test("without an answer it expires a little after its time, and an answer that comes later is the truth", async () => {
  const { commands, clock, sent } = open();
  const outcome = commands.send(order);
  await clock.advance(14_999);
  expect(commands.list()).toMatchObject([{ state: "sent" }]);
  await clock.advance(1);
  expect(await outcome).toMatchObject({ state: "expired", why: expect.stringContaining("not known") });
  commands.replied("east", "gw-1", { id: sent[0]!.id, status: "done", readBack: 1 });
  expect(commands.list()).toEqual([expect.objectContaining({ state: "done", readBack: 1 })]);
  expect(commands.list()[0]).not.toHaveProperty("why");
});

test("a firmware bundle travels whole, and the list keeps what it is and not the bundle", async () => {
  const { commands, bundles } = open();
  const bundle = { text: '{"bundle":1}', what: "WEIR-LEVEL 1.2.0" };
  const outcome = commands.send({ ...order, metric: "firmware_state", bundle });
  expect(bundles).toEqual([bundle.text]);
  const [row] = commands.list();
  expect(row).toMatchObject({ state: "sent", firmware: "WEIR-LEVEL 1.2.0" });
  expect(JSON.stringify(row)).not.toContain("bundle");
  commands.replied("east", "gw-1", { id: row!.id, status: "done", readBack: 1 });
  expect(await outcome).toMatchObject({ state: "done", firmware: "WEIR-LEVEL 1.2.0" });
});

test("nothing is sent to a gateway that is not connected", async () => {
  const { commands, sent } = open({ isOnline: () => false });
  expect(await commands.send(order)).toMatchObject({ state: "refused", why: expect.stringContaining("not connected") });
  expect(sent).toEqual([]);
  expect(commands.list()).toHaveLength(1);
});

test("a gateway cannot answer for another, nor twice", async () => {
  const { commands, sent } = open();
  const outcome = commands.send(order);
  const { id } = sent[0]!;
  commands.replied("east", "gw-2", { id, status: "done", readBack: 9 });
  commands.replied("west", "gw-1", { id, status: "done", readBack: 9 });
  commands.replied("east", "gw-1", { id: "unheard of", status: "done", readBack: 9 });
  commands.replied("east", "gw-1", { id, status: "done", readBack: 1 });
  commands.replied("east", "gw-1", { id, status: "failed", why: "no" });
  expect(await outcome).toMatchObject({ state: "done", readBack: 1 });
  expect(commands.list()).toEqual([await outcome]);
});

test.each([
  [{ site: "a/b" }, "site"],
  [{ device: "" }, "device"],
  [{ metric: "" }, "metric"],
  [{ value: Number.NaN }, "value"],
  [{ expiresInMs: 0 }, "expiresInMs"],
  [{ expiresInMs: 90_000_000 }, "24 h"],
])("%o is no order", async (change, hint) => {
  const { commands } = open();
  await expect(commands.send({ ...order, ...change })).rejects.toThrow(hint);
  expect(commands.list()).toEqual([]);
});

test("a command that was open when the cloud stopped gets its outcome after the restart", async () => {
  const { commands, clock, sent, options } = open();
  const interrupted = expect(commands.send(order)).rejects.toThrow("closing");
  const later = commands.send({ ...order, value: 0 });
  const alsoInterrupted = expect(later).rejects.toThrow("closing");
  commands.close();
  await Promise.all([interrupted, alsoInterrupted]);
  const again = openCommands(options);
  onTestFinished(() => again.close());
  again.replied("east", "gw-1", { id: sent[0]!.id, status: "done", readBack: 1 });
  await clock.advance(20_000);
  expect(again.list().map(({ value, state }) => [value, state])).toEqual([
    [0, "expired"],
    [1, "done"],
  ]);
});

test("the list can be narrowed, and whoever watches hears of each step", async () => {
  const { commands, sent } = open();
  const steps: string[] = [];
  const unwatch = commands.watch(({ device, state }) => steps.push(`${device} ${state}`));
  const outcomes = [commands.send(order), commands.send({ ...order, device: "pump" })];
  for (const { id } of sent) commands.replied("east", "gw-1", { id, status: "done", readBack: 1 });
  await Promise.all(outcomes);
  unwatch();
  expect(steps).toEqual(["lamp sent", "pump sent", "lamp done", "pump done"]);
  expect(commands.list({ device: "pump" })).toMatchObject([{ device: "pump" }]);
  expect(commands.list({ site: "west" })).toEqual([]);
  expect(commands.list({ limit: 1 })).toHaveLength(1);
});
