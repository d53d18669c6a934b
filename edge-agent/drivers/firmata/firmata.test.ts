import type { FirmataAddress } from "@weir/device-profiles/schema.ts";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import { type FirmataBoard, openBoard } from "./board.ts";
import { firmata } from "./firmata.ts";
import { analogReport, createTestBoard, portReport } from "./test-board.ts";
import { nodeProfile, place, setUpNode } from "./test-node.ts";

const analog = (channel: number): FirmataAddress => ({ analog: channel, take: "last", over: 1000 });
const digital = (pin: number): FirmataAddress => ({ digital: pin, pull_up: false, steady: 0 });

driverContract<FirmataBoard>("Firmata", () => {
  const board = createTestBoard();
  return {
    transport: place,
    medium: (link, clock) => openBoard(link, "test:3030", clock, new AbortController().signal),
    open: (line) => {
      const profile = nodeProfile([{ quantity: "voltage", at: { analog: 0 } }]);
      return firmata.open({ profile, timeoutMs: 1000 }, line);
    },
    answer: board.answer,
    good: [
      { address: analog(0), raw: 512 },
      { address: digital(7), raw: 1 },
      { address: analog(1), raw: 100 },
      { address: { output: 8 }, raw: 0 },
    ],
    missing: digital(99),
    writable: { there: { output: 8 }, missing: { output: 99 } },
  };
});

const float = { quantity: "voltage", channel: "7", at: { digital: 7, pull_up: true } };
const level = { quantity: "voltage", channel: "a0", at: { analog: 0 } };
const relay = { quantity: "relay_state", at: { output: 8 }, write: { min: 0, max: 1 } };
const dimmer = { quantity: "lamp_dim_level", at: { pwm: 9 }, scale: 0.392157, write: { min: 0, max: 100 } };
const chip = { quantity: "air_temperature", at: { i2c: 0x18, register: 5, bytes: 2 } };

describe("a board that restarts", () => {
  test("unseen: pins are found out of their modes, set anew, and no value of the wrong mode is told", async () => {
    const { board, raws, medium } = await setUpNode([float, level]);
    expect(await raws()).toEqual([1, 512]);
    expect(board.modes[7]).toBe(11);
    board.restart();
    board.levels[7] = 0;
    expect(await raws()).toEqual([0, 512]);
    expect(board.modes[7]).toBe(11);
    expect(medium.boots()).toBe(1);
  });

  test("and says so: what it had is forgotten, and everything is set anew at the next read", async () => {
    const { board, raws, medium, link, clock } = await setUpNode([chip, level]);
    board.chips.set(0x18, () => [1, 2]);
    expect(await raws()).toEqual([0x102, 512]);
    board.restart();
    link.push(board.greeting);
    await clock.advance(10);
    expect(medium.boots()).toBe(1);
    expect(board.modes[18]).toBe(2);
    expect(await raws()).toEqual([0x102, 512]);
    expect(board.modes[18]).toBe(6);
  });

  test("finds its outputs where the firmware left them, unless the profile says what they rest at", async () => {
    const rested = { ...relay, at: { output: 4 }, channel: "4", write: { min: 0, max: 1, rest: 1 } };
    const { board, read, connection, addresses, turn, finish } = await setUpNode([relay, float, rested]);
    await read();
    for (const [i, raw] of [
      [0, 1],
      [2, 0],
    ] as const)
      await finish(connection.write({ address: addresses[i]!, raw, multiple: false }, turn));
    board.restart();
    expect(await read()).toMatchObject([{ raw: 0 }, { raw: 1 }, { raw: 1 }]);
  });

  test("is told to both instruments that hang on it, and noticed once", async () => {
    const { board, raws, open, medium, finish, turn } = await setUpNode([
      float,
      { ...relay, write: { min: 0, max: 1, rest: 1 } },
    ]);
    const second = open();
    await raws();
    await raws(second);
    board.restart();
    await raws();
    await finish(second.write({ address: { output: 8 }, raw: 0, multiple: false }, turn));
    await raws(second);
    expect(await raws()).toEqual([1, 0]);
    expect(medium.boots()).toBe(1);
  });
});

describe("outputs", () => {
  test("keep their state when the agent comes back to a board that did not restart", async () => {
    const { board, raws } = await setUpNode([relay]);
    board.states[8] = 1;
    expect(await raws()).toEqual([1]);
    expect(board.states[8]).toBe(1);
  });

  test("of the same port stay as they are when one of them is written", async () => {
    const { board, connection, turn, finish } = await setUpNode([relay]);
    board.states[10] = 1;
    await finish(connection.write({ address: { output: 8 }, raw: 1, multiple: false }, turn));
    expect([board.states[8], board.states[10]]).toEqual([1, 1]);
  });

  test("take PWM, which is read back", async () => {
    const { connection, turn, finish, raws } = await setUpNode([dimmer]);
    await finish(connection.write({ address: { pwm: 9 }, raw: 204, multiple: false }, turn));
    expect(await raws()).toEqual([204]);
  });

  test("are not said to be written when the board does not confirm", async () => {
    const { connection, turn, finish, raws, board } = await setUpNode([relay]);
    await raws();
    board.modes[8] = 0;
    board.stubborn.add(8);
    const write = connection.write({ address: { output: 8 }, raw: 1, multiple: false }, turn);
    await expect(finish(write)).rejects.toThrow(/pin 8 does not become output/);
  });
});

describe("digital inputs", () => {
  test("tell what happened between two reads", async () => {
    const { board, read, link, clock } = await setUpNode([float]);
    await read();
    const from = clock.now();
    for (const value of [0, 1, 0]) {
      board.levels[7] = value;
      link.push(Uint8Array.from(portReport(board, 0)));
      await clock.advance(100);
    }
    const [result] = await read();
    expect(result).toEqual({
      raw: 0,
      at: from + 200,
      earlier: [
        { raw: 0, at: from },
        { raw: 1, at: from + 100 },
      ],
    });
  });

  test("that bounce count once they stand still", async () => {
    const { board, read, link, clock } = await setUpNode([{ ...float, at: { ...float.at, steady: "200ms" } }]);
    await read();
    for (const value of [0, 1, 0, 1, 0]) {
      board.levels[7] = value;
      link.push(Uint8Array.from(portReport(board, 0)));
      await clock.advance(10);
    }
    expect(await read()).toEqual([{ raw: 0, at: expect.any(Number) }]);
  });
});

describe("analog inputs", () => {
  test("are the effective value about the mean where they carry an alternating current", async () => {
    const at = { analog: 0, take: "rms", over: "1s" };
    const { board, raws, link, clock, medium } = await setUpNode([{ ...level, at }], { sampling: "20ms" });
    const signal = new AbortController();
    const told = (async () => {
      for (let i = 0; !signal.signal.aborted; i++) {
        board.analog[0] = Math.round(512 + 200 * Math.sin(i * 0.62832));
        if (board.reporting.analog.has(0)) link.push(Uint8Array.from(analogReport(board, 0)));
        await clock.sleep(20, signal.signal);
      }
    })();
    const [rms] = await raws();
    expect(rms).toBeGreaterThan(139);
    expect(rms).toBeLessThan(144);
    expect(medium.history.analogSince(0, 0).length).toBeGreaterThanOrEqual(45);
    signal.abort();
    await told;
  });

  test("of a converter with another resolution are refused: their scale would be wrong", async () => {
    const { raws, connection } = await setUpNode([level], {}, (board) => {
      board.adcBits = 12;
    });
    expect(await raws()).toEqual(["refused"]);
    expect(connection.stats().lastError).toMatch(/have 12 bits, the profile is made for 10/);
  });
});

describe("a chip that does not answer", () => {
  test("never gives what another chip had said, costs its neighbours nothing, and is back when it answers", async () => {
    const other = { ...chip, channel: "2", at: { ...chip.at, i2c: 0x19 } };
    const { board, raws, connection } = await setUpNode([chip, other, level]);
    board.chips.set(0x18, () => [1, 2]);
    expect(await raws()).toEqual([0x102, "exception-1", 512]);
    expect(connection.stats().lastError).toMatch(/no chip answers at I2C 0x19 .*check its wires/);
    board.chips.set(0x19, () => [3, 4]);
    expect(await raws()).toEqual([0x102, 0x304, 512]);
  });

  test("is set up again once it is back: it has lost its settings", async () => {
    const { board, raws } = await setUpNode([chip], { set_up: [{ i2c: 0x18, write: [1, 0x60] }] });
    board.chips.set(0x18, () => [1, 2]);
    await raws();
    await raws();
    expect(board.written).toEqual([[0x18, [1, 0x60]]]);
    board.chips.delete(0x18);
    await raws();
    board.chips.set(0x18, () => [1, 2]);
    await raws();
    expect(board.written.length).toBeGreaterThanOrEqual(2);
  });

  test("whose reply came too late is not taken for the next one's", async () => {
    const { board, raws, state } = await setUpNode([chip]);
    board.chips.set(0x18, () => [0, 1]);
    expect(await raws()).toEqual([1]);
    board.chips.set(0x18, () => [0, 2]);
    state.delayOf = ([, about]) => (about === 0x76 ? 800 : 0);
    expect(await raws()).toEqual(["timeout"]);
    board.chips.set(0x18, () => [0, 3]);
    // The old reply arrives 300 ms from now, before anything that is asked after it.
    state.delayOf = ([command, about]) => (command === 0xf9 ? 350 : about === 0x76 ? 400 : 0);
    expect(await raws()).toEqual([3]);
  });
});

describe("the sketch on the board", () => {
  test("is named when it is another than the profile needs, with what to flash", async () => {
    const { raws, connection } = await setUpNode([level], {
      firmware: { names: ["ConfigurableFirmata"], version: "2.10" },
    });
    expect(await raws()).toEqual(["refused"]);
    expect(connection.stats().lastError).toMatch(
      /runs StandardFirmata 2\.5; this profile needs ConfigurableFirmata 2\.10 or later: flash/,
    );
  });

  test("is named when it is too old", async () => {
    const { raws, connection } = await setUpNode([level], { firmware: { version: "2.6" } });
    expect(await raws()).toEqual(["refused"]);
    expect(connection.stats().lastError).toMatch(/2\.5/);
  });
});

describe("two instruments on one board", () => {
  test("may not use one pin in two ways: the second is told, for that pin alone", async () => {
    const { raws, line, finish, turn } = await setUpNode([float]);
    await raws();
    const rival = firmata.open(
      { profile: nodeProfile([{ ...relay, at: { output: 7 } }, level]), timeoutMs: 500 },
      line,
    );
    const results = await finish(rival.read([{ output: 7 }, analog(0)], turn));
    expect(results).toMatchObject([{ error: expect.anything() }, { raw: 512 }]);
    expect(rival.stats().lastError).toMatch(/pin 7 is input with pull-up for another instrument/);
  });
});
