import type { Device, Gateway, Reading, Session } from "../api/answers.ts";
import { AskError, askDevices, askGateways, askLatest, askSession } from "./ask.ts";
import { after, now, setServerTime } from "./clock.ts";

/** What the console knows of the city, and whether that is still fed. Replaced as a whole at each change. */
export type City = {
  /** loading: nothing yet; live: the stream runs; lost: it does not, and everything shown is as of asOf; closed: sign in first. */
  readonly link: "loading" | "live" | "lost" | "closed";
  /** When the stream last said anything, epoch ms by the server's clock. 0: never. */
  readonly asOf: number;
  readonly why: string;
  readonly session: Session | undefined;
  readonly devices: ReadonlyMap<string, Device>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  /** By device, then by metric. */
  readonly readings: ReadonlyMap<string, ReadonlyMap<string, Reading>>;
};

export function keyOf(site: string, name: string): string {
  return `${site}\n${name}`;
}

/** Puts readings in; of two of one series the later one stays, whatever order they come in. */
export function mergeReadings(known: City["readings"], fresh: readonly Reading[]): City["readings"] {
  const merged = new Map(known);
  const touched = new Set<string>();
  for (const reading of fresh) {
    const key = keyOf(reading.site, reading.device);
    if (!touched.has(key)) {
      merged.set(key, new Map(merged.get(key)));
      touched.add(key);
    }
    const ofDevice = merged.get(key) as Map<string, Reading>;
    const before = ofDevice.get(reading.metric);
    if (before === undefined || before.at <= reading.at) ofDevice.set(reading.metric, reading);
  }
  return merged;
}

const nothing: City = {
  link: "loading",
  asOf: 0,
  why: "",
  session: undefined,
  devices: new Map(),
  gateways: new Map(),
  readings: new Map(),
};

/** Longer than two heartbeats of the server. */
const silenceMs = 25_000;
const retryMs = 3000;

/** Follows the city for as long as the page is open. listener is called after each change. */
export function followCity(listener: (city: City) => void): { restart(): void } {
  let city = nothing;
  let stream: EventSource | undefined;
  let cancelSilence = () => {};
  let cancelRetry = () => {};

  const change = (part: Partial<City>) => {
    city = { ...city, ...part };
    listener(city);
  };
  const heard = () => {
    cancelSilence();
    cancelSilence = after(silenceMs, () => lose("the server is silent"));
    return now();
  };
  const lose = (why: string) => {
    stream?.close();
    cancelSilence();
    cancelRetry();
    change({ link: "lost", why });
    cancelRetry = after(retryMs, () => void start());
  };

  const putDevices = (list: readonly Device[]) =>
    new Map([...city.devices, ...list.map((each) => [keyOf(each.site, each.device), each] as const)]);
  const putGateways = (list: readonly Gateway[]) =>
    new Map([...city.gateways, ...list.map((each) => [keyOf(each.site, each.gateway), each] as const)]);

  async function load() {
    const [devices, gateways, latest] = await Promise.all([askDevices(), askGateways(), askLatest()]);
    setServerTime(latest.at);
    change({
      link: "live",
      why: "",
      asOf: heard(),
      devices: putDevices(devices.devices),
      gateways: putGateways(gateways.gateways),
      readings: mergeReadings(city.readings, latest.readings),
    });
  }

  async function start() {
    try {
      const session = await askSession();
      if (session.access === null) return change({ link: "closed", session });
      change({ session });
    } catch (error) {
      return lose(error instanceof AskError ? error.message : String(error));
    }
    const opened = new EventSource("api/v1/live");
    stream = opened;
    let loaded = false;
    const on = <T>(event: string, take: (data: T) => Partial<City>) =>
      opened.addEventListener(event, ({ data }: MessageEvent<string>) => {
        const part = take(JSON.parse(data) as T);
        change({ asOf: heard(), ...part });
      });
    on<{ at: number }>("clock", ({ at }) => {
      setServerTime(at);
      if (!loaded) load().catch((error: unknown) => lose(error instanceof Error ? error.message : String(error)));
      loaded = true;
      return {};
    });
    on<Reading[]>("readings", (list) => ({ readings: mergeReadings(city.readings, list) }));
    on<Device[]>("devices", (list) => ({ devices: putDevices(list) }));
    on<Gateway[]>("gateways", (list) => ({ gateways: putGateways(list) }));
    opened.addEventListener("error", () => lose("the stream ended"));
    cancelSilence();
    cancelSilence = after(silenceMs, () => lose("the server is silent"));
  }

  void start();
  return {
    restart() {
      stream?.close();
      cancelSilence();
      cancelRetry();
      city = nothing;
      change({});
      void start();
    },
  };
}
