import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SerialPortStream } from "@serialport/stream";
import { describe, expect, test } from "vitest";
import { flatten } from "../tool/hex.ts";
import { readImage } from "../tool/images.ts";
import { createSimBinding, type Plugged } from "./binding.ts";
import { createBoard } from "./board.ts";
import { plugIn } from "./plug.ts";
import { rush } from "./rush.ts";
import { createTimeline } from "./timeline.ts";

const firmata = flatten(await readImage("firmata"));

function plugged(): Plugged {
  const board = createBoard();
  board.program(firmata);
  board.reset("power");
  const timeline = createTimeline();
  timeline.add(board);
  return { path: "sim:uno", board, timeline };
}

async function open(uno: Plugged, options: { baudRate?: number; dataBits?: 7 | 8; parity?: string } = {}) {
  const binding = createSimBinding([uno], rush);
  const port = new SerialPortStream({ binding, path: "sim:uno", baudRate: 57_600, ...options, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  return { binding, port };
}

/** Everything that comes until it holds these bytes. */
async function until(port: SerialPortStream, wanted: readonly number[]): Promise<Buffer> {
  let came = Buffer.alloc(0);
  while (!came.includes(Buffer.from(wanted))) came = Buffer.concat([came, ...(await once(port, "data"))]);
  return came;
}

const close = (port: SerialPortStream) => new Promise((resolve) => port.close(resolve));
const set = (port: SerialPortStream, dtr: boolean) => new Promise((resolve) => port.set({ dtr }, resolve));

describe("a simulated board as a port of the serialport library", () => {
  test("is listed with the USB id of an Uno", async () => {
    expect(await createSimBinding([plugged()]).list()).toMatchObject([
      { path: "sim:uno", vendorId: "2341", productId: "0043", serialNumber: "uno" },
    ]);
  });

  test("is reset when its port is opened, and speaks both ways", async () => {
    const uno = plugged();
    const { port } = await open(uno);
    expect(uno.board.resets.pin).toBe(1);
    expect([...(await until(port, [0xf7]))].slice(0, 5)).toEqual([0xf9, 2, 5, 0xf0, 0x79]);
    port.write(Uint8Array.of(0xf9));
    expect([...(await until(port, [0xf9, 2, 5]))]).toEqual([0xf9, 2, 5]);
    await close(port);
  });

  test("DTR let go and pulled again resets it, and no other signal does", async () => {
    const uno = plugged();
    const { port } = await open(uno);
    await set(port, false);
    expect(uno.board.resets.pin).toBe(1);
    await set(port, true);
    await set(port, true);
    expect(uno.board.resets.pin).toBe(2);
    await until(port, [0xf7]);
    await close(port);
  });

  test("at a wrong baud rate garbles what is said both ways, and is right again once that is changed", async () => {
    const { port } = await open(plugged(), { baudRate: 38_400 });
    const [garbled] = (await once(port, "data")) as [Buffer];
    expect(garbled.includes(Buffer.of(0xf9, 2, 5))).toBe(false);
    await new Promise((resolve) => port.update({ baudRate: 57_600 }, resolve));
    port.write(Uint8Array.of(0xff, 0xf9));
    expect((await until(port, [0xf9, 2, 5])).includes(Buffer.of(0xf9, 2, 5))).toBe(true);
    await close(port);
  });

  test("drain resolves once the last bit is on the wire, and not before", async () => {
    const uno = plugged();
    const { port } = await open(uno);
    const since = uno.timeline.now();
    port.write(new Uint8Array(57));
    await new Promise((resolve) => port.drain(resolve));
    const ms = (uno.timeline.now() - since) / 16_000;
    expect(ms).toBeGreaterThan((57 * 10) / 57.6 - 0.1);
    await close(port);
  });

  test("is locked while it is open, and free again when it is closed", async () => {
    const uno = plugged();
    const { port, binding } = await open(uno);
    await expect(binding.open({ path: "sim:uno", baudRate: 9600 })).rejects.toThrow(/cannot lock port sim:uno/);
    await close(port);
    const again = await binding.open({ path: "sim:uno", baudRate: 9600 });
    await again.close();
  });

  test("a port that is not there, and settings that are none, are refused with what would be right", async () => {
    const binding = createSimBinding([plugged()]);
    await expect(binding.open({ path: "sim:dos", baudRate: 9600 })).rejects.toThrow(/No such file.*there are sim:uno/);
    await expect(binding.open({ path: "sim:uno", baudRate: 0 })).rejects.toThrow(/bits a second/);
    await expect(binding.open({ path: "sim:uno", baudRate: 9600, parity: "mark" })).rejects.toThrow(/even or odd/);
    await expect(createSimBinding([]).list()).resolves.toEqual([]);
  });

  test("a read under way is cancelled when the port is closed, as the interface asks", async () => {
    const port = await createSimBinding([plugged()], () => ({ stop: () => {} })).open({
      path: "sim:uno",
      baudRate: 9600,
    });
    const read = port.read(Buffer.alloc(8), 0, 8);
    await port.close();
    await expect(read).rejects.toMatchObject({ canceled: true });
    await expect(port.write(Buffer.of(1))).rejects.toThrow("Port is not open");
  });

  test("the board of a file speaks to whoever takes a serialport, and keeps what it was given", async () => {
    const folder = mkdtempSync(join(tmpdir(), "weir-binding-"));
    const name = join(folder, "uno");
    const uno = await plugIn(name);
    const binding = createSimBinding([uno], rush);
    const port = new SerialPortStream({ binding, path: uno.path, baudRate: 115_200 });
    await once(port, "open");
    await new Promise<void>((resolve) => uno.timeline.at(uno.timeline.now() + 80_000, resolve)); // it has started
    port.write(Uint8Array.of(0x30, 0x20)); // STK500: get in sync
    await until(port, [0x14, 0x10]);
    uno.board.eeprom[7] = 42;
    await close(port);
    expect((await plugIn(name)).board.eeprom[7]).toBe(42);
    rmSync(folder, { recursive: true });
  });

  test("a cable that is pulled closes the port with an error, and it can be opened again once it is plugged in", async () => {
    const uno = plugged();
    const { port, binding } = await open(uno);
    const closed = once(port, "close") as Promise<[Error & { disconnected?: boolean }]>;
    port.resume();
    binding.unplug("sim:uno");
    const [why] = await closed;
    expect(why).toMatchObject({ disconnected: true });
    expect(await binding.list()).toEqual([]);
    binding.plug(uno);
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    expect(uno.board.resets.pin).toBe(2);
    await close(port);
  });
});
