import type { ProfilePoint } from "@weir/device-profiles/schema.ts";
import type { EdgeConfig } from "../../config.ts";
import { layOut, type Reading } from "../../poll/reading.ts";

/** One point, and what has been seen of it since the watch began. */
export type WatchedPoint = {
  readonly metric: string;
  readonly point: ProfilePoint;
  /** undefined before the first reading. */
  newest: Reading | undefined;
  /** Of all values, in the quantity's unit. */
  least: number | undefined;
  most: number | undefined;
  readings: number;
  good: number;
};

/** What a source says of a device beside its values; `why` is the last thing that went wrong, with what to check. */
export type DeviceState = {
  readonly state: "starting" | "up" | "down";
  readonly lastReplyAt: number | undefined;
  readonly cycleMs: number | undefined;
  readonly why: string | undefined;
};

export type WatchedDevice = {
  readonly id: string;
  readonly bus: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly points: readonly WatchedPoint[];
  now: DeviceState;
};

export type Change =
  /** changed: value or quality differ from those of the reading before. */
  | {
      readonly change: "reading";
      readonly device: WatchedDevice;
      readonly point: WatchedPoint;
      readonly changed: boolean;
    }
  | { readonly change: "state"; readonly device: WatchedDevice }
  | { readonly change: "source" };

/** What is being watched: the newest reading of each point, and what there was since the start. */
export type Board = {
  readonly devices: readonly WatchedDevice[];
  /** Why nothing new comes, where the source itself has a trouble. */
  trouble(): string | undefined;
  setTrouble(why: string | undefined): void;
  /** Takes readings of one device; one that was seen already counts once. Devices and metrics that are not watched are passed over. */
  note(device: string, readings: readonly Reading[]): void;
  setState(device: string, state: DeviceState): void;
  /** True when the newest reading of every point is good. */
  isGood(): boolean;
};

export type BoardOptions = Pick<EdgeConfig, "devices" | "titles"> & { readonly onChange: (change: Change) => void };

export function createBoard({ devices: configs, titles, onChange }: BoardOptions): Board {
  const devices = configs.map(({ id, bus, profile }): WatchedDevice => {
    const points = layOut(profile.points).points.map(({ metric, point }): WatchedPoint => {
      return { metric, point, newest: undefined, least: undefined, most: undefined, readings: 0, good: 0 };
    });
    const now = { state: "starting", lastReplyAt: undefined, cycleMs: undefined, why: undefined } as const;
    return { id, bus, title: titles.get(id) ?? profile.names, points, now };
  });
  const known = new Map(devices.map((device) => [device.id, device]));
  let trouble: string | undefined;

  function take(device: WatchedDevice, point: WatchedPoint, reading: Reading): void {
    const { newest } = point;
    const changed = newest?.value !== reading.value || newest.quality !== reading.quality;
    if (newest && !changed && newest.at === reading.at) return;
    point.newest = reading;
    point.readings++;
    if (reading.quality === "good") point.good++;
    if (reading.value !== null) {
      point.least = Math.min(point.least ?? reading.value, reading.value);
      point.most = Math.max(point.most ?? reading.value, reading.value);
    }
    onChange({ change: "reading", device, point, changed });
  }

  return {
    devices,
    trouble: () => trouble,
    setTrouble(why) {
      if (why === trouble) return;
      trouble = why;
      onChange({ change: "source" });
    },
    note(id, readings) {
      const device = known.get(id);
      if (!device) return;
      const points = new Map(device.points.map((point) => [point.metric, point]));
      for (const { earlier = [], ...reading } of readings) {
        const point = points.get(reading.metric);
        if (point) for (const each of [...earlier, reading]) take(device, point, each);
      }
    },
    setState(id, state) {
      const device = known.get(id);
      if (!device) return;
      const { now } = device;
      device.now = state;
      if (now.state !== state.state || (state.state !== "up" && now.why !== state.why))
        onChange({ change: "state", device });
    },
    isGood: () => devices.every(({ points }) => points.every(({ newest }) => newest?.quality === "good")),
  };
}
