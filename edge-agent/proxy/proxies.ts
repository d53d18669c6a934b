import type { Reach } from "../poll/poll.ts";
import { createForwarder } from "./forward.ts";
import { type ProxyConfig, type ProxyOptions, type ProxyServer, type ProxyStatus, startProxyServer } from "./server.ts";

export type ProxiesOptions = Pick<ProxyOptions, "clock" | "random" | "log"> & {
  readonly configs: readonly ProxyConfig[];
  /** How a unit on a bus is reached now. */
  readonly reach: (bus: string, unit: number) => Reach | undefined;
};

/** The doors through which other masters ask on our buses. */
export type Proxies = {
  /** Those that differ are closed and opened anew, the others keep their clients. */
  apply(configs: readonly ProxyConfig[]): Promise<void>;
  /** By bus. */
  status(): ReadonlyMap<string, ProxyStatus>;
  /** Resolves when nothing listens any more. */
  close(): Promise<void>;
};

export function startProxies({ configs, reach, clock, random, log }: ProxiesOptions): Proxies {
  const open = new Map<string, { readonly key: string; readonly server: ProxyServer }>();
  let applying: Promise<void> = Promise.resolve();

  async function change(wanted: readonly ProxyConfig[]): Promise<void> {
    const keys = new Set(wanted.map(keyOf));
    const gone = [...open].filter(([, { key }]) => !keys.has(key));
    for (const [bus] of gone) open.delete(bus);
    await Promise.all(gone.map(([, { server }]) => server.close()));
    for (const config of wanted) if (!open.has(config.bus)) open.set(config.bus, start(config));
  }

  function start(config: ProxyConfig) {
    const { bus, write, waitMs } = config;
    const forwarder = createForwarder({ reach: (unit) => reach(bus, unit), write, waitMs, clock, random });
    return { key: keyOf(config), server: startProxyServer({ config, forwarder, clock, random, log }) };
  }

  for (const config of configs) open.set(config.bus, start(config));

  return {
    apply: (wanted) => {
      applying = applying.then(() => change(wanted));
      return applying;
    },
    status: () => new Map([...open].map(([bus, { server }]) => [bus, server.status()])),
    close: async () => {
      await applying;
      await Promise.all([...open.values()].map(({ server }) => server.close()));
      open.clear();
    },
  };
}

const keyOf = (config: ProxyConfig) => JSON.stringify(config);
