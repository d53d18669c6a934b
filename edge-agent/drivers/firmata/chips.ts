import { decodeDs18b20, decodeI2c } from "@weir/device-profiles/firmata-values.ts";
import type { FirmataAddress, FirmataProfile } from "@weir/device-profiles/schema.ts";
import type { Line, LinkErrorCode, Result, Turn } from "../driver.ts";
import type { AskWait, FirmataBoard } from "./board.ts";
import { startI2c } from "./encode.ts";
import { codeOf } from "./fault.ts";
import { openI2c } from "./i2c.ts";
import { convertMs, findThermometer, readThermometer, startThermometer } from "./one-wire.ts";
import { openSensor, type Sensor } from "./sensors.ts";

export type ChipAddress = Extract<FirmataAddress, { i2c: number } | { one_wire: number }>;

/** The chips of one instrument, on the I2C and OneWire buses of its board. */
export type Chips = {
  /** To be called when the board's I2C bus is found off. */
  start(board: FirmataBoard): void;
  /** Chip by chip; one that fails does not fail the others. Waits of thermometers do not hold the line. */
  read(addresses: readonly ChipAddress[], turn: Turn): Promise<ReadonlyMap<ChipAddress, Result>>;
};

type ChipOptions = {
  readonly profile: FirmataProfile;
  readonly timeoutMs: number;
  readonly line: Line<FirmataBoard>;
  readonly fail: (code: LinkErrorCode, why: string) => void;
};

export function createChips({ profile, timeoutMs, line, fail }: ChipOptions): Chips {
  const sensors = new Map<string, Sensor>();
  const codes = new Map<string, readonly number[]>();
  /** Chips that what `set_up` says has been written to. */
  const prepared = new Set<number>();

  function forget(address: number): void {
    prepared.delete(address);
    for (const key of sensors.keys()) if (key.endsWith(` ${address}`)) sensors.delete(key);
  }

  async function readRegister(board: FirmataBoard, at: Extract<FirmataAddress, { bytes: number }>, wait: AskWait) {
    const i2c = openI2c(board, wait);
    if (!prepared.has(at.i2c)) {
      for (const { i2c: address, write } of profile.set_up) if (address === at.i2c) i2c.write(address, write);
      prepared.add(at.i2c);
    }
    return decodeI2c(await i2c.read(at.i2c, at.register, at.bytes), at)!;
  }

  async function measure(board: FirmataBoard, at: Extract<FirmataAddress, { sensor: string }>, wait: AskWait) {
    const key = `${at.sensor} ${at.i2c}`;
    const sensor = sensors.get(key) ?? (await openSensor(at.sensor, at.i2c));
    sensors.set(key, sensor);
    return sensor.measure(openI2c(board, wait));
  }

  async function readThermometers(pin: number, rom: string | undefined, turn: Turn) {
    const wait = { timeoutMs, signal: turn.signal };
    const key = `${pin} ${rom}`;
    await line.exchange(turn, async (board) => {
      const code = codes.get(key) ?? (await findThermometer(board, pin, rom, wait));
      codes.set(key, code);
      startThermometer(board, pin, code);
    });
    await line.clock.sleep(convertMs, turn.signal);
    return line.exchange(turn, (board) => readThermometer(board, pin, codes.get(key)!, wait));
  }

  /** Whether the board is there at all: a bus that hangs stops it, and then nothing more is to be had. */
  async function answers(turn: Turn): Promise<boolean> {
    return line.exchange(turn, (board) => board.isThere({ timeoutMs, signal: turn.signal })).catch(() => false);
  }

  /** One question for all addresses that share its answer. */
  async function readGroup(group: readonly ChipAddress[], turn: Turn): Promise<readonly number[]> {
    const [first] = group as [ChipAddress];
    const wait = { timeoutMs, signal: turn.signal };
    if ("one_wire" in first) {
      const raw = decodeDs18b20(await readThermometers(first.one_wire, first.rom, turn))!;
      return group.map(() => raw);
    }
    if ("bytes" in first) {
      const raw = await line.exchange(turn, (board) => readRegister(board, first, wait));
      return group.map(() => raw);
    }
    const values = await line.exchange(turn, (board) => measure(board, first, wait));
    return group.map((at) => ("value" in at ? (values[at.value] ?? Number.NaN) : Number.NaN));
  }

  return {
    start: (board) => {
      board.send(startI2c);
      sensors.clear();
      codes.clear();
      prepared.clear();
    },
    read: async (addresses, turn) => {
      const results = new Map<ChipAddress, Result>();
      for (const group of Map.groupBy(addresses, keyOf).values()) {
        try {
          const raws = await readGroup(group, turn);
          const at = line.clock.now();
          group.forEach((address, i) => void results.set(address, { raw: raws[i]!, at }));
        } catch (error) {
          const code = codeOf(error);
          fail(code, (error as Error).message);
          for (const address of group) {
            results.set(address, { error: code });
            if ("i2c" in address) forget(address.i2c);
            else codes.clear();
          }
          if (code === "closed" || (code === "timeout" && !(await answers(turn)))) break;
        }
      }
      return results;
    },
  };
}

function keyOf(at: ChipAddress): string {
  if ("one_wire" in at) return `${at.one_wire} ${at.rom}`;
  return "sensor" in at ? `${at.sensor} ${at.i2c}` : JSON.stringify(at);
}
