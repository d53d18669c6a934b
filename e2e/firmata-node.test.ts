import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { FirmataProfile } from "@weir/device-profiles/schema.ts";
import type { Result, Turn } from "@weir/edge-agent/drivers/driver.ts";
import { openBoard } from "@weir/edge-agent/drivers/firmata/board.ts";
import { firmata } from "@weir/edge-agent/drivers/firmata/firmata.ts";
import { createTestLine, createTestLink } from "@weir/edge-agent/drivers/test-link.ts";
import { createAdapter } from "@weir/firmware/sim/adapter.ts";
import { createBoard } from "@weir/firmware/sim/board.ts";
import { createI2cBus, type I2cChip } from "@weir/firmware/sim/i2c.ts";
import { createTimeline } from "@weir/firmware/sim/timeline.ts";
import { flatten } from "@weir/firmware/tool/hex.ts";
import { readImage } from "@weir/firmware/tool/images.ts";
import type { Chip } from "@weir/simulators/firmata/board.ts";
import { bme280, mcp9808 } from "@weir/simulators/firmata/chips.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
const profiles = loadProfiles();
const profileOf = (id: string) => profiles.get(id) as FirmataProfile;

/** A chip of the simulated city, byte by byte. */
function onI2c(chip: Chip): I2cChip {
  let register = 0;
  let read = 0;
  return {
    write: (byte, first) => {
      if (first) register = byte;
      else chip.write(register++, [byte]);
      read = 0;
      return true;
    },
    read: () => chip.read(register, ++read)[read - 1]!,
  };
}

/** The node's image on a board, with the agent's driver on its port; their time is one, and passes while something is waited for. */
async function setUp() {
  const timeline = createTimeline();
  const i2c = createI2cBus();
  const board = createBoard({ i2c });
  board.program(flatten(await readImage("firmata")));
  board.reset("power");
  timeline.add(board);
  const clock = virtualClock(1_700_000_000_000);
  const port = createAdapter(timeline, { rx: board.tx, tx: board.rx }, { baud: 57_600 });
  const link = createTestLink(clock, (bytes) => port.send(bytes));
  port.onByte = (byte) => link.push(Uint8Array.of(byte));
  const pass = async (ms: number) => {
    for (let n = 0; n < ms; n++) {
      await clock.advance(1);
      timeline.run(1);
    }
  };
  const finish = async <T>(job: Promise<T>): Promise<T> => {
    let done = false;
    const mark = () => {
      done = true;
    };
    job.then(mark, mark);
    while (!done) await pass(1);
    return job;
  };
  const medium = await finish(openBoard(link, "sim:uno", clock, turn.signal));
  const line = createTestLine(medium, { kind: "firmata", board: { host: "sim", port: 1 } }, clock);
  const connect = (profile: FirmataProfile) => {
    const connection = firmata.open({ profile, timeoutMs: 1000 }, line);
    const at = (quantity: string) => profile.points.find((point) => point.quantity === quantity)!.at;
    const read = async () => {
      const results = await finish(
        connection.read(
          profile.points.map((point) => point.at),
          turn,
        ),
      );
      return Object.fromEntries(profile.points.map(({ quantity }, n) => [quantity, rawOf(results[n]!)]));
    };
    const write = (quantity: string, raw: number) =>
      finish(connection.write({ address: at(quantity) as never, raw, multiple: false }, turn));
    return { read, write, stats: connection.stats };
  };
  return { board, i2c, medium, connect, pass };
}

const rawOf = (result: Result) => ("raw" in result ? result.raw : result.error);

let node: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  node = await setUp();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the Firmata node, read by the agent's own driver", () => {
  test("is known by its name, with the pins of an Uno", () => {
    expect(node.medium.firmware).toMatchObject({ name: "WeirFirmata", major: 2, minor: 5 });
    expect(node.medium.pins).toHaveLength(20);
    expect([...node.medium.channels]).toEqual([0, 1, 2, 3, 4, 5].map((channel) => [channel, 14 + channel]));
  });

  test("gives every point of its profile: contacts, a voltage, a chip; and takes what is written", async () => {
    const { board, i2c, connect, pass } = node;
    let celsius = 25.25;
    i2c.chips.set(0x18, onI2c(mcp9808(() => celsius)));
    board.digital(6, true);
    board.digital(7, true);
    board.analog(0, (12 * 5.1) / 20.1);
    const { read, write } = connect(profileOf("light/weir-firmata"));
    const first = await read();
    expect(first).toMatchObject({
      door_state: 1,
      immersion_state: 1,
      cabinet_temperature: 404,
      relay_state: 0,
      lamp_dim_level: 0,
    });
    expect(Math.abs((first.supply_voltage as number) * 0.0192440258 - 12)).toBeLessThan(0.03);

    celsius = -0.5;
    board.digital(6, false);
    await write("relay_state", 1);
    await write("lamp_dim_level", 128);
    expect(board.driven(8)).toBe(true);
    expect(await read()).toMatchObject({ door_state: 0, cabinet_temperature: -8, relay_state: 1, lamp_dim_level: 128 });
    let high = 0;
    for (let n = 0; n < 400; n++) {
      await pass(1);
      if (board.driven(9)) high++;
    }
    expect(high).toBeGreaterThan(100);
    expect(high).toBeLessThan(300);
  });

  test("that restarts by itself is noticed: outputs are where the profile wants them, and it is read within the same cycle", async () => {
    const { board, i2c, connect, medium } = node;
    i2c.chips.set(0x18, onI2c(mcp9808(() => 20)));
    const { read, write } = connect(profileOf("light/weir-firmata"));
    await read();
    await write("relay_state", 1);
    const boots = medium.boots();
    board.reset("pin");
    expect(board.driven(8)).toBeUndefined();
    expect(await read()).toMatchObject({ relay_state: 0, cabinet_temperature: 320 });
    expect(medium.boots()).toBeGreaterThan(boots);
    expect(board.driven(8)).toBe(false);
  });

  test("gives a BME280 as johnny-five computes it, and not a number when the chip is gone", async () => {
    vi.stubEnv("IS_TEST_MODE", "1"); // johnny-five's own: it does not hold the first second back
    const { i2c, connect } = node;
    const shows: Record<string, number> = { air_temperature: 25.08, relative_humidity: 61, air_pressure: 100.653 };
    i2c.chips.set(0x76, onI2c(bme280((metric) => shows[metric]!)));
    const { read, stats } = connect(profileOf("air/bosch-bme280"));
    const { air_temperature, air_pressure } = await read();
    expect(air_temperature).toBeCloseTo(25.08, 1);
    expect(air_pressure).toBeCloseTo(100_653, -2);
    i2c.chips.clear();
    expect(await read()).toMatchObject({ air_temperature: "exception-1", air_pressure: "exception-1" });
    expect(stats().lastError).toMatch(/no chip answers at I2C 0x76 \("I2C: Too few bytes received"\)/);
  });

  test("takes the profiles that were made for StandardFirmata", async () => {
    const { board, connect } = node;
    board.analog(0, 2.64);
    board.digital(6, false);
    board.digital(7, true);
    const { read } = connect(profileOf("pipe/generic-firmata-manhole"));
    const found = await read();
    expect(found).toMatchObject({ sewer_high_water: 1, manhole_cover_state: 0 });
    expect(Math.abs((found.sewer_level as number) - 541)).toBeLessThan(2);
  });
});
