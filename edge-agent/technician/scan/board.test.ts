import { interpret } from "@weir/device-profiles/interpret.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { TestBoard } from "../../drivers/firmata/test-board.ts";
import { setUpNode } from "../../drivers/firmata/test-node.ts";
import { lookAtBoard } from "./board.ts";
import { usbNameOf } from "./boards.ts";
import { boardRequest } from "./scan-board.ts";
import { writeFound } from "./write-config.ts";

const profiles = [...loadProfiles().values()];
const transport = { kind: "firmata", board: { usb: "2341:0043", speed: 57_600 } } as const;
/** MCP9808, DS25095A: register 5 is the temperature, 6 and 7 tell who it is. */
const thermometer = (register: number | undefined, count: number) =>
  ({ 5: [0xc1, 0x94], 6: [0x00, 0x54], 7: [0x04, 0x00] })[register ?? -1]?.slice(0, count);

beforeAll(() => void vi.stubEnv("IS_TEST_MODE", "1")); // johnny-five's own: it does not hold the first second back
afterAll(() => void vi.unstubAllEnvs());

async function look(prepare: (board: TestBoard) => void) {
  const node = await setUpNode([{ quantity: "voltage", at: { analog: 0 } }], {}, prepare);
  const modesBefore = [...node.board.modes];
  const signal = new AbortController().signal;
  const looked = await node.finish(lookAtBoard(node.medium, node.line, { profiles, signal }));
  const idsOf = (certain: boolean) =>
    looked.found
      .filter(({ named }) => named?.verdict.certain === certain)
      .flatMap(({ named }) => named!.verdict.ties.map(({ profile }) => profile.id));
  return { ...looked, board: node.board, modesBefore, certain: idsOf(true), possible: idsOf(false) };
}

describe("a scan of a board", () => {
  test("tells its sketch and pins, the chip that answers, and what could be wired to its pins", async () => {
    const { firmware, pins, analogInputs, certain, possible } = await look((board) =>
      board.chips.set(0x18, thermometer),
    );
    expect({ firmware, pins, analogInputs }).toEqual({
      ...{ firmware: "StandardFirmata 2.5", pins: 20, analogInputs: 6 },
    });
    expect(certain).toEqual(["air/microchip-mcp9808"]);
    expect(possible).toContain("light/allegro-acs712");
    expect(possible).not.toContain("air/bosch-bme280");
  });

  test("leaves every pin but those of the I2C bus as it is", async () => {
    const { board, modesBefore } = await look(() => {});
    const changed = board.modes.flatMap((mode, pin) => (mode === modesBefore[pin] ? [] : [pin]));
    expect(changed.filter((pin) => pin !== 18 && pin !== 19)).toEqual([]);
  });

  test("whose sketch no profile takes says which and what to flash", async () => {
    const { found, unfit } = await look((board) => {
      board.firmware = { name: "Blink.ino", major: 2, minor: 5 };
    });
    expect(found).toEqual([]);
    expect(unfit[0]?.why).toMatch(/runs Blink 2.5; this profile needs StandardFirmata.*flash that sketch/);
  });

  test("writes the board as a bus, certain chips as devices, and once only", async () => {
    const { found } = await look((board) => board.chips.set(0x18, thermometer));
    const about = { transport, gateway: "gw-1", day: "2026-11-24" };
    const { text, added, open } = writeFound(undefined, found, about);
    expect(text).toMatch(/- \{ name: node-1, firmata: \{ usb: ['"]?2341:0043['"]? \} \}/);
    expect(text).toMatch(/# +- \{ id: .*, bus: node-1, profile: light\/allegro-acs712 \}/);
    expect([added.length, open]).toEqual([1, 1]);
    expect(writeFound(text, found, about)).toMatchObject({ added: [], known: added });
  });
});

test("a board is given by USB id, by port, or by host and port", () => {
  const boardOf = (place: string) => boardRequest([place], {}).transport.board;
  expect(boardOf("2A03:0043")).toEqual({ usb: "2a03:0043", speed: 57_600 });
  expect(boardOf("/dev/ttyACM0")).toEqual({ path: "/dev/ttyACM0", speed: 57_600 });
  expect(boardOf("10.20.1.7:3030")).toEqual({ host: "10.20.1.7", port: 3030 });
  expect(() => boardRequest([], {})).toThrow(/takes one board/);
  expect(() => boardRequest(["/dev/ttyACM0"], { baud: "fast" })).toThrow(/--baud fast: expected one rate/);
});

test("a USB id is a board's own, or a bridge's that adapters have too", () => {
  expect(usbNameOf("2341:0043")).toEqual({ name: "Arduino Uno", is: "board" });
  expect(usbNameOf("1a86:7523")).toEqual({ name: "CH340", is: "bridge" });
  expect(usbNameOf("ffff:0000")).toBeUndefined();
});

test("the whole width of a PWM output is not beyond what is plausible", () => {
  const outputs = profiles.flatMap(({ protocol, points }) =>
    protocol === "firmata" ? points.filter(({ at }) => "pwm" in at) : [],
  );
  expect(outputs.length).toBeGreaterThan(0);
  for (const output of outputs) expect(interpret(output, 255)).toMatchObject({ quality: "good" });
});
