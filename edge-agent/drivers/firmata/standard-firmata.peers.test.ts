import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result, Turn } from "../driver.ts";
import { createTestLine } from "../test-link.ts";
import type { FirmataBoard } from "./board.ts";
import { firmata } from "./firmata.ts";
import { openFirmata } from "./open.ts";
import { type AvrBoard, parseHex, startAvr } from "./test-avr.ts";
import { nodeProfile } from "./test-node.ts";

/** StandardFirmata as Arduino's compiler built it for the Uno, from a package that ships it; LGPL, so it is fetched and not kept. */
function fetchFirmware(): Uint16Array {
  const folder = mkdtempSync(join(tmpdir(), "firmata-"));
  try {
    execFileSync("npm", ["pack", "avrgirl-arduino@5.0.1", "--silent"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    execFileSync("tar", ["xzf", "avrgirl-arduino-5.0.1.tgz"], { cwd: folder });
    return parseHex(readFileSync(join(folder, "package/junk/hex/uno/StandardFirmata.cpp.hex"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const profile = nodeProfile(
  [
    { quantity: "voltage", channel: "a0", at: { analog: 0 } },
    { quantity: "voltage", channel: "a1", at: { analog: 1, take: "mean", over: "500ms" } },
    { quantity: "voltage", channel: "d7", at: { digital: 7 } },
    { quantity: "relay_state", at: { output: 8 }, write: { min: 0, max: 1 } },
    { quantity: "lamp_dim_level", at: { pwm: 9 }, write: { min: 0, max: 255 } },
    { quantity: "air_temperature", at: { i2c: 0x18, register: 5, bytes: 2 } },
  ],
  { sampling: "50ms" },
);
const [a0, a1, d7, relay, dimmer, chip] = profile.points.map(({ at }) => at) as [
  never,
  never,
  never,
  never,
  never,
  never,
];
const stop = new AbortController();
const turn: Turn = { urgent: false, deadline: 0, signal: stop.signal };
const raw = (result: Result | undefined) => (result && "raw" in result ? result.raw : result?.error);

describe("StandardFirmata 2.4 on a simulated ATmega328P", () => {
  let avr: AvrBoard;
  let board: FirmataBoard;
  const connect = () => {
    const line = createTestLine(board, { kind: "firmata", board: { host: "127.0.0.1", port: avr.port } }, avr.clock);
    return firmata.open({ profile, timeoutMs: 2000 }, line);
  };

  /**
   * Of 2,882 reads of a chip that is not there five stayed without an answer; whether by the image or by the simulated TWI is not known. Then the
   * reset button is pressed, as our error says.
   */
  async function readAgain(connection: ReturnType<typeof connect>, addresses: readonly never[]) {
    for (let tries = 0; ; tries++) {
      const results = (await connection.read(addresses, turn)).map(raw);
      if (!results.includes("timeout") || tries === 8) return results;
      avr.reset();
    }
  }

  beforeAll(async () => {
    avr = await startAvr(fetchFirmware());
    const opened = openFirmata(
      { host: "127.0.0.1", port: avr.port },
      { timeoutMs: 3000, clock: avr.clock },
      stop.signal,
    );
    board = (await opened) as FirmataBoard;
  }, 60_000);
  afterAll(async () => {
    await board?.close();
    await avr?.close();
  });

  test("says who it is, and what its pins can do", () => {
    expect(board.firmware).toMatchObject({ name: "StandardFirmata", major: 2, minor: 4 });
    expect(board.pins).toHaveLength(20);
    expect(board.channels.get(0)).toBe(14);
  });

  test("gives analog and digital inputs as they are", async () => {
    avr.analog(0, 2.5);
    avr.analog(1, 1);
    avr.digital(7, true);
    const connection = connect();
    const results = (await connection.read([a0, a1, d7], turn)).map(raw);
    expect(results[0]).toBeCloseTo(512, -1);
    expect(results[1]).toBeCloseTo(204, -1);
    expect(results[2]).toBe(1);
    avr.digital(7, false);
    avr.analog(0, 5);
    const after = (await connection.read([a0, d7], turn)).map(raw);
    expect(after).toEqual([1023, 0]);
  }, 20_000);

  test("drives a pin and PWM, and says so", async () => {
    const connection = connect();
    await connection.write({ address: relay, raw: 1, multiple: false }, turn);
    expect(avr.driven(8)).toBe(true);
    await connection.write({ address: dimmer, raw: 200, multiple: false }, turn);
    expect((await connection.read([relay, dimmer], turn)).map(raw)).toEqual([1, 200]);
    await connection.write({ address: relay, raw: 0, multiple: false }, turn);
    expect(avr.driven(8)).toBe(false);
    expect((await connection.read([relay, dimmer], turn)).map(raw)).toEqual([0, 200]);
  }, 20_000);

  test("has no chip on its I2C bus: that point says so, the others are read", async () => {
    const connection = connect();
    expect(await readAgain(connection, [chip, d7])).toEqual(["exception-1", 0]);
    expect(connection.stats().lastError).toMatch(/"I2C: Too few bytes received"/);
  }, 40_000);

  test("is read again after its reset button was pressed, pins set anew", async () => {
    const connection = connect();
    await connection.write({ address: relay, raw: 1, multiple: false }, turn);
    const before = board.boots();
    avr.digital(7, true);
    avr.reset();
    let results: readonly unknown[] = [];
    for (let i = 0; i < 10 && results[1] !== 1; i++) results = (await connection.read([a0, d7, relay], turn)).map(raw);
    expect(results).toEqual([1023, 1, 0]);
    expect(board.boots()).toBeGreaterThan(before);
  }, 40_000);

  test("has no pin 20: named, and not asked for", async () => {
    const connection = connect();
    expect((await connection.read([{ output: 20 }, d7], turn)).map(raw)).toEqual(["unsupported", 1]);
  }, 20_000);
});
