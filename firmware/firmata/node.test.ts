import { beforeEach, describe, expect, test } from "vitest";
import { createAdapter } from "../sim/adapter.ts";
import { createBoard } from "../sim/board.ts";
import { createI2cBus, createRegisterChip } from "../sim/i2c.ts";
import { createTimeline } from "../sim/timeline.ts";
import { flatten } from "../tool/hex.ts";
import { readImage } from "../tool/images.ts";

const image = flatten(await readImage("firmata"));

/** A board that has just started, and a host at its 57600 bit/s. */
function start() {
  const timeline = createTimeline();
  const bus = createI2cBus();
  const board = createBoard({ i2c: bus });
  board.program(image);
  board.reset("power");
  timeline.add(board);
  const host = createAdapter(timeline, { rx: board.tx, tx: board.rx }, { baud: 57_600 });
  timeline.run(30);
  const said = () => Buffer.from(host.take()).toString("hex").replaceAll(/../g, "$& ").trim();
  /** Sends bytes given in hex, and gives what comes back in this time. */
  const ask = (hex: string, ms = 10) => {
    said();
    host.send(Buffer.from(hex.replaceAll(" ", ""), "hex"));
    timeline.run(ms + hex.length / 15);
    return said();
  };
  return { timeline, board, bus, host, said, ask };
}

const text = (words: string) =>
  `f0 71 ${[...words].map((letter) => Buffer.of(letter.charCodeAt(0), 0).toString("hex").replace(/../g, "$& ")).join("")}f7`;
const pair = (value: number) =>
  Buffer.of(value & 0x7f, value >> 7)
    .toString("hex")
    .replace(/../g, "$& ")
    .trim();

let node: ReturnType<typeof start>;
beforeEach(() => {
  node = start();
});

describe("a Firmata node", () => {
  test("says which Firmata it speaks and what it is, when it starts and when it is asked", () => {
    const name = [..."WeirFirmata"].map((letter) => pair(letter.charCodeAt(0))).join(" ");
    const firmware = `f0 79 02 05 ${name} f7`;
    expect(node.said()).toBe(`f9 02 05 ${firmware}`);
    expect(node.ask("f9")).toBe("f9 02 05");
    expect(node.ask("f0 79 f7")).toBe(firmware);
  });

  test("says what each pin can do: inputs with pull-up, outputs, analog, PWM and I2C, and nothing of its serial port's", () => {
    const pins = node
      .ask("f0 6b f7", 60)
      .slice("f0 6c ".length, -" f7".length)
      .split("7f")
      .map((pin) => pin.trim());
    expect(pins.slice(0, 4)).toEqual(["", "", "00 01 0b 01 01 01", "00 01 0b 01 01 01 03 08"]);
    expect(pins[14]).toBe("00 01 0b 01 01 01 02 0a");
    expect(pins[18]).toBe("00 01 0b 01 01 01 02 0a 06 01");
    expect(pins.filter((pin) => pin.includes("03 08"))).toHaveLength(6);
    expect(pins).toHaveLength(21);
    expect(node.ask("f0 69 f7", 20)).toBe(`f0 6a ${"7f ".repeat(14)}00 01 02 03 04 05 f7`);
  });

  test("starts with every pin an input, so that no relay moves", () => {
    for (let pin = 2; pin < 20; pin++) expect(node.board.driven(pin)).toBeUndefined();
    expect(node.ask("f0 6d 08 f7")).toBe("f0 6e 08 00 00 00 f7");
    expect(node.ask("f0 6d 0e f7")).toBe("f0 6e 0e 02 00 00 f7");
  });

  test("drives an output, one pin or eight at once, and says what it drives", () => {
    node.ask("f4 08 01 f5 08 01");
    expect(node.board.driven(8)).toBe(true);
    expect(node.ask("f0 6d 08 f7")).toBe("f0 6e 08 01 01 00 f7");
    node.ask("f4 0d 01 91 20 00");
    expect([node.board.driven(8), node.board.driven(13)]).toEqual([false, true]);
  });

  test("a pin without a mode becomes an output when it is written high, and not when its neighbours are", () => {
    node.ask("90 04 00 f5 0c 00");
    expect([2, 3, 8, 12].map((pin) => node.board.driven(pin))).toEqual([true, undefined, undefined, undefined]);
    node.ask("f4 05 00 f5 05 01"); // an input that was asked for gets its pull-up, as before Firmata 2.5
    expect(node.board.driven(5)).toBeUndefined();
    node.ask("90 00 00");
    expect(node.board.driven(2)).toBe(false);
  });

  test("refuses a mode that a pin does not have, in words, and leaves it as it was", () => {
    expect(node.ask("f4 08 03", 40)).toBe(text("This pin does not have that mode"));
    expect(node.ask("f4 01 01", 40)).toBe(text("This pin does not have that mode"));
    expect(node.ask("f0 6d 08 f7 f0 6d 01 f7 f0 6d 40 f7")).toBe("f0 6e 08 00 00 00 f7 f0 6e 01 f7 f0 6e 40 f7");
  });

  test.each([3, 5, 6, 9, 10, 11])("dims pin %i by PWM, and holds it still at both ends", (pin) => {
    const hex = pin.toString(16).padStart(2, "0");
    node.ask(`f4 ${hex} 03`);
    const share = (duty: number) => {
      node.ask(`e${pin.toString(16)} ${pair(duty)}`, 5);
      let high = 0;
      for (let n = 0; n < 2000; n++) {
        node.timeline.run(0.0123);
        if (node.board.driven(pin)) high++;
      }
      return high / 2000;
    };
    expect(share(0)).toBe(0);
    expect(Math.abs(share(64) - 0.25)).toBeLessThan(0.02);
    expect(Math.abs(share(200) - 0.785)).toBeLessThan(0.02);
    expect(share(255)).toBe(1);
    expect(node.ask(`f0 6d ${hex} f7`)).toBe(`f0 6e ${hex} 03 7f 01 f7`);
  });

  test("takes PWM in its long form as well, and more than 255 as 255", () => {
    node.ask("f4 09 03 f0 6f 09 00 08 f7");
    expect(node.ask("f0 6d 09 f7")).toBe("f0 6e 09 03 7f 01 f7");
  });

  test("reports an analog input at once, and then each sampling period", () => {
    node.board.analog(0, 2.5);
    expect(node.ask("c0 01", 5)).toBe(`e0 ${pair(512)}`);
    node.ask("f0 7a 64 00 f7", 1); // 100 ms
    node.board.analog(0, 5);
    node.said();
    node.timeline.run(1000);
    expect(
      node
        .said()
        .split("e0 ")
        .filter((each) => each !== ""),
    ).toHaveLength(10);
    expect(node.ask("f0 6d 0e f7")).toMatch(/f0 6e 0e 02 00 00 f7/);
    expect(node.ask("c0 00", 300)).toBe("");
  });

  test("reports the inputs of a port at once, and then each change; outputs and analog pins are no part of it", () => {
    node.board.digital(7, true);
    node.ask("f4 06 0b f4 05 01 f5 05 01");
    expect(node.ask("d0 01")).toMatch(/^90 40 01$|^90 00 01$/);
    node.board.digital(7, false);
    node.timeline.run(3);
    expect(node.said()).toMatch(/^90 .. 00$/);
    node.timeline.run(50);
    expect(node.said()).toBe("");
    node.board.digital(7, true);
    node.board.digital(7, false);
    expect(node.ask("d0 00")).toBe("");
    node.board.digital(7, true);
    node.timeline.run(10);
    expect(node.said()).toBe("");
  });

  test("goes back to where it started when a host resets it", () => {
    node.ask("f4 08 01 f5 08 01 c0 01 d0 01 f4 09 03 e9 40 00");
    node.ask("ff");
    node.said();
    node.timeline.run(200);
    expect(node.said()).toBe("");
    expect([node.board.driven(8), node.board.driven(9)]).toEqual([undefined, undefined]);
  });
});

describe("its I2C bus", () => {
  const registers = new Uint8Array(256);
  registers.set([0xc1, 0x91, 0x23], 5);
  beforeEach(() => {
    node.bus.chips.set(0x18, createRegisterChip(registers));
    node.ask("f0 78 00 00 f7");
  });

  test("reads registers of a chip, and writes them", () => {
    expect(node.ask("f0 76 18 08 05 00 02 00 f7")).toBe(`f0 77 18 00 05 00 ${pair(0xc1)} ${pair(0x91)} f7`);
    node.ask(`f0 76 18 00 ${pair(0x20)} ${pair(0xab)} f7`);
    expect(registers[0x20]).toBe(0xab);
    expect(node.ask("f0 6d 12 f7")).toBe("f0 6e 12 06 00 00 f7");
  });

  test("runs at 100 kHz: nine bits a byte, however many", () => {
    const answerMs = (count: string) => {
      const { host, timeline } = node;
      node.said();
      let heardAt = 0;
      host.onByte = () => {
        heardAt ||= timeline.now();
      };
      const since = timeline.now();
      host.send(Buffer.from(`f07618080500${count}00f7`, "hex"));
      timeline.run(20);
      return (heardAt - since) / 16_000;
    };
    expect(answerMs("20") - answerMs("01")).toBeCloseTo(31 * 0.09, 0);
  });

  test("reads on from where a chip stands, and with a repeated start", () => {
    expect(node.ask("f0 76 18 48 06 00 01 00 f7")).toBe(`f0 77 18 00 06 00 ${pair(0x91)} f7`);
    expect(node.ask("f0 76 18 08 01 00 f7")).toBe(`f0 77 18 00 00 00 ${pair(0x23)} f7`);
  });

  test("reads again and again, once a sampling period, until that is stopped", () => {
    node.ask("f0 7a 14 00 f7 f0 76 18 10 05 00 01 00 f7", 1);
    node.said();
    node.timeline.run(200);
    expect(node.said().match(/f0 77 18 00 05 00/g)).toHaveLength(10);
    node.ask("f0 76 18 18 f7", 30);
    node.timeline.run(100);
    expect(node.said()).toBe("");
  });

  test("of a chip that is not there it says so, and gives no byte that nobody sent", () => {
    expect(node.ask("f0 76 40 08 05 00 02 00 f7", 60)).toBe(
      `${text("I2C: Too few bytes received")} f0 77 40 00 05 00 f7`,
    );
  });

  test("that hangs does not hang the board: it says so, and goes on when the bus does", () => {
    node.bus.stuck = true;
    expect(node.ask("f0 76 18 08 05 00 01 00 f7", 150)).toContain(
      text("I2C: The bus does not move; look at SDA, SCL and the pull-ups"),
    );
    expect(node.ask("f9")).toBe("f9 02 05");
    node.bus.stuck = false;
    node.ask("f0 78 00 00 f7");
    expect(node.ask("f0 76 18 08 05 00 01 00 f7", 20)).toBe(`f0 77 18 00 05 00 ${pair(0xc1)} f7`);
    expect(node.board.resets.watchdog).toBe(0);
  });

  test("refuses what it cannot: 10-bit addresses, more than 32 bytes, and anything before it is enabled", () => {
    expect(node.ask("f0 76 18 28 05 00 01 00 f7", 40)).toBe(text("I2C: 10-bit addressing is not supported"));
    expect(node.ask("f0 76 18 08 05 00 21 00 f7", 40)).toBe(text("I2C: Too many bytes, or too many queries"));
    node.ask("ff");
    expect(node.ask("f0 76 18 08 05 00 01 00 f7", 40)).toBe(text("I2C: Not enabled"));
  });
});

describe("whatever a host sends", () => {
  test("it answers the next good message, never resets, and does nothing that silicon does not do", async () => {
    const { default: fc } = await import("fast-check");
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xf0, 0xf7, 0x76, 0x78, 0xf4, 0xf5, 0x6f, 0x7a, 0x18));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), (bytes) => {
        node.host.send(Uint8Array.from([...bytes, 0xf7, 0xff]));
        node.timeline.run(140);
        node.said();
        expect(node.ask("f9", 4)).toBe("f9 02 05");
      }),
      { numRuns: 40, seed: 6 },
    );
    expect(node.board.resets).toEqual({ power: 2, pin: 0, watchdog: 0 });
    expect(node.board.faults).toEqual([]);
  });

  test("a message that is too long is refused in words", () => {
    expect(node.ask(`f0 76 ${"01 ".repeat(100)} f7`, 60)).toBe(text("This message is too long"));
  });

  test("a board that hangs is restarted within a second and a half, and says so", () => {
    const { board, timeline } = node;
    board.program(Uint8Array.of(0xff, 0xcf), board.programCounter); // rjmp to itself, where it wakes
    expect(timeline.runUntil(() => board.resets.watchdog > 0, 1500)).toBe(true);
    board.program(image);
    timeline.run(60);
    expect(node.said()).toContain(text("Restarted by the watchdog"));
  });
});
