import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../sim/test-random.ts";
import { isWhole, startNodes, type TestLine, withCrc, word } from "./test-node.ts";

const volts = (milliamps: number) => (milliamps * 220) / 1000;
const text = (words: readonly number[]) => Buffer.from(words.flatMap(word)).toString("latin1").replaceAll("\0", "");

describe("a node that has left the factory", () => {
  test.each([
    ["level", 1, "WEIR-LEVEL"],
    ["air", 2, "WEIR-AIR"],
    ["pressure", 3, "WEIR-PRESSURE"],
    ["light", 4, "WEIR-LIGHT"],
    ["gas", 5, "WEIR-GAS"],
  ])("%s says what it is at address 247", async (variant, hardwareClass, model) => {
    const line = await startNodes([variant]);
    const identity = line.read(247, 4, 0x100, 16);
    expect(identity.slice(0, 3)).toEqual([0x5745, hardwareClass, 1]);
    expect(identity.slice(5, 7)).toEqual([0xffff, 0xffff]);
    expect(text(identity.slice(8))).toBe(model);
    expect(line.boards[0]!.faults).toEqual([]);
  });

  test("says that its settings are the factory's and that it has no serial number, until it is given one, once", async () => {
    const line = await startNodes(["level"]);
    expect(line.read(247, 4, 0, 1)[0]! & 0xf).toBe(0b0101);
    line.write(247, 0x30, [0x0001, 0xe240]);
    expect(line.read(247, 4, 0, 1)[0]! & 0xf).toBe(0);
    expect(line.read(247, 4, 0x105, 2)).toEqual([0x0001, 0xe240]);
    expect(() => line.write(247, 0x30, [0, 7])).toThrow("exception 3");
    expect(line.read(247, 3, 0x30, 2)).toEqual([0x0001, 0xe240]);
  });

  test("that has written its settings once says nothing of a lost copy; one whose copy is damaged does", async () => {
    const line = await startNodes(["level"]);
    const board = line.boards[0]!;
    const statusAfterPowerCut = () => {
      board.cutPower(createRandom(1));
      board.powerOn();
      line.timeline.run(20);
      return line.read(247, 4, 0, 1)[0]! & 0xf;
    };
    line.write(247, 0x30, [0, 42]);
    expect(statusAfterPowerCut()).toBe(0);
    line.write(247, 0x10, [100, 1, 200, 2]);
    expect(statusAfterPowerCut()).toBe(0);
    board.eeprom[5] = board.eeprom[5]! ^ 1;
    expect(statusAfterPowerCut()).toBe(0b0010);
    expect(line.read(247, 3, 0x30, 2)).toEqual([0, 42]);
  });
});

describe("a 4-20 mA node", () => {
  test.each([
    [4, 0],
    [12, 2500],
    [20, 5000],
    [3.8, -62],
  ])("reads %d mA as %d mm within two counts of its converter", async (milliamps, millimetres) => {
    const line = await startNodes(["level"]);
    line.boards[0]!.analog(0, volts(milliamps));
    line.timeline.run(1200);
    const value = (line.read(247, 4, 4, 1)[0]! << 16) >> 16;
    expect(Math.abs(value - millimetres)).toBeLessThan(15);
    expect(line.read(247, 4, 0, 1)[0]! & 0x10).toBe(0);
  });

  test.each([0, 3.5, 21.5])("has no value at %d mA and says that its sensor is out of range", async (milliamps) => {
    const line = await startNodes(["level"]);
    line.boards[0]!.analog(0, volts(milliamps));
    line.timeline.run(1200);
    expect(line.read(247, 4, 4, 1)).toEqual([0x8000]);
    expect(line.read(247, 4, 0, 1)[0]! & 0x10).toBe(0x10);
  });

  test("is calibrated by two points, and keeps them through a power cut", async () => {
    const line = await startNodes(["level"]);
    const board = line.boards[0]!;
    board.analog(0, volts(12));
    line.timeline.run(1200);
    const [code] = line.read(247, 4, 0x28, 1) as [number];
    line.write(247, 0x10, [0, 0, code, 1234]);
    board.cutPower(createRandom(1));
    line.timeline.run(100);
    board.powerOn();
    line.timeline.run(1200);
    expect(line.read(247, 4, 4, 1)).toEqual([1234]);
    expect(() => line.write(247, 0x10, [7, 0, 7, 100])).toThrow("exception 3");
    expect(line.read(247, 3, 0x10, 4)).toEqual([0, 0, code, 1234]);
  });
});

test("an air node measures temperature, humidity and pressure below and above zero", async () => {
  const line = await startNodes(["air"]);
  const [board] = line.boards;
  board!.analog(0, 0.5 - 0.125);
  board!.analog(1, 5 * (0.0062 * 65 + 0.16));
  board!.analog(2, 5 * (0.009 * 101.3 - 0.095));
  line.timeline.run(1200);
  const [temperature, humidity, pressure] = line.read(247, 4, 4, 3).map((value) => (value << 16) >> 16);
  expect(Math.abs(temperature! + 125)).toBeLessThan(6);
  expect(Math.abs(humidity! - 650)).toBeLessThan(3);
  expect(Math.abs(pressure! - 10130)).toBeLessThan(12);
});

describe("a light node", () => {
  /** A sine about 2.5 V, as an ACS712-05B gives it; 1 ms a step. */
  function burn(line: TestLine, amperes: number, ms: number): void {
    for (let n = 0; n < ms; n++) {
      const swing = amperes * Math.SQRT2 * 0.185 * Math.sin((2 * Math.PI * 50 * n) / 1000);
      line.boards[0]!.analog(0, 2.5 + swing);
      line.timeline.run(1);
    }
  }

  test("measures the effective current of its lamp", async () => {
    const line = await startNodes(["light"]);
    burn(line, 0.6, 1500);
    const [current] = line.read(247, 4, 4, 1) as [number];
    expect(Math.abs(current - 600)).toBeLessThan(15);
  });

  test("switches its relay, and says when lamp and relay disagree", async () => {
    const line = await startNodes(["light"]);
    const board = line.boards[0]!;
    burn(line, 0, 1200);
    expect([board.driven(7), ...line.read(247, 4, 8, 1)]).toEqual([false, 0]);
    line.write(247, 0x20, [1]);
    expect([board.driven(7), ...line.read(247, 4, 8, 1)]).toEqual([true, 1]);
    burn(line, 0.6, 1500);
    expect(line.read(247, 4, 8, 1)).toEqual([0]);
    line.write(247, 0x20, [0]);
    expect([board.driven(7), ...line.read(247, 4, 8, 1)]).toEqual([false, 2]);
    expect(() => line.write(247, 0x20, [2])).toThrow("exception 3");
  });

  test("closes its relay after a power cut when it is set to", async () => {
    const line = await startNodes(["light"]);
    const board = line.boards[0]!;
    line.write(247, 0x21, [1]);
    board.cutPower(createRandom(1));
    board.powerOn();
    line.timeline.run(50);
    expect(board.driven(7)).toBe(true);
  });
});

describe("the line", () => {
  test("function 6 echoes its request", async () => {
    const line = await startNodes(["level"]);
    const request = [247, 6, 0, 0x12, 0x38, 0x40];
    expect(line.ask(request)).toEqual([...withCrc(request)]);
    expect(line.read(247, 3, 0x12, 1)).toEqual([0x3840]);
  });

  test.each([
    ["an unknown function", [247, 43, 14, 1, 0], 1],
    ["a register that is not there", [247, 4, 0, 5, 0, 1], 2],
    ["registers that end beyond the last", [247, 4, 1, 18, 0, 2], 2],
    ["no registers at all", [247, 4, 0, 0, 0, 0], 3],
    ["126 registers", [247, 3, 0, 0, 0, 126], 3],
    ["a write to an unknown register", [247, 6, 0x77, 0, 0, 1], 2],
    ["a byte count that does not fit", [247, 16, 0, 0x10, 0, 2, 3, 1, 2, 3], 3],
    ["an address above 247", [247, 6, 0, 0, 0, 248], 3],
    ["a speed that it cannot", [247, 6, 0, 1, 0, 7], 3],
  ])("refuses %s with its exception", async (_, request, exception) => {
    const line = await startNodes(["level"]);
    expect(line.ask(request)).toEqual([...withCrc([247, request[1]! | 0x80, exception])]);
  });

  test("a request that is wrong in part changes nothing", async () => {
    const line = await startNodes(["level"]);
    expect(() => line.write(247, 0x00, [12, 7])).toThrow("exception 3");
    expect(line.read(247, 3, 0, 2)).toEqual([247, 192]);
  });

  test("a wrong CRC and another's address are ignored, and the first is counted", async () => {
    const line = await startNodes(["level"]);
    const request = [...withCrc([247, 4, 0, 0, 0, 1])];
    request[7]! ^= 1;
    expect([...line.master.ask(Uint8Array.from(request))]).toEqual([]);
    expect(line.ask([1, 4, 0, 0, 0, 1])).toEqual([]);
    expect(line.read(247, 4, 0x20, 3)).toEqual([2, 1, 0]);
  });

  test("a frame ends after 3.5 characters of silence, exactly those too, and not after much less", async () => {
    const line = await startNodes(["level"]);
    const request = withCrc([247, 4, 0, 0, 0, 1]);
    const character = (11 / 19200) * 1000;
    const pausedBy = (characters: number) => {
      line.master.send(request.subarray(0, 3));
      line.timeline.run((3 + characters) * character);
      return line.master.ask(request.subarray(3)).length;
    };
    expect([1, 2, 3, 3.3].map(pausedBy)).toEqual([7, 7, 7, 7]);
    expect([3.5, 5].map(pausedBy)).toEqual([0, 0]);
    expect(pausedBy(0)).toBe(7);
  });

  test("its answer begins after 3.5 characters of silence, and the line is let go with its last stop bit", async () => {
    const line = await startNodes(["level"]);
    const [board] = line.boards;
    const driven: number[] = [];
    const starts: number[] = [];
    line.wire.listen((at) => starts.push(at));
    line.master.send(withCrc([247, 4, 0, 0, 0, 1]));
    const character = (11 / 19200) * 16e6;
    for (let n = 0; n < 20_000 && (driven.length === 0 || board!.driven(2)); n++) {
      line.timeline.run(0.002);
      if (board!.driven(2)) driven.push(line.timeline.now());
    }
    const requestEnd = starts[7]! + character;
    const answerEnd = starts.at(-1)! + character;
    expect(starts).toHaveLength(8 + 7);
    expect((driven[0]! - requestEnd) / character).toBeGreaterThan(3.5);
    expect(driven[0]! - requestEnd).toBeLessThan(5 * character);
    expect((driven.at(-1)! - answerEnd) / character).toBeGreaterThan(-0.05);
    expect((driven.at(-1)! - answerEnd) / character).toBeLessThan(0.2);
  });

  test("the longest frame to somebody else does not keep it from hearing the next one", async () => {
    const line = await startNodes(["level"]);
    line.master.send(withCrc([9, 3, 250, ...new Array(250).fill(0x55)]));
    line.timeline.run((255 + 4.5) * (11 / 19.2));
    expect(line.read(247, 4, 0x100, 1)).toEqual([0x5745]);
  });

  test("a broadcast is obeyed and not answered, and cannot give two nodes one address", async () => {
    const line = await startNodes(["light"]);
    expect(line.ask([0, 6, 0, 0x20, 0, 1])).toEqual([]);
    expect(line.boards[0]!.driven(7)).toBe(true);
    expect(line.ask([0, 6, 0, 0, 0, 9])).toEqual([]);
    expect(line.ask([0, 4, 0, 0, 0, 1])).toEqual([]);
    expect(line.read(247, 3, 0, 1)).toEqual([247]);
  });

  test("nodes at the same address collide, and neither is taken for the other", async () => {
    const line = await startNodes(["level", "gas"]);
    const answer = line.ask([247, 4, 1, 0, 0, 16]);
    expect(answer.length).toBeGreaterThan(0);
    expect(isWhole(answer)).toBe(false);
  });

  test.each([
    ["a refusal, which the other takes for a request", [247, 16, 0, 0x30, 0, 2, 4, 0, 0, 0, 60]],
    ["an echo of a write, which looks like the write itself", [247, 6, 0, 0x12, 0x38, 0x41]],
  ])("nodes at the same address do not answer each other's answers for ever: %s", async (_, request) => {
    const line = await startNodes(["level", "gas"]);
    const [first, second] = line.boards;
    second!.cutPower(createRandom(1)); // the first alone has a serial number, so that one refuses at once what the other saves first
    line.write(247, 0x30, [0, 50]);
    line.write(247, 0x10, [0x0b44, 0, 0x3841, 5000]);
    second!.powerOn();
    line.timeline.run(50);
    line.ask(request, { timeoutMs: 400 });
    line.timeline.run(600);
    const starts: number[] = [];
    line.wire.listen((at) => starts.push(at));
    line.timeline.run(300);
    expect(starts).toEqual([]);
    expect([first!.driven(2), second!.driven(2)]).toEqual([false, false]);
  });

  test("the same write again is answered again", async () => {
    const line = await startNodes(["level"]);
    const request = [247, 6, 0, 0x12, 0x38, 0x41];
    for (let n = 0; n < 3; n++) {
      expect(line.ask(request)).toEqual([...withCrc(request)]);
      line.timeline.run(200);
    }
  });

  test("speed and parity change with the restart that was asked for", async () => {
    const line = await startNodes(["level"]);
    line.write(247, 0, [21, 1152, 0]);
    expect(line.read(21, 4, 0x100, 1)).toEqual([0x5745]);
    line.write(21, 3, [0x5252]);
    line.timeline.run(100);
    expect(line.ask([21, 4, 1, 0, 0, 1])).toEqual([]);
    line.master.set({ baud: 115200, stopBits: 2 });
    line.timeline.run(20);
    expect(line.read(21, 4, 0x100, 1)).toEqual([0x5745]);
    expect(line.boards[0]!.resets).toEqual({ power: 2, pin: 0, watchdog: 1 });
    expect(line.boards[0]!.faults).toEqual([]);
  });

  test("a master at the wrong speed or parity gets no answer, and the next right request gets one", async () => {
    const line = await startNodes(["level"]);
    for (const wrong of [{ baud: 9600, parity: "even" }, { baud: 38400 }, { baud: 19200, parity: "odd" }] as const) {
      line.master.set(wrong);
      expect(line.ask([247, 4, 1, 0, 0, 1])).toEqual([]);
      line.master.set({ baud: 19200, parity: "even" });
      line.timeline.run(10);
      expect(line.read(247, 4, 0x100, 1)).toEqual([0x5745]);
    }
  });
});

describe("whatever happens", () => {
  test("no sequence of frames wedges it: it answers the next good request, and never resets", async () => {
    const line = await startNodes(["light"]);
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((found) => [...found]);
    const request = fc
      .tuple(fc.constantFrom(0, 247, 3), fc.constantFrom(3, 4, 6, 16, 5), bytes)
      .map(([address, fn, rest]) => [...withCrc([address, fn, ...rest])]);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(bytes, request), { maxLength: 4 }),
        fc.integer({ min: 0, max: 6 }),
        (frames, gap) => {
          for (const frame of frames) {
            line.master.send(Uint8Array.from(frame));
            line.timeline.run((frame.length * 11) / 19.2 + gap);
          }
          line.timeline.run(120);
          const address = addressOf(line);
          expect(line.read(address, 4, 0x100, 1)).toEqual([0x5745]);
        },
      ),
      { numRuns: 60, seed: 6 },
    );
    expect(line.boards[0]!.resets).toEqual({ power: 2, pin: 0, watchdog: 0 });
    expect(line.boards[0]!.faults).toEqual([]);
  });

  /** A random write may have given it another address: that is in its EEPROM, and no fault. */
  function addressOf(line: TestLine): number {
    for (let address = 1; address <= 247; address++)
      if (line.boards[0]!.eeprom.subarray(0, 128).includes(address) && line.ask([address, 4, 1, 0, 0, 1]).length === 7)
        return address;
    return 247;
  }

  test("a noisy line costs answers and gives no wrong one", async () => {
    const line = await startNodes(["level"]);
    const random = createRandom(6);
    line.wire.spoil = (character) =>
      random() < 0.02 ? { ...character, levels: character.levels ^ (1 << Math.floor(random() * 11)) } : character;
    let good = 0;
    for (let n = 0; n < 100; n++) {
      const answer = line.ask([247, 4, 1, 0, 0, 3]);
      if (!isWhole(answer) || answer.length === 0) continue;
      expect(answer.slice(0, -2)).toEqual([247, 4, 6, 0x57, 0x45, 0, 1, 0, 1]);
      good++;
    }
    expect(good).toBeGreaterThan(40);
    expect(good).toBeLessThan(95);
  });

  test("a loop that hangs is ended by the watchdog within a second and a half, and it says so afterwards", async () => {
    const line = await startNodes(["level"]);
    const [board] = line.boards;
    const image = board!.flash.slice();
    board!.program(Uint8Array.of(0xff, 0xcf), board!.programCounter); // rjmp to itself, where it wakes
    expect(line.timeline.runUntil(() => board!.resets.watchdog > 0, 1500)).toBe(true);
    board!.program(image);
    line.timeline.run(100);
    expect(line.read(247, 4, 0x23, 1)[0]! & 8).toBe(8);
  });

  test("power cut at any moment of a save leaves the old settings or the new, never others", async () => {
    const line = await startNodes(["level"]);
    const board = line.boards[0]!;
    line.write(247, 0x30, [0, 42]);
    line.write(247, 0x10, [100, 1, 200, 2]);
    const seen = new Set<string>();
    for (let cut = 0; cut < 60; cut++) {
      const [, before] = line.read(247, 3, 0x10, 4) as [number, number];
      line.master.send(withCrc([247, 16, 0, 0x10, 0, 4, 8, ...[100, before + 1, 200, 300].flatMap(word)]));
      line.timeline.run(12 + cut * 0.9);
      board.cutPower(createRandom(cut));
      board.powerOn();
      line.timeline.run(20);
      const now = line.read(247, 3, 0x10, 4);
      expect([before, before + 1]).toContain(now[1]);
      expect(line.read(247, 3, 0x30, 2)).toEqual([0, 42]);
      seen.add(now[1] === before ? "old" : "new");
    }
    expect([...seen].sort()).toEqual(["new", "old"]);
    expect(board.faults).toEqual([]);
  });
});
