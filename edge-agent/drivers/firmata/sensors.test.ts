import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { crc8 } from "./crc8.ts";
import { setUpNode } from "./test-node.ts";

/** The example of Bosch's BMP280 data sheet (BST-BMP280-DS001, 3.12): these give 25.08 °C and 100653 Pa. */
const words = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000];
const calibration = words.flatMap((word) => [word & 0xff, (word >> 8) & 0xff]);
const adc = { pressure: 415148, temperature: 519888, humidity: 27000 };
/** dig_H2 370, H3 0, H4 313, H5 50, H6 30, where the data sheet of the BME280 has them. */
const humidityCalibration = [0x72, 0x01, 0x00, 313 >> 4, (313 & 15) | ((50 & 15) << 4), 50 >> 4, 30, 0];
const twenty = (value: number) => [value >> 12, (value >> 4) & 0xff, (value & 15) << 4];

function bme280(values = adc, id = 0x60) {
  return (register: number | undefined, count: number) => {
    const content: Record<number, readonly number[]> = {
      208: [id],
      136: calibration,
      161: [75],
      225: humidityCalibration,
      247: [...twenty(values.pressure), ...twenty(values.temperature), values.humidity >> 8, values.humidity & 0xff],
    };
    return content[register ?? -1]?.slice(0, count);
  };
}

/** Data sheet of the BME280, 4.2.3 and appendix 8.1, in double precision. */
function relativeHumidity(adcH: number, fine: number): number {
  const [h1, h2, h3, h4, h5, h6] = [75, 370, 0, 313, 50, 30];
  const x = fine - 76800;
  const h =
    (adcH - (h4 * 64 + (h5 / 16384) * x)) * ((h2 / 65536) * (1 + (h6 / 67108864) * x * (1 + (h3 / 67108864) * x)));
  return h * (1 - (h1 * h) / 524288);
}

const at = (value: string, sensor = "BME280", i2c = 0x76) => ({ i2c, sensor, value });
const points = [
  { quantity: "air_temperature", at: at("temperature") },
  { quantity: "air_pressure", at: at("pressure") },
  { quantity: "relative_humidity", at: at("humidity") },
  { quantity: "voltage", at: { analog: 0 } },
];

beforeEach(() => {
  vi.stubEnv("IS_TEST_MODE", "1"); // johnny-five's own: it does not hold the first second back
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe("a BME280", () => {
  test("is computed as Bosch's data sheet does", async () => {
    const { board, raws } = await setUpNode(points);
    board.chips.set(0x76, bme280());
    const [temperature, pressure, humidity, volts] = await raws();
    expect(temperature).toBe(25.08);
    expect(pressure).toBeGreaterThan(100650);
    expect(pressure).toBeLessThan(100657);
    expect(Number(humidity) / 1024).toBeCloseTo(relativeHumidity(27000, 128422), 1);
    expect(volts).toBe(512);
  });

  test("that has lost its settings gives no number, and is set up anew", async () => {
    const { board, raws } = await setUpNode(points.slice(0, 1));
    board.chips.set(0x76, bme280());
    expect(await raws()).toEqual([25.08]);
    board.chips.set(0x76, bme280({ pressure: 0x80000, temperature: 0x80000, humidity: 0x8000 }));
    board.written.length = 0;
    expect(await raws()).toEqual(["exception-2"]);
    expect(board.written).toEqual([]);
    board.chips.set(0x76, bme280());
    expect(await raws()).toEqual([25.08]);
    expect(board.written).toContainEqual([0x76, [0xf4, 0xb7]]);
  });

  test("that is a BMP280 sold as one is named", async () => {
    const { board, raws, connection } = await setUpNode(points.slice(0, 1));
    board.chips.set(0x76, bme280(adc, 0x58));
    expect(await raws()).toEqual(["mismatch"]);
    expect(connection.stats().lastError).toMatch(/says that it is 0x58, a BME280 would say 0x60/);
  });

  test("that is pulled out costs its neighbours nothing, and comes back by itself", async () => {
    const { board, raws } = await setUpNode(points);
    board.chips.set(0x76, bme280());
    expect(await raws()).toContain(25.08);
    board.chips.delete(0x76);
    expect(await raws()).toEqual(["exception-1", "exception-1", "exception-1", 512]);
    board.chips.set(0x76, bme280());
    expect(await raws()).toContain(25.08);
  });
});

describe("chips with a checksum that johnny-five does not look at", () => {
  const word = (value: number, seed: number) => {
    const bytes = [value >> 8, value & 0xff];
    return [...bytes, crc8(bytes, seed)];
  };

  test("an SHT31 is read with it, and refused without", async () => {
    vi.stubGlobal("setTimeout", (wake: () => void) => setImmediate(wake)); // johnny-five waits by the real clock
    const { board, raws } = await setUpNode([
      { quantity: "air_temperature", at: at("temperature", "SHT31D", 0x44) },
      { quantity: "relative_humidity", at: at("humidity", "SHT31D", 0x44) },
    ]);
    const answer = [...word(0x6666, 0xff), ...word(0x8000, 0xff)];
    board.chips.set(0x44, () => answer);
    expect(await raws()).toEqual([0x6666, 0x8000]);
    answer[1] = 0;
    expect(await raws()).toEqual(["exception-2", "exception-2"]);
  });

  test("an HTU21D is read with it, and refused without", async () => {
    const { board, raws } = await setUpNode([
      { quantity: "air_temperature", at: at("temperature", "HTU21D", 0x40) },
      { quantity: "relative_humidity", at: at("humidity", "HTU21D", 0x40) },
    ]);
    board.chips.set(0x40, (register) => (register === 0xe3 ? word(0x6666, 0) : word(0x8002, 0)));
    expect(await raws()).toEqual([0x6666, 0x8002]);
    board.chips.set(0x40, (register) => (register === 0xe3 ? word(0x6666, 0xff) : word(0x8002, 0)));
    expect(await raws()).toEqual(["exception-2", "exception-2"]);
  });

  test("the checksum is Sensirion's: BE EF comes to 92", () => {
    expect(crc8([0xbe, 0xef], 0xff)).toBe(0x92);
  });
});

test("johnny-five leaves nothing behind in the process: no handler, no word, no timer that keeps it alive", async () => {
  const handlers = process.eventNames().map((name) => [name, process.listenerCount(name as string)]);
  const said = vi.spyOn(console, "log");
  const { board, raws } = await setUpNode(points);
  board.chips.set(0x76, bme280());
  for (let i = 0; i < 20; i++) {
    board.chips.delete(0x76);
    await raws();
    board.chips.set(0x76, bme280());
    expect(await raws()).toContain(25.08);
  }
  expect(process.eventNames().map((name) => [name, process.listenerCount(name as string)])).toEqual(handlers);
  expect(said).not.toHaveBeenCalled();
  expect(process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length).toBeLessThan(5);
});

test("johnny-five is loaded by one file, and neither its boards nor its components are made", () => {
  const source = readFileSync(`${import.meta.dirname}/sensors.ts`, "utf8");
  expect(source).toContain('import("johnny-five/lib/sip.js")');
  expect(source).not.toMatch(/new \w*\.?(Board|IMU|Thermometer|Hygrometer|Barometer)/);
});
