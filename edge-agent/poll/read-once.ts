import type { Clock } from "@weir/wire/clock.ts";
import { openLink } from "../drivers/links/open.ts";
import { type Bus, openBus } from "./bus.ts";
import { openInstrument } from "./instrument.ts";
import type { DeviceConfig, PollConfig } from "./poll.ts";
import { layOut, type Reading, readingOf } from "./reading.ts";

export type DeviceReadings = {
  readonly device: string;
  readonly readings: readonly Reading[];
  /** The last thing that went wrong, in words, with what to check. */
  readonly why: string | undefined;
};

export type ReadOnceOptions = PollConfig & {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
};

/**
 * Every point of every given device, asked once; buses side by side, the devices of a bus one after the other, each handed to
 * `found` as soon as it has been read. Never rejects for what devices do. Everything is closed again when it resolves.
 */
export async function readOnce(options: ReadOnceOptions, found: (device: DeviceReadings) => void): Promise<void> {
  const { buses, devices, clock, random, signal } = options;
  await Promise.all(
    buses.map(async (config) => {
      const own = devices.filter((device) => device.bus === config.name);
      if (own.length === 0) return;
      const bus = openBus(config, { clock, random, signal, openLink, report: () => {} });
      try {
        for (const device of own) found(await readDevice(device, bus, signal));
      } finally {
        await bus.close();
      }
    }),
  );
}

async function readDevice(device: DeviceConfig, bus: Bus, signal: AbortSignal): Promise<DeviceReadings> {
  const { id, profile } = device;
  const connection = openInstrument(device, bus);
  const set = layOut(profile.points);
  const results = await connection.read(set.addresses, { urgent: false, deadline: 0, signal });
  const now = bus.clock.now();
  connection.close();
  return {
    device: id,
    readings: set.points.map((placed) => readingOf(placed, results, now)),
    why: connection.stats().lastError ?? bus.status().why,
  };
}
