import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFacts } from "@weir/cloud/facts/write.ts";
import { openDirectory } from "@weir/cloud/ingest/directory-book.ts";
import { startIngest } from "@weir/cloud/ingest/ingest.ts";
import { latestTable } from "@weir/cloud/ingest/latest-table.ts";
import { openLedger } from "@weir/cloud/ledger/book.ts";
import { openDays } from "@weir/cloud/ledger/days-book.ts";
import { type MemoryStore, openMemoryStore } from "@weir/cloud/store/memory.ts";
import type { Store } from "@weir/cloud/store/store.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { type VirtualClock, virtualClock } from "@weir/wire/clock.ts";
import { pino } from "pino";
import { type FleetGateway, type Luck, startGateway } from "./fleet-gateway.ts";
import { createNetwork, type Network } from "./fleet-network.ts";

export type FleetOptions<Name extends string> = {
  /** Site of all, and in the cloud's own name. */
  readonly name: string;
  readonly startAt: number;
  readonly profile: Profile;
  /** By name; each has one instrument, `<name>-probe`, which is read once a minute. */
  readonly gateways: Readonly<Record<Name, Luck>>;
  /** Before what the store is given. */
  readonly write?: (well: MemoryStore) => Store["write"];
};

/**
 * A cloud as cloud/main.ts puts it together and its gateways, on one virtual clock: their outboxes and the cloud's books are on disk; wires, broker
 * and store are memory.
 */
export type Fleet<Name extends string> = {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly store: MemoryStore;
  /** The device that the cloud's own facts stand under. */
  readonly host: string;
  gateway(name: Name): FleetGateway;
  /** The same gateway on a new disk. */
  loseDisk(name: Name): Promise<void>;
  killCloud(): Promise<void>;
  end(): Promise<void>;
};

export async function startFleet<Name extends string>(options: FleetOptions<Name>): Promise<Fleet<Name>> {
  const { name: site, profile } = options;
  // Two hours of everybody's fsync: in memory where that is to be had.
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "weir-fleet-"));
  const clock = virtualClock(options.startAt);
  const network = createNetwork(clock);
  const memory = openMemoryStore();
  const store = { ...memory, ...(options.write && { write: options.write(memory) }) };
  const file = join(folder, "cloud.db");
  const [ledger, directory] = [openLedger({ file, clock }), openDirectory({ file, clock })];
  const days = openDays({ file, timeZone: "Asia/Shanghai", registered: directory.devices, clock });
  const cloud = { store, ledger, directory, days, latest: latestTable(clock), clock, log: pino({ level: "silent" }) };
  const { broker } = network;
  const ingest = await startIngest({ ...cloud, broker, commands: { replied: () => undefined }, random: () => 0.5 });
  const looks = { memoryUsage: process.memoryUsage, uptime: () => clock.monotonic() / 1000 };
  const host = `cloud-${site}`;
  const facts = startFacts({ ...cloud, host, stats: ingest.stats, process: looks });
  let killed: Promise<unknown> | undefined;
  async function killCloud() {
    killed ??= Promise.all([facts.close(), broker.close(), ingest.close()]);
    await killed;
  }

  const gateways = new Map<Name, FleetGateway>();
  async function start(name: Name, luck: Luck = options.gateways[name]): Promise<void> {
    const connect = network.connectOf(name);
    gateways.set(name, await startGateway({ ...{ site, gateway: name, folder, profile, clock, connect }, ...luck }));
  }
  for (const name of Object.keys(options.gateways) as Name[]) await start(name);

  return {
    ...{ clock, network, store: memory, host, killCloud },
    gateway: (name) => gateways.get(name)!,
    async loseDisk(name) {
      await gateways.get(name)!.kill();
      const luck = options.gateways[name];
      const outbox = { ...luck.outbox, file: join(folder, `${name}-2.db`), random: () => 0.25 };
      await start(name, { ...luck, outbox });
    },
    async end() {
      await Promise.all([...gateways.values()].map((gateway) => gateway.kill()));
      await killCloud();
      for (const book of [days, directory, ledger]) book.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
