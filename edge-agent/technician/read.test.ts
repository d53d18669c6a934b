import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { answerRtu, createSlave } from "../drivers/test-slave.ts";
import { runCommand } from "./command.ts";

/** weir-edge read of a line on which unit 1 has a tank at 12 mA, and unit 2 has no such register. */
async function read(...options: readonly string[]) {
  const slaves = [createSlave(1), createSlave(2)];
  slaves[0]!.input.set(0, 12_000);
  const server = createServer((socket) =>
    socket
      .on("data", (frame) => {
        const reply = slaves.map((slave) => answerRtu(slave, frame)).find((answer) => answer !== undefined);
        if (reply) socket.write(reply);
      })
      .on("error", () => {}),
  ).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const folder = mkdtempSync(join(tmpdir(), "weir-edge-read-"));
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, "edge.yaml");
  const profile = "hazmat/generic-4-20ma-tank-level";
  writeFileSync(
    file,
    `{ site: a, gateway: b, buses: [{ name: line, raw_tcp: "127.0.0.1:${(server.address() as AddressInfo).port}" }],
       devices: [{ id: one, bus: line, unit: 1, profile: ${profile} }, { id: two, bus: line, unit: 2, profile: ${profile} }],
       uplink: { url: "mqtt://127.0.0.1:1" } }`,
  );
  const out: string[] = [];
  const code = await runCommand(["read", file, ...options], { out: (text) => out.push(text), err: () => {} });
  return { code, out: out.join("\n") };
}

test("every point is told with its value, its unit and what is behind it; a register that is missing spoils nobody else's", async () => {
  const { code, out } = await read();
  expect(code).toBe(1);
  expect(out).toMatch(/^one\n {2}point +value +unit +quality +raw +why\n {2}tank_level +5 +m +good +12000$/m);
  expect(out).toMatch(
    /^two\n.*\n {2}tank_level +– +m +bad +exception-2\n {2}unit 2, read of input 0: the device has no such register/m,
  );
});

test("named devices are read alone, and --lang zh speaks Chinese", async () => {
  const { code, out } = await read("one", "--lang", "zh");
  expect(code).toBe(0);
  expect(out.trim().split("\n")).toEqual([
    "one",
    expect.stringMatching(/^ {2}测点 +数值 +单位 +质量 +原始值 +原因$/),
    expect.stringMatching(/^ {2}tank_level +5 +m +有效 +12000$/),
  ]);
});

test("what is wrong and what to check next are said in the reader's language; --json says it in English throughout", async () => {
  const { out } = await read("two", "--lang", "zh");
  expect(out).toMatch(/^ {2}tank_level +– +m +无效 +异常码 2\n {2}站号 2，读 input 0：设备没有该寄存器；请检查/m);
  const { why, readings } = JSON.parse((await read("two", "--lang", "zh", "--json")).out);
  expect(why).toMatch(/^unit 2, read of input 0: the device has no such register/);
  expect(readings).toMatchObject([{ why: "exception-2" }]);
});

test("--json gives a device a line", async () => {
  const { out } = await read("--json");
  expect(out.split("\n").map((line) => JSON.parse(line))).toMatchObject([
    { device: "one", readings: [{ metric: "tank_level", value: 5, quality: "good", raw: 12_000 }] },
    { device: "two", readings: [{ metric: "tank_level", value: null, quality: "bad" }] },
  ]);
});
