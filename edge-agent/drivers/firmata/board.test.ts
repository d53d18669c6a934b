import { virtualClock } from "@weir/wire/clock.ts";
import { describe, expect, test } from "vitest";
import { createTestLink } from "../test-link.ts";
import { openBoard } from "./board.ts";
import { choosePort } from "./open.ts";
import { createTestBoard } from "./test-board.ts";
import { setUpNode } from "./test-node.ts";

const forever = new AbortController().signal;
const level = { quantity: "voltage", at: { analog: 0 } };

describe("the handshake", () => {
  test("waits for a board whose bootloader is silent for two seconds", async () => {
    const clock = virtualClock();
    const board = createTestBoard();
    const link = createTestLink(clock, (bytes) => {
      const reply = clock.monotonic() > 2000 ? board.answer(bytes) : undefined;
      if (reply) link.push(reply);
    });
    const opening = openBoard(link, "/dev/ttyACM0", clock, forever);
    await clock.advance(4000);
    expect((await opening).firmware).toMatchObject({ name: "StandardFirmata", major: 2, minor: 5 });
  });

  test.each([
    ["nothing", new Uint8Array(), /nothing came within 10 s; flash StandardFirmata/],
    ["another sketch's chatter", Buffer.from("Hello World\r\n"), /13 bytes came, but no Firmata/],
  ])("says what to flash when %s comes", async (_, chatter, said) => {
    const clock = virtualClock();
    const link = createTestLink(clock, () => {});
    const opening = openBoard(link, "/dev/ttyACM0", clock, forever);
    const refused = expect(opening).rejects.toMatchObject({ code: "timeout", message: expect.stringMatching(said) });
    link.push(chatter);
    await clock.advance(12_000);
    await refused;
    expect(await link.closed).toBeDefined();
  });
});

describe("a board that falls silent", () => {
  test("is noticed within 8 s, though nobody asks", async () => {
    const { medium, state, clock } = await setUpNode([level]);
    let why: unknown;
    void medium.closed.then((reason) => {
      why = reason;
    });
    await clock.advance(60_000);
    expect(why).toBeUndefined();
    state.delayOf = () => 1e9;
    await clock.advance(13_000);
    expect(why).toMatchObject({ code: "timeout", message: expect.stringMatching(/silent for 8 s; check its power/) });
  });

  test("fails the read that waits, at once", async () => {
    const { link, raws, state, clock } = await setUpNode([level]);
    state.silent = true;
    const reading = raws();
    await clock.advance(5);
    link.fail();
    expect(await reading).toEqual(["closed"]);
  });
});

describe("a board by its USB id", () => {
  const uno = { path: "/dev/ttyACM0", usb: "2341:0043", serialNumber: "A1" };
  const other = { path: "/dev/ttyUSB0", usb: "1a86:7523", serialNumber: undefined };
  const onBoard = { path: "/dev/ttyS0", usb: undefined, serialNumber: undefined };

  test("is found among others, whatever the case of the digits", () => {
    expect(choosePort({ usb: "1A86:7523", speed: 57600 }, [onBoard, uno, other])).toBe("/dev/ttyUSB0");
  });

  test("is named with what is there instead", () => {
    expect(() => choosePort({ usb: "2341:0042", speed: 57600 }, [uno, onBoard])).toThrow(
      /no board with the USB id 2341:0042 is plugged in; there are \/dev\/ttyACM0 2341:0043 A1/,
    );
  });

  test("needs its serial number where two boards have one id", () => {
    const twin = { ...uno, path: "/dev/ttyACM1", serialNumber: "B2" };
    expect(() => choosePort({ usb: "2341:0043", speed: 57600 }, [uno, twin])).toThrow(/2 boards .* serial_number/);
    expect(choosePort({ usb: "2341:0043", serialNumber: "B2", speed: 57600 }, [uno, twin])).toBe("/dev/ttyACM1");
  });
});
