import { type FirmataMessage, parseFirmataHex } from "./firmata.ts";
import type { FirmataAddress } from "./schema.ts";

/** What a board has told: the raw number at an address; undefined where it said nothing of it. */
export type BoardReports = { readonly reported: (at: FirmataAddress) => number | undefined };

type Sensors = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Messages in hex, and what johnny-five gives of chips → what they hold. Throws RangeError, saying what is wrong with them. */
export function parseReports(hex: string, sensors: Sensors = {}): BoardReports {
  const messages = parseFirmataHex(hex);
  for (const name of Object.keys(sensors))
    if (!/^\w+ 0x[0-9A-Fa-f]{2}$/.test(name)) throw new RangeError(`"${name}": write chip and address: BME280 0x76`);
  return {
    reported: (at) => {
      if ("sensor" in at) return sensors[chipName(at)]?.[at.value];
      for (const message of messages.toReversed()) {
        const raw = rawIn(message, at);
        if (raw !== undefined) return raw;
      }
      return undefined;
    },
  };
}

/** `BME280 0x76`. */
export function chipName({ sensor, i2c }: { readonly sensor: string; readonly i2c: number }): string {
  return `${sensor} 0x${i2c.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Two's complement or plain, of the low `bits` of some bytes; all of them where bits is not given. Pure. */
export function decodeI2c(data: Uint8Array, at: Extract<FirmataAddress, { bytes: number }>): number | undefined {
  if (data.length < at.bytes) return undefined;
  const own = [...data.subarray(0, at.bytes)];
  const whole = (at.order === "big" ? own : own.reverse()).reduce((sum, byte) => sum * 256 + byte, 0);
  const span = 2 ** (at.bits ?? 8 * at.bytes);
  const value = whole % span;
  return at.signed && value >= span / 2 ? value - span : value;
}

/** DS18B20: the first two bytes of its scratchpad, low byte first, 1/16 °C. */
export function decodeDs18b20(scratchpad: Uint8Array): number | undefined {
  return scratchpad.length < 2 ? undefined : ((scratchpad[1]! << 24) >> 16) | scratchpad[0]!;
}

function rawIn(message: FirmataMessage, at: FirmataAddress): number | undefined {
  if ("analog" in at) return message.kind === "analog" && message.channel === at.analog ? message.value : undefined;
  if ("digital" in at)
    return message.kind === "digital" && message.port === at.digital >> 3
      ? (message.levels >> (at.digital & 7)) & 1
      : undefined;
  if ("output" in at || "pwm" in at) {
    const pin = "output" in at ? at.output : at.pwm;
    return message.kind === "pin" && message.pin === pin ? message.state : undefined;
  }
  if ("bytes" in at)
    return message.kind === "i2c" && message.address === at.i2c && message.register === (at.register ?? 0)
      ? decodeI2c(message.data, at)
      : undefined;
  if ("one_wire" in at)
    return message.kind === "one-wire" && message.about === 0x43 && message.pin === at.one_wire
      ? decodeDs18b20(message.data.subarray(2))
      : undefined;
  return undefined;
}
