import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import modbus from "modbus-serial";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../tool/command.ts";
import { simulate } from "../tool/simulate.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "weir-nodes-"));
const pty = join(folder, "line");
let ended: Promise<number>;

/** The very command: nodes on a line, as a serial device. */
beforeAll(async () => {
  const there = Promise.withResolvers<void>();
  ended = simulate(["level@1", "gas@2"], {
    listen: "127.0.0.1:0",
    pty,
    inputs: ["1:0=2.64"],
    noReset: false,
    terminal: {
      out: (text) => text.includes(pty) && there.resolve(),
      err: (text) => there.reject(new Error(text)),
    },
  });
  await there.promise;
});
afterAll(async () => {
  process.emit("SIGINT");
  await ended;
  rmSync(folder, { recursive: true });
});

test("mbpoll reads a node through a serial device, and hears its exception", async () => {
  const common = "-m rtu -b 19200 -P even -1 -q -0 -o 3";
  const { stdout } = await run("mbpoll", [...`${common} -a 1 -t 3:hex -r 256 -c 2`.split(" "), pty]);
  expect(stdout).toMatch(/\[256\]:\s*0x5745[\s\S]*\[257\]:\s*0x0001/);
  const refused = await run("mbpoll", [...`${common} -a 2 -t 3 -r 6 -c 1`.split(" "), pty]).catch((error) => error);
  expect(`${refused.stdout}${refused.stderr}`).toMatch(/Illegal data address/);
});

test("weir-firmware finds the nodes of a line through a serial device, and moves one there and back", async () => {
  const commission = async (...orders: string[]) => {
    const lines: string[] = [];
    const keep = (text: string) => void lines.push(text);
    const code = await runCommand(["commission", ...orders, "--json", "--port", pty], { out: keep, err: keep });
    expect(code, lines.join("\n")).toBe(0);
    return lines.map((line) => JSON.parse(line) as { event: string; serial?: number; address?: number });
  };
  const places = (events: Awaited<ReturnType<typeof commission>>, event: string) =>
    events.filter((each) => each.event === event).map(({ serial, address }) => [serial, address]);
  expect(places(await commission(), "node").sort()).toEqual([
    [1001, 1],
    [1002, 2],
  ]);
  expect(places(await commission("1002=9"), "assigned")).toEqual([[1002, 9]]);
  expect(places(await commission("1002=2"), "assigned")).toEqual([[1002, 2]]);
});

test("modbus-serial reads and writes a node through a serial device", async () => {
  const master = new modbus.default();
  // a pseudo-terminal has no parity
  await master.connectRTUBuffered(pty, { baudRate: 19_200, parity: "none" });
  try {
    master.setID(1);
    master.setTimeout(3000);
    const { buffer } = await master.readInputRegisters(0x108, 8);
    expect(buffer.toString("latin1").replaceAll("\0", "")).toBe("WEIR-LEVEL");
    await master.writeRegisters(0x10, [7, 1, 16_000, 2]);
    expect((await master.readHoldingRegisters(0x10, 4)).data).toEqual([7, 1, 16_000, 2]);
    await expect(master.readInputRegisters(6, 1)).rejects.toMatchObject({ modbusCode: 2 });
    master.setID(2);
    expect((await master.readInputRegisters(0x101, 1)).data).toEqual([5]);
  } finally {
    await new Promise<void>((resolve) => master.close(() => resolve()));
  }
});

test("pymodbus reads and writes a node through a serial device", async () => {
  // pyserial cannot set parity on a pseudo-terminal; there it means nothing
  const script = `
from pymodbus.client import ModbusSerialClient
client = ModbusSerialClient(port="${pty}", baudrate=19200, parity="N", timeout=3)
assert client.connect()
print(client.read_input_registers(0x100, 3, slave=2).registers)
print(client.write_registers(0x10, [100, 1, 15000, 2], slave=2))
print(client.write_register(0x12, 15001, slave=2))
print(client.read_holding_registers(0x10, 4, slave=2).registers)
`;
  const { stdout } = await run("/usr/bin/python3", ["-c", script]);
  expect(stdout).toMatch(/\[22341, 5, 1\]/);
  expect(stdout).toMatch(/\[100, 1, 15001, 2\]/);
});
