import type { Fault } from "@weir/config/fault.ts";
import { address } from "@weir/config/fields.ts";
import { suggest } from "@weir/config/spelling.ts";
import { metricOf } from "@weir/device-profiles/metric.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { say } from "@weir/wire/sentences.ts";
import { z } from "zod";
import type { Loose } from "./config-places.ts";
import { texts } from "./config-texts.ts";
import type { FirmataPlace } from "./drivers/driver.ts";

/** How a board is found. */
export const firmataBus = z
  .strictObject({
    usb: z
      .string(texts.usbId.en)
      .regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/i, texts.usbId.en)
      .optional()
      .describe("USB id of the board, vendor:product: 2341:0043 is an Arduino Uno, 1a86:7523 a board with a CH340."),
    serial_number: z.string().optional().describe("With usb: its USB serial number, where several boards have one id."),
    path: z.string().optional().describe("A serial port, best by /dev/serial/by-id/…."),
    tcp: address
      .optional()
      .describe("A board on the network: StandardFirmataEthernet or StandardFirmataWiFi as server."),
    baud: z.int().min(300).max(2_000_000).default(57_600).describe("As in Firmata.begin of the sketch."),
  })
  .refine(({ usb, path, tcp }) => [usb, path, tcp].filter(Boolean).length === 1, {
    message: say(texts.exactlyOne, { names: "usb, path and tcp" }),
  });

const two = z.array(z.number()).refine(({ length }) => length === 2, texts.twoNumbers.en);

/** Two points of comparison, by metric. */
export const calibration = z.record(
  z.string(),
  z
    .strictObject({
      raw: two.describe("Raw numbers that `weir-edge read` showed."),
      value: two.describe("What the reference showed at each, in the quantity's unit."),
    })
    .refine(({ raw }) => raw[0] !== raw[1], { message: texts.rawsDiffer.en }),
);
type Calibration = z.output<typeof calibration>;

export function boardPlaceOf({ usb, serial_number, path, tcp, baud }: z.output<typeof firmataBus>): FirmataPlace {
  if (tcp) return tcp;
  if (path !== undefined) return { path, speed: baud };
  return { usb: usb!, speed: baud, ...(serial_number !== undefined && { serialNumber: serial_number }) };
}

/** The profile as this very device was calibrated; the profile itself where nothing was. */
export function calibrated(profile: Profile, calibrations: Calibration | undefined): Profile {
  if (calibrations === undefined) return profile;
  const points = profile.points.map((point) => {
    const found = calibrations[metricOf(point)];
    if (!found) return point;
    const [low = 0, high = 0] = found.raw;
    const [atLow = 0, atHigh = 0] = found.value;
    const scale = plain((atHigh - atLow) / (high - low));
    return { ...point, scale, offset: plain(atLow - low * scale) };
  });
  return { ...profile, points } as Profile;
}

/** Calibrations of what a profile does not have, or what has no scale. */
export function calibrationFaults(devices: readonly Loose[], profiles: ReadonlyMap<string, Profile>): readonly Fault[] {
  return devices.flatMap(({ profile: id, calibrate }, index) => {
    const profile = profiles.get(String(id));
    if (!profile || typeof calibrate !== "object" || calibrate === null) return [];
    const metrics = profile.points.filter(({ states }) => !states).map(metricOf);
    return Object.entries(calibrate).flatMap(([metric, given]): Fault[] => {
      const path = ["devices", index, "calibrate", metric];
      if (!metrics.includes(metric))
        return [
          { path, message: say(texts.noNumber, { profile: String(id), metric, hint: suggest(metric, metrics) }) },
        ];
      const value = (given as Loose | null)?.value;
      return Array.isArray(value) && value[0] === value[1]
        ? [{ path: [...path, "value"], message: texts.valuesDiffer.en }]
        : [];
    });
  });
}

/** Without binary noise: twelve digits are more than any reference has. */
function plain(number: number): number {
  return Number(number.toPrecision(12));
}
