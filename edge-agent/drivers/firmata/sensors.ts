import { EventEmitter } from "node:events";
import type { firmataSensors } from "@weir/device-profiles/schema/firmata.ts";
import { say } from "@weir/wire/sentences.ts";
import { LinkError } from "../driver.ts";
import { crc8 } from "./crc8.ts";
import { hex, texts } from "./fault.ts";
import type { I2c } from "./i2c.ts";

export type SensorName = keyof typeof firmataSensors;

/** A chip on a board's I2C bus whose numbers johnny-five computes. After a failure it is opened anew: it may have lost its settings. */
export type Sensor = {
  /** A fresh measurement. Rejects with a LinkError; a number is never repeated. */
  measure(i2c: I2c): Promise<Readonly<Record<string, number>>>;
};

/** What johnny-five's driver does not see to: who the chip is, whether its bytes are sound, how long it takes. */
type Care = {
  /** Register and values that say what chip it is. */
  readonly id?: { readonly register: number; readonly values: readonly number[] };
  /** Between a command and the read of what it measured. */
  readonly settleMs: number;
  /** A checksum that the driver does not ask for. */
  readonly moreBytes?: number;
  /** What is wrong with the bytes of a measurement. */
  readonly faultIn: (data: Uint8Array, register: number | undefined) => string | undefined;
};

const wordsWithCrc = (data: Uint8Array, seed: number) => {
  for (let i = 0; i + 2 < data.length; i += 3)
    if (crc8(data.subarray(i, i + 2), seed) !== data[i + 2])
      return "fails its checksum; check the wires, and keep them short";
  return undefined;
};

/** Bosch: result registers hold 80 00 00 after the chip's own reset, which would come out as a likely temperature. */
const boschFault = (data: Uint8Array, register: number | undefined) => {
  if (register === 0x88 && (data.every((byte) => byte === 0) || data.every((byte) => byte === 0xff)))
    return "has no calibration; the chip is dead or a fake";
  const isUnset = (at: number) => data[at] === 0x80 && data[at + 1] === 0 && data[at + 2]! >> 4 === 0;
  return register === 0xf7 && (isUnset(0) || isUnset(3)) ? "has not measured: it has lost its settings" : undefined;
};

const cares: Readonly<Record<SensorName, Care>> = {
  BME280: { id: { register: 0xd0, values: [0x60] }, settleMs: 5, faultIn: boschFault },
  BMP280: { id: { register: 0xd0, values: [0x56, 0x57, 0x58] }, settleMs: 5, faultIn: boschFault },
  SHT31D: { settleMs: 20, faultIn: (data) => wordsWithCrc(data, 0xff) },
  HTU21D: { settleMs: 20, moreBytes: 1, faultIn: (data) => wordsWithCrc(data, 0) },
};

/** johnny-five holds a BME280's first second back, and measures some chips by timers of its own. */
const patienceMs = 2500;
const lookAgainMs = 50;

type Step = (i2c: I2c) => Promise<void>;

/** Loads johnny-five. Asks the chip nothing yet. */
export async function openSensor(name: SensorName, address: number): Promise<Sensor> {
  const { default: sip } = await import("johnny-five/lib/sip.js");
  const care = cares[name];
  const steps: Step[] = [];
  const watches: Step[] = [];
  let measured: Record<string, number> | undefined;
  let commanded = false;

  /** johnny-five's IO plugin, as far as its drivers of I2C chips need one: it asks when we do, and hears sound answers only. */
  const io = {
    i2cConfig: () => {},
    i2cWrite: (_: number, first: number | readonly number[], rest: number | readonly number[] = []) => {
      steps.push(async (i2c) => {
        commanded = true;
        i2c.write(address, [first, rest].flat());
      });
    },
    i2cReadOnce: (...call: ReadCall) => void steps.push(reading(call)),
    i2cRead: (...call: ReadCall) => void watches.push(reading(call)),
  };

  function reading(call: ReadCall): Step {
    const [register, count, hear] = call.length === 4 ? [call[1], call[2], call[3]] : [undefined, call[1], call[2]];
    return async (i2c) => {
      if (commanded) await i2c.sleep(care.settleMs);
      commanded = false;
      const data = await i2c.read(address, register, count + (care.moreBytes ?? 0));
      const fault = care.faultIn(data, register);
      if (fault) throw new LinkError("exception-2", `${name} at I2C ${hex(address)} ${fault}`);
      hear([...data.subarray(0, count)]);
    };
  }

  async function identify(i2c: I2c): Promise<void> {
    if (!care.id) return;
    const [found] = await i2c.read(address, care.id.register, 1);
    if (!care.id.values.includes(found!))
      throw new LinkError(
        "mismatch",
        say(texts.otherChip, {
          ...{ name, address: hex(address), found: hex(found!) },
          wanted: care.id.values.map(hex).join(" or "),
        }),
      );
  }

  const driver = Object.defineProperties(new EventEmitter(), sip.Drivers[name]!) as EventEmitter & {
    initialize(board: { readonly io: unknown }, options: { address: number }): void;
  };
  driver.on("data", (data: Record<string, number>) => {
    measured = { ...data };
  });
  let known = false;

  return {
    measure: async (i2c) => {
      if (!known) {
        await identify(i2c);
        driver.initialize({ io }, { address });
        known = true;
      }
      measured = undefined;
      let watched = watches.length === 0;
      for (let waited = 0; waited <= patienceMs; ) {
        if (measured) return measured;
        const step = steps.shift();
        if (step) await step(i2c);
        else if (!watched) {
          watched = true;
          for (const watch of watches) await watch(i2c);
        } else {
          await i2c.sleep(lookAgainMs);
          waited += lookAgainMs;
          watched = false;
        }
      }
      throw new LinkError("timeout", say(texts.noMeasurement, { name, address: hex(address), patienceMs }));
    },
  };
}

type Hear = (data: readonly number[]) => void;
type ReadCall =
  | [address: number, register: number, count: number, hear: Hear]
  | [address: number, count: number, hear: Hear];
