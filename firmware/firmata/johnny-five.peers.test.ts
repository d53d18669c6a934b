import { SerialPortStream } from "@serialport/stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSimBinding } from "../sim/binding.ts";
import { type Board, createBoard } from "../sim/board.ts";
import { createI2cBus, createRegisterChip } from "../sim/i2c.ts";
import { rush } from "../sim/rush.ts";
import { createTimeline } from "../sim/timeline.ts";
import { flatten } from "../tool/hex.ts";
import { readImage } from "../tool/images.ts";

/** As far as johnny-five is used here; it brings no types. */
type Emitter = {
  on(event: string, hear: (...values: never[]) => void): void;
  once(event: string, hear: (...values: never[]) => void): void;
};
type JohnnyFive = {
  readonly Board: new (options: object) => Emitter & { readonly io: Io };
  readonly Led: new (pin: number) => { on(): void; off(): void; brightness(value: number): void };
  readonly Relay: new (options: object) => { close(): void; open(): void };
  readonly Button: new (options: object) => Emitter;
  readonly Sensor: new (options: object) => Emitter & { readonly value: number };
  readonly Thermometer: new (options: object) => Emitter & { readonly C: number };
};
type Io = {
  readonly firmware: { readonly name: string; readonly version: { readonly major: number; readonly minor: number } };
  readonly pins: readonly { readonly state?: number }[];
  queryPinState(pin: number, hear: () => void): void;
};

const { default: five } = (await import("johnny-five" as string)) as { readonly default: JohnnyFive };

/** johnny-five 2.1.0 through SerialPortStream on a simulated board that runs the checked-in image. */
describe("johnny-five drives the Firmata node through the serialport binding", () => {
  const i2c = createI2cBus();
  const registers = new Uint8Array(256);
  let simulated: Board;
  let port: SerialPortStream;
  let board: InstanceType<JohnnyFive["Board"]>;

  beforeAll(async () => {
    registers.set([0xc1, 0x94], 5);
    i2c.chips.set(0x18, createRegisterChip(registers));
    simulated = createBoard({ i2c, bootStart: 0x7c00 });
    simulated.program(flatten(await readImage("firmata")));
    simulated.program(flatten(await readImage("loader"), 0x7c00), 0x7c00);
    simulated.reset("power");
    const timeline = createTimeline();
    timeline.add(simulated);
    const binding = createSimBinding([{ path: "sim:uno", board: simulated, timeline }], rush);
    port = new SerialPortStream({ binding, path: "sim:uno", baudRate: 57_600 });
    board = new five.Board({ port, repl: false, debug: false, sigint: false });
    await new Promise<void>((resolve, reject) => {
      board.on("ready", () => resolve());
      board.on("error", (error: Error) => reject(error));
    });
  });
  afterAll(async () => {
    await new Promise((resolve) => port.close(resolve));
  });

  const happens = (what: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => (what() ? resolve() : void setImmediate(look));
      look();
    });

  test("is ready, and knows the node by its name", () => {
    expect(board.io.firmware).toMatchObject({ name: "WeirFirmata", version: { major: 2, minor: 5 } });
  });

  test("switches a lamp and a relay", async () => {
    const led = new five.Led(13);
    led.on();
    await happens(() => simulated.driven(13) === true);
    led.off();
    await happens(() => simulated.driven(13) === false);
    const relay = new five.Relay({ pin: 8 });
    relay.close();
    await happens(() => simulated.driven(8) === true);
  });

  test("dims a lamp by PWM", async () => {
    new five.Led(9).brightness(64);
    const state = () =>
      new Promise<number | undefined>((resolve) => board.io.queryPinState(9, () => resolve(board.io.pins[9]!.state)));
    let now = await state();
    while (now !== 64) now = await state();
  });

  test("hears a button against the board's pull-up, pressed and let go", async () => {
    simulated.digital(7, true);
    const button = new five.Button({ pin: 7, isPullup: true });
    const next = (event: string) => new Promise<void>((resolve) => button.once(event, () => resolve()));
    const pressed = next("press");
    await happens(() => simulated.driven(7) === undefined);
    simulated.digital(7, false);
    await pressed;
    const released = next("release");
    simulated.digital(7, true);
    await released;
  });

  test("reads an analog input as it changes", async () => {
    simulated.analog(0, 2.5);
    const sensor = new five.Sensor({ pin: "A0", freq: 25 });
    const sees = (value: number) =>
      new Promise<void>((resolve) => {
        sensor.on("data", () => Math.abs(sensor.value - value) < 3 && resolve());
      });
    await sees(512);
    simulated.analog(0, 1);
    await sees(205);
  });

  test("reads a chip on I2C by its own driver", async () => {
    const thermometer = new five.Thermometer({ controller: "MCP9808" });
    await new Promise<void>((resolve) => {
      thermometer.on("data", () => thermometer.C === 25.25 && resolve());
    });
    expect(simulated.faults).toEqual([]);
  });
});
