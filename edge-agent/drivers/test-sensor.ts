import { type FrameProfile, type Sdi12Profile, profile as schema } from "@weir/device-profiles/schema.ts";

/**
 * For tests: an SDI-12 sensor written apart from the driver. `values` holds what each command gives (`C`, `M1`, `R0`); values are
 * dealt out to data answers `perAnswer` at a time.
 */
export type TestSensor = {
  readonly address: string;
  readonly values: Map<string, readonly string[]>;
  /** Seconds that a measurement takes. */
  seconds: number;
  readonly perAnswer: number;
  /** What it was asked, in order. */
  readonly asked: string[];
  answer(bytes: Uint8Array): Uint8Array | undefined;
};

export function createTestSensor(
  address: string,
  values: Readonly<Record<string, readonly string[]>>,
  { seconds = 0, perAnswer = 9 } = {},
): TestSensor {
  let measured: readonly string[] = [];
  let checked = false;
  const sensor: TestSensor = {
    ...{ address, seconds, perAnswer, values: new Map(Object.entries(values)), asked: [] },
    answer: (bytes) => {
      const text = Buffer.from(bytes).toString("latin1");
      if (text[0] !== address || !text.endsWith("!")) return undefined;
      const body = text.slice(1, -1);
      sensor.asked.push(body);
      if (body === "") return line(address);
      const [letter = ""] = body;
      if (letter === "D") {
        const from = Number(body[1]) * perAnswer;
        return checkedLine(address + measured.slice(from, from + perAnswer).join(""), checked);
      }
      checked = body[1] === "C";
      const command = checked ? letter + body.slice(2) : body;
      const given = sensor.values.get(command) ?? [];
      if (letter === "R") return given.length === 0 ? line(address) : checkedLine(address + given.join(""), checked);
      measured = given;
      const width = letter === "M" ? 1 : 2;
      const time = given.length === 0 ? 0 : sensor.seconds;
      return line(`${address}${String(time).padStart(3, "0")}${String(given.length).padStart(width, "0")}`);
    },
  };
  return sensor;
}

function line(text: string): Uint8Array {
  return Buffer.from(`${text}\r\n`, "latin1");
}

function checkedLine(text: string, checked: boolean): Uint8Array {
  return line(checked ? text + checkOf(text) : text);
}

/** CRC-16/ARC on bits, high first, as polynomial division; told in three characters. */
export function checkOf(text: string): string {
  const bits = [...Buffer.from(text, "latin1")].flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) & 1));
  const register = new Array<number>(16).fill(0);
  for (const bit of bits) {
    const out = register.shift()! ^ bit;
    register.push(0);
    if (out === 1) for (const at of [0, 13, 15]) register[at] = register[at]! ^ 1;
  }
  const crc = register.reduce((value, bit, i) => value | (bit << i), 0);
  return String.fromCharCode(64 + (crc >> 12), 64 + ((crc >> 6) & 63), 64 + (crc & 63));
}

type Input = Readonly<Record<string, unknown>>;

const head = {
  model: "S-1",
  vendor: "Test",
  names: { en: "test sensor", zh: "测试传感器" },
  domain: "water",
  kind: "sensor",
  source: "made up for tests",
};

/** For tests: an SDI-12 sensor's profile with one point. */
export function sensorProfile(commands: Input, rest: Input = {}): Sdi12Profile {
  const point = { quantity: "water_level", at: { command: Object.keys(commands)[0], value: 1 } };
  const examples = [{ note: "none", dialogue: "0R0! 0+1", samples: {} }];
  const parsed = schema.parse({ ...head, protocol: "sdi12", commands, points: [point], examples, ...rest });
  if (parsed.protocol !== "sdi12") throw new Error("expected a sensor");
  return { ...parsed, id: "water/sensor" };
}

/** For tests: a profile of an instrument with frames of its own, with one point. */
export function frameProfile(answer: Input, rest: Input = {}): FrameProfile {
  const point = { quantity: "water_level", at: { from: 1, type: "u16" } };
  const examples = [{ note: "none", frames: "00", samples: {} }];
  const parsed = schema.parse({ ...head, protocol: "frame", answer, points: [point], examples, ...rest });
  if (parsed.protocol !== "frame") throw new Error("expected frames");
  return { ...parsed, id: "water/frames" };
}
