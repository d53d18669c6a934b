import { closeSync, constants, openSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../../config.ts";
import { answerDlt645, createTestMeter } from "../../drivers/test-meter.ts";
import { createPeers, type Peers } from "../../drivers/test-peers.ts";
import { answerRtu, createSlave } from "../../drivers/test-slave.ts";
import { runCommand } from "../command.ts";

let peers: Peers;
const stops: (() => void)[] = [];
beforeEach(() => {
  peers = createPeers();
});
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
  peers.stop();
});

const pymodbus = join(import.meta.dirname, "../../drivers/modbus/testdata/pymodbus-server.py");

/** Runs the command and gives what it printed. */
async function scan(...words: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(["scan", ...words], { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

/** A pseudo-terminal is held open, since a line does not go away when its port is closed. */
function hold(path: string): string {
  const held = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  stops.push(() => closeSync(held));
  return path;
}

describe("a scan finds pymodbus", () => {
  test("on a serial port (socat)", async () => {
    const [near, far] = [join(peers.folder, "near"), join(peers.folder, "far")];
    await peers.cable(near, `pty,raw,echo=0,link=${far}`);
    await peers.start("/usr/bin/python3", [pymodbus, "serial", far], /^serial /);
    const { code, out } = await scan("serial", near, "--units", "15-18", "--protocols", "modbus", "--baud", "9600");
    expect(out).toContain("9600 8N1 Modbus unit 17");
    expect(out).toContain('says server id "Pymodbus"');
    expect(code).toBe(0);
  });

  test("at a Modbus TCP host", async () => {
    const { match } = await peers.start("/usr/bin/python3", [pymodbus, "tcp"], /^listening (\d+)/);
    const { code, out } = await scan("tcp", `127.0.0.1:${match[1]}`, "--units", "15-18", "--json");
    const found = out
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === "named");
    expect(found.map(({ unit }) => unit)).toEqual([17]);
    expect(code).toBe(0);
  });
});

test("two protocols on one serial port are found and written, and the configuration is good once a person has chosen", async () => {
  const slave = createSlave(3);
  for (const [i, word] of [0x4366, 0x3333, 0x4365, 0x0000, 0x4366, 0x8000].entries()) slave.input.set(i, word);
  const meter = createTestMeter("321200045810", { "00010000": "56341200", "02010100": "1423" });
  const server = createServer((socket) => {
    let heard: Buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      heard = Buffer.concat([heard, chunk]).subarray(-64);
      const reply = answerRtu(slave, heard.subarray(-8)) ?? answerDlt645(meter, heard);
      if (!reply && heard.length < 64) return;
      heard = Buffer.alloc(0);
      if (reply) socket.write(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  const path = join(peers.folder, "line");
  await peers.cable(path, `tcp:127.0.0.1:${(server.address() as AddressInfo).port}`);
  const file = join(peers.folder, "edge.yaml");
  const { out } = await scan("serial", hold(path), "--units", "1-5", "--protocols", "modbus,dlt645", "--write", file);
  expect(out).toContain("DL/T 645 321200045810");
  expect(out).toContain("Modbus unit 3");
  const written = readFileSync(file, "utf8");
  expect(written).toContain(path);
  expect(written).toContain("# DL/T 645 321200045810");
  writeFileSync(file, written.replace(/^ {2}# {3}- /m, "  - "));
  expect(readConfig(file).devices).toMatchObject([{ unit: 3 }]);
});

test("a port that another program holds is not scanned, and the program is named", async () => {
  const [near, far] = [join(peers.folder, "near"), join(peers.folder, "far")];
  await peers.cable(near, `pty,raw,echo=0,link=${far}`);
  await peers.start(
    "/usr/bin/python3",
    [
      "-c",
      `import serial,time; p=serial.Serial(${JSON.stringify(near)}, exclusive=True); print("open", flush=True); time.sleep(60)`,
    ],
    /open/,
  );
  const { code, err } = await scan("serial", near);
  expect(code).toBe(1);
  expect(err).toMatch(/python3.*pid \d+/);
});
