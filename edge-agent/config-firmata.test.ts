import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interpret } from "@weir/device-profiles/interpret.ts";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-firmata-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(board: string, device = "profile: air/bosch-bme280") {
  const file = join(folder, "edge.yaml");
  writeFileSync(
    file,
    `site: hailing
gateway: gw-1
buses: [{ name: node, firmata: ${board} }]
devices: [{ id: node-1, bus: node, ${device} }]
uplink: { url: "mqtts://cloud:8883", password_file: secret }
`,
  );
  return readConfig(file);
}
const transport = (board: string) => read(board).buses[0]!.transport;

describe("a Firmata board in edge.yaml", () => {
  test.each([
    ['{ usb: "2341:0043" }', { usb: "2341:0043", speed: 57_600 }],
    ['{ usb: "2341:0043", serial_number: A1, baud: 115200 }', { usb: "2341:0043", serialNumber: "A1", speed: 115_200 }],
    ["{ path: /dev/serial/by-id/x }", { path: "/dev/serial/by-id/x", speed: 57_600 }],
    ['{ tcp: "10.0.0.7:3030" }', { host: "10.0.0.7", port: 3030 }],
  ])("is found by %s", (board, place) => {
    expect(transport(board)).toEqual({ kind: "firmata", board: place });
  });

  test.each([
    ["{ usb: 2341 }", /usb: .*2341:0043/],
    ['{ usb: "2341:0043", path: /dev/ttyACM0 }', /expected exactly one of usb, path and tcp/],
  ])("is refused as %s", (board, said) => {
    expect(() => read(board)).toThrow(said);
  });

  test("carries profiles of boards only", () => {
    expect(() => read("{ path: /dev/ttyACM0 }", "unit: 1, profile: water/keller-xline")).toThrow(
      /keller-xline speaks Modbus, and node is firmata/,
    );
    expect(() => read("{ path: /dev/ttyACM0 }", "unit: 1, profile: air/bosch-bme280")).toThrow(/has no unit/);
  });
});

describe("a calibration", () => {
  const co = (calibrate: string) => `profile: hazmat/winsen-ze07-co-analog, calibrate: ${calibrate}`;

  test("puts two points of comparison in the place of scale and offset, for this device alone", () => {
    const board = "{ path: /dev/ttyACM0 }";
    const [point] = read(board, co("{ co_ppm: { raw: [84, 246], value: [0, 250] } }")).devices[0]!.profile.points;
    expect(interpret(point!, 84).value).toBeCloseTo(0, 6);
    expect(interpret(point!, 246).value).toBeCloseTo(250, 6);
    expect(interpret(point!, 20).value).toBeNull();
    const [shipped] = read(board, "profile: hazmat/winsen-ze07-co-analog").devices[0]!.profile.points;
    expect(shipped!.offset).toBe(-125);
  });

  test.each([
    ["{ co: { raw: [84, 246], value: [0, 250] } }", /calibrate\.co: .*has no number called co; did you mean|co_ppm/],
    ["{ co_ppm: { raw: [84, 84], value: [0, 250] } }", /the two raw numbers must differ/],
    ["{ co_ppm: { raw: [84, 246], value: [5, 5] } }", /the two values must differ/],
    ["{ co_ppm: { raw: [84], value: [0, 250] } }", /two numbers/],
  ])("is refused as %s", (calibrate, said) => {
    expect(() => read("{ path: /dev/ttyACM0 }", co(calibrate))).toThrow(said);
  });
});
