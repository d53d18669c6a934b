import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { head, identity, note, pace, part, samples, scaling, trust, writeLimits } from "./parts.ts";

const pin = z.int().min(0).max(127);
const i2cAddress = z.int().min(0x03).max(0x77);

/** Chips that johnny-five computes, and what it gives of each. */
export const firmataSensors = {
  BME280: ["temperature", "pressure", "humidity"],
  BMP280: ["temperature", "pressure"],
  SHT31D: ["temperature", "humidity"],
  HTU21D: ["temperature", "humidity"],
} as const satisfies Record<string, readonly string[]>;
const sensorNames = Object.keys(firmataSensors) as (keyof typeof firmataSensors)[];

const analogAt = z.strictObject({
  analog: z.int().min(0).max(15).describe("Analog channel: 0 is A0. The raw number is what its converter gives."),
  take: z
    .enum(["last", "mean", "rms"])
    .default("last")
    .describe("last: one report. mean: of the reports of the time `over`. rms: their effective value about the mean."),
  over: duration.prefault("1s").describe("For mean and rms."),
});

const digitalAt = z.strictObject({
  digital: pin.describe("Pin as an input: 0 low, 1 high."),
  pull_up: z.boolean().default(false).describe("The board's own pull-up resistor; a closed contact to ground is 0."),
  steady: duration.prefault("0ms").describe("A level counts once it has stood for so long: contacts bounce."),
});

const outputAt = z.strictObject({ output: pin.describe("Pin as an output: 0 low, 1 high.") });
const pwmAt = z.strictObject({ pwm: pin.describe("Pin as a PWM output: 0 to 255.") });

const registerAt = z.strictObject({
  i2c: i2cAddress.describe("Address of a chip on the I2C bus, such as 0x18."),
  register: z.int().min(0).max(0xff).optional().describe("Register to read from; none when left out."),
  bytes: z.int().min(1).max(4).describe("Bytes of the value."),
  order: z.enum(["big", "little"]).default("big").describe("Which byte comes first."),
  signed: z.boolean().default(false).describe("Two's complement."),
  bits: z
    .int()
    .min(1)
    .max(32)
    .optional()
    .describe("Only so many low bits are the value, the highest of them its sign."),
});

const sensorAt = z.strictObject({
  i2c: i2cAddress.describe("Address of a chip on the I2C bus, such as 0x76."),
  sensor: z.enum(sensorNames).describe("Chip whose numbers johnny-five computes."),
  value: z
    .enum(["temperature", "pressure", "humidity"])
    .describe(
      "BME280, BMP280: °C, Pa, and relative humidity in 1/1024 %. SHT31D, HTU21D: the chip's own 16 bits; `scale` and `offset` make the value.",
    ),
});

const oneWireAt = z.strictObject({
  one_wire: pin.describe("Pin of a OneWire bus with DS18B20 thermometers; ConfigurableFirmata only. Raw: 1/16 °C."),
  rom: z
    .string()
    .regex(/^28[0-9A-F]{14}$/, "write the 16 hex digits of its code, family 28 first")
    .optional()
    .describe("Which thermometer; may be left out where there is one."),
});

/** Where a value stands on a Firmata board. */
export const firmataAddress = z.union([analogAt, digitalAt, outputAt, pwmAt, registerAt, sensorAt, oneWireAt]);

export const firmataPoint = z.strictObject({
  ...identity,
  at: firmataAddress.describe("Where the value stands."),
  ...part,
  ...scaling,
  ...trust,
  write: z
    .strictObject({
      ...writeLimits,
      rest: z
        .number()
        .optional()
        .describe(
          "Written when the board has restarted, in the quantity's unit. Without it the pin stays as the firmware starts it.",
        ),
    })
    .optional()
    .describe("Present: the point may be written within these limits, in the quantity's unit. For output and pwm."),
});

export const firmataExample = z.strictObject({
  note,
  messages: z
    .string()
    .default("")
    .describe("Whole Firmata messages in hex as the board sends them: E0 00 04 is A0 at 512, F0 … F7 an I2C reply."),
  sensors: z
    .record(z.string(), z.record(z.string(), z.number()))
    .prefault({})
    .describe('What johnny-five gives of a chip: "BME280 0x76": { temperature: 25.08 }.'),
  samples,
});

/** An Arduino-class board that runs a Firmata sketch, as it is wired. */
export const firmataProfile = z.strictObject({
  ...head,
  protocol: z.literal("firmata").describe("What the board speaks."),
  firmware: z
    .strictObject({
      names: z
        .array(z.string().min(1))
        .min(1)
        .default([
          "StandardFirmata",
          "StandardFirmataPlus",
          "StandardFirmataEthernet",
          "StandardFirmataWiFi",
          "ConfigurableFirmata",
          "WeirFirmata",
        ])
        .describe("Sketches that will do, by the name they report, without .ino."),
      version: z
        .string()
        .regex(/^\d+\.\d+$/, 'write it in quotes, such as "2.5"')
        .default("2.4")
        .describe("The oldest version that will do. Pull-ups need 2.5."),
    })
    .prefault({})
    .describe("What has to be flashed."),
  adc_bits: z
    .int()
    .min(8)
    .max(16)
    .default(10)
    .describe(
      "Resolution of the analog inputs that scale and valid are made for; a board with another one is refused.",
    ),
  sampling: duration
    .prefault("1s")
    .describe(
      "How often the board reports its analog inputs, 10ms to 16s; the shortest of a board's instruments counts.",
    ),
  set_up: z
    .array(
      z.strictObject({
        i2c: i2cAddress.describe("Address of the chip."),
        write: z.array(z.int().min(0).max(0xff)).min(1).max(32).describe("Bytes, as a rule register and value."),
      }),
    )
    .prefault([])
    .describe("Written to chips on the I2C bus before the first read and after each restart of the board."),
  timeout: duration.prefault("1s").describe("How long to wait for an answer."),
  every: pace.every,
  points: z.array(firmataPoint).min(1).describe("The values of the node, one entry each."),
  examples: z
    .array(firmataExample)
    .min(1)
    .describe("What the board sends and what that must come to. The test suite runs every one."),
});
