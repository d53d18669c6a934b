import { metricOf } from "@weir/device-profiles/metric.ts";
import type { FirmataPoint, FirmataProfile } from "@weir/device-profiles/schema.ts";
import type { Settings, Tell } from "../modbus/instrument.ts";
import type { Chip, Wiring } from "./board.ts";
import { bme280, mcp9808 } from "./chips.ts";

/** One instrument of a board: a profile, and what it shows of the world. */
export type Member = { readonly name: string; readonly profile: FirmataProfile; readonly tell: Tell };

export type NodeOptions = {
  readonly members: readonly Member[];
  readonly worldNow: () => number;
  /** False while the chips of an instrument do not answer. */
  readonly hasChips: (name: string) => boolean;
  readonly sketch: () => string;
};

/**
 * How far the mains have gone, in turns, from one report to the next. A board's instants have nothing to do with our timers, which bunch on a
 * busy machine; the golden ratio spreads any number of reports evenly over the wave.
 */
const turnsPerReport = (Math.sqrt(5) - 1) / 2;
const middle = 512;

/** What instruments of a board are wired to, as their profiles say. Outputs follow the world until they are written. */
export function wire({ members, worldNow, hasChips, sketch }: NodeOptions): Wiring {
  let reports = 0;
  const settings = members.map(() => new Map<string, number>());
  const points = members.flatMap(({ profile, tell }, i) =>
    profile.points.map((point) => ({
      point,
      settings: settings[i]!,
      show: () => tell(metricOf(point), worldNow(), settings[i]! as Settings),
    })),
  );
  const find = (fits: (at: FirmataPoint["at"]) => boolean) => points.find(({ point }) => fits(point.at));
  const output = (pin: number) =>
    find((at) => ("output" in at && at.output === pin) || ("pwm" in at && at.pwm === pin));

  return {
    analog: (channel) => {
      const found = find((at) => "analog" in at && at.analog === channel);
      if (!found) return 0;
      const raw = rawOf(found.point, found.show());
      const isAlternating = "take" in found.point.at && found.point.at.take === "rms";
      return isAlternating ? middle + raw * Math.SQRT2 * Math.sin(2 * Math.PI * turnsPerReport * reports++) : raw;
    },
    level: (pin) => {
      const found = find((at) => "digital" in at && at.digital === pin);
      return found && rawOf(found.point, found.show()) > 0 ? 1 : 0;
    },
    state: (pin) => {
      const found = output(pin);
      return found ? Math.round(rawOf(found.point, found.show())) : 0;
    },
    set: (pin, value) => {
      const found = output(pin);
      found?.settings.set(metricOf(found.point), meaning(found.point, value));
    },
    started: () => {
      for (const each of settings) each.clear();
    },
    chips: new Map(members.flatMap(chipsOf(worldNow))),
    hasChip: (address) =>
      members.every(
        ({ name, profile }) => !profile.points.some(({ at }) => "i2c" in at && at.i2c === address) || hasChips(name),
      ),
    sketch,
  };
}

function chipsOf(worldNow: () => number): (member: Member) => (readonly [number, Chip])[] {
  return ({ profile, tell }) => {
    const show = (metric: string) => tell(metric, worldNow(), new Map());
    return profile.points.flatMap(({ at, ...point }): (readonly [number, Chip])[] => {
      if ("sensor" in at) return at.sensor === "BME280" ? [[at.i2c, bme280(show)]] : [];
      return "bytes" in at && at.bits === 13 ? [[at.i2c, mcp9808(() => show(metricOf(point)))]] : [];
    });
  };
}

/** The raw number that comes to this value. */
function rawOf({ states, scale, offset }: FirmataPoint, value: number): number {
  const state = Object.entries(states ?? {}).find(([, state]) => state.value === value);
  return state ? Number(state[0]) : (value - offset) / scale;
}

function meaning({ states, scale, offset }: FirmataPoint, raw: number): number {
  return states?.[String(raw)]?.value ?? raw * scale + offset;
}
