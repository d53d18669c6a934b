import type { Clock } from "@weir/wire/clock.ts";
import type { openLink } from "../../drivers/links/open.ts";
import { type DeviceConfig, type PollConfig, startPolling } from "../../poll/poll.ts";
import type { Board } from "./board.ts";

export type InstrumentsOptions = PollConfig & {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Period of all points instead of the configured ones. */
  readonly everyMs: number | undefined;
  readonly openLink?: typeof openLink;
};

/** How often is looked whether devices still answer. */
const lookMs = 500;

/**
 * Asks the instruments itself, by the agent's own scheduler, and tells the board every reading. Opens only the buses of these
 * devices. Resolves when it has been stopped and nothing is open any more.
 */
export async function watchInstruments(options: InstrumentsOptions, board: Board, signal: AbortSignal): Promise<void> {
  const { clock, everyMs, openLink, random } = options;
  const used = new Set(options.devices.map(({ bus }) => bus));
  const polling = startPolling({
    buses: options.buses.filter(({ name }) => used.has(name)),
    devices: everyMs === undefined ? options.devices : options.devices.map((device) => at(device, everyMs)),
    ...{ clock, random, signal, ...(openLink && { openLink }) },
    emit: async () => {},
    observe: board.note,
  });
  const look = () => {
    const { buses, devices } = polling.status();
    const troubles = new Map(buses.map(({ name, why }) => [name, why]));
    for (const { device, bus, state, lastReplyAt, cycleMs, lastError } of devices)
      board.setState(device, { state, lastReplyAt, cycleMs, why: troubles.get(bus) ?? lastError });
  };
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal);
    look();
  }
  await polling.stop();
}

/** Every point at one period. */
function at({ profile, ...device }: DeviceConfig, everyMs: number): DeviceConfig {
  const points = profile.points.map(({ every: _, ...point }) => point);
  return { ...device, everyMs, profile: { ...profile, points } as typeof profile };
}
