import type { Profile } from "@weir/device-profiles/schema.ts";
import { type VirtualClock, virtualClock } from "@weir/wire/clock.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { LinkError } from "../drivers/driver.ts";
import { createTestLink, type TestLink } from "../drivers/test-link.ts";
import { answerTcp, createSlave, type Slave } from "../drivers/test-slave.ts";
import {
  type BusConfig,
  type DeviceConfig,
  type PollEvent,
  type Polling,
  type PollOptions,
  startPolling,
} from "./poll.ts";

/** For tests: buses in memory with slaves on them, polled on a virtual clock. */
export type Field = {
  readonly clock: VirtualClock;
  readonly polling: Polling;
  readonly emitted: { readonly device: string; readonly at: number; readonly samples: readonly Sample[] }[];
  readonly events: PollEvent[];
  /** When which request went out on which bus: monotonic ms, unit, PDU in hex. */
  readonly requests: { readonly at: number; readonly bus: string; readonly unit: number; readonly pdu: string }[];
  readonly slaves: Map<string, Slave[]>;
  readonly links: Map<string, TestLink>;
  /** Buses that cannot be opened now. */
  readonly unplugged: Set<string>;
};

export type FieldOptions = Partial<Omit<PollOptions, "buses" | "devices" | "clock" | "openLink">> & {
  /** How long each slave takes. */
  readonly delayMs?: number;
};

/** One bus a name; registers 0 to 199 of every slave hold their own number. */
export function createField(devices: readonly DeviceConfig[], options: FieldOptions = {}): Field {
  const clock = virtualClock(1_700_000_000_000);
  const slaves = new Map<string, Slave[]>();
  const links = new Map<string, TestLink>();
  const unplugged = new Set<string>();
  const { delayMs = 20, ...rest } = options;
  const forever = new AbortController().signal;
  const field: Omit<Field, "polling"> = { clock, emitted: [], events: [], requests: [], slaves, links, unplugged };
  for (const { bus, unit = 1 } of devices) {
    const own = slaves.get(bus) ?? [];
    slaves.set(bus, own);
    if (!own.some((slave) => slave.unit === unit)) own.push(createFullSlave(unit));
  }
  const polling = startPolling({
    random: () => 0,
    signal: forever,
    ...rest,
    buses: busesOf(devices),
    devices,
    clock,
    emit: async (device, kind, samples) => {
      field.emitted.push({ device, at: clock.monotonic(), samples });
      await rest.emit?.(device, kind, samples);
    },
    report: (event) => field.events.push(event),
    openLink: async (transport) => {
      const bus = "host" in transport ? transport.host : "path" in transport ? transport.path : "board";
      if (unplugged.has(bus)) throw new LinkError("refused", `${bus} is unplugged`);
      const link = createTestLink(clock, (bytes) => {
        const pdu = Buffer.from(bytes.subarray(7)).toString("hex");
        field.requests.push({ at: clock.monotonic(), bus, unit: bytes[6]!, pdu });
        const reply = answerTcp(slaves.get(bus) ?? [], bytes);
        if (reply) void clock.sleep(delayMs, forever).then(() => link.push(reply));
      });
      links.set(bus, link);
      return link;
    },
  });
  return { ...field, polling };
}

export function busesOf(devices: readonly DeviceConfig[]): readonly BusConfig[] {
  return [...new Set(devices.map(({ bus }) => bus))].map((name) => ({
    name,
    transport: { kind: "tcp", host: name, port: 502 },
    connectTimeoutMs: 1000,
  }));
}

export function createFullSlave(unit: number): Slave {
  return createSlave(unit, Object.fromEntries(Array.from({ length: 200 }, (_, n) => [n, n])));
}

export function device(id: string, profile: Profile, rest: Partial<DeviceConfig> = {}): DeviceConfig {
  return { id, bus: "line-1", unit: 1, profile, everyMs: 1000, ...rest };
}
