import type { Title } from "@weir/wire/about.ts";
import type { Sample } from "@weir/wire/sample.ts";

/** What a birth says about a device. `device` is null for the gateway itself. */
export type KnownDevice = {
  readonly device: string;
  readonly kind: string;
  readonly model?: string;
  readonly profile?: string;
  readonly title?: Title;
  /** While it answers, something of it is reported at least this often, ms. */
  readonly everyMs?: number;
  /** Names of every metric it may ever send. */
  readonly metrics: readonly string[];
};

export type DeviceState = KnownDevice & { readonly online: boolean; readonly last: ReadonlyMap<string, Sample> };

export type DeviceChange =
  | { readonly change: "online" | "offline"; readonly state: DeviceState }
  /** The list of devices is another one: everything has to be born again. */
  | { readonly change: "list" };

/** What is known now about the gateway and its devices, for births: which there are, whether they answer, their last samples. */
export type DeviceBook = {
  /** The gateway's own metrics; `device` is its name. */
  node(): DeviceState;
  devices(): readonly DeviceState[];
  /** Remembers the newest sample of each metric; null is the gateway. Samples of unknown devices are ignored. */
  note(device: string | null, samples: readonly Sample[]): void;
  setOnline(device: string, online: boolean): void;
  /** Goes over to another list; what is known about devices that stay is kept. */
  replace(devices: readonly KnownDevice[]): void;
  onChange(listener: (change: DeviceChange) => void): () => void;
};

/** A newer reading that is so much older by its time was dated by a clock that has been set back. */
const setBackMs = 60_000;

/** Devices count as online until setOnline says otherwise: a birth with null values comes before the first reading. */
export function createDeviceBook(node: KnownDevice, devices: readonly KnownDevice[]): DeviceBook {
  /** Overwritten in place: a new object for every reading would fill the old generation. */
  type Newest = { -readonly [K in keyof Sample]: Sample[K] };
  type Page = { known: KnownDevice; online: boolean; readonly last: Map<string, Newest> };
  const newPage = (known: KnownDevice): Page => ({ known, online: true, last: new Map() });
  const nodePage = newPage(node);
  let pages = new Map(devices.map((known) => [known.device, newPage(known)]));
  const listeners = new Set<(change: DeviceChange) => void>();
  const tell = (change: DeviceChange) => {
    for (const listener of listeners) listener(change);
  };
  const stateOf = ({ known, online, last }: Page): DeviceState => ({ ...known, online, last });

  return {
    node: () => stateOf(nodePage),
    devices: () => [...pages.values()].map(stateOf),
    note(device, samples) {
      const last = device === null ? nodePage.last : pages.get(device)?.last;
      for (const sample of samples) {
        const newest = last?.get(sample.metric);
        if (!newest) last?.set(sample.metric, { ...sample });
        else if (sample.at >= newest.at || newest.at - sample.at > setBackMs) Object.assign(newest, sample);
      }
    },
    setOnline(device, online) {
      const page = pages.get(device);
      if (!page || page.online === online) return;
      page.online = online;
      tell({ change: online ? "online" : "offline", state: stateOf(page) });
    },
    replace(list) {
      pages = new Map(list.map((known) => [known.device, { ...(pages.get(known.device) ?? newPage(known)), known }]));
      tell({ change: "list" });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
