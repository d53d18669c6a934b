import type { ModbusAddress } from "@weir/device-profiles/schema.ts";

/** What has been learnt of one device by being refused. */
export type Knowledge = {
  /** Grows with every change, so that a plan made before is known to be old. */
  revision(): number;
  /** The device refuses a request that reads across the start of this value. */
  cutBefore(address: ModbusAddress): void;
  /** The cause has been found elsewhere: forgets all cuts. */
  joinAll(): void;
  isCut(address: ModbusAddress): boolean;
  /** The device has no such register. Asked again at retryAt (monotonic ms). */
  condemn(address: ModbusAddress, retryAt: number): void;
  absolve(address: ModbusAddress): void;
  /** undefined: as far as known the register is there. */
  retryAt(address: ModbusAddress): number | undefined;
  unsupported(): readonly ModbusAddress[];
};

export function createKnowledge(): Knowledge {
  const cuts = new Set<string>();
  const condemned = new Map<string, { readonly address: ModbusAddress; readonly retryAt: number }>();
  let revision = 0;
  return {
    revision: () => revision,
    cutBefore: (address) => {
      cuts.add(keyOf(address));
      revision++;
    },
    joinAll: () => {
      cuts.clear();
      revision++;
    },
    isCut: (address) => cuts.size > 0 && cuts.has(keyOf(address)),
    condemn: (address, retryAt) => {
      condemned.set(keyOf(address), { address, retryAt });
      revision++;
    },
    absolve: (address) => {
      if (condemned.delete(keyOf(address))) revision++;
    },
    retryAt: (address) => (condemned.size > 0 ? condemned.get(keyOf(address))?.retryAt : undefined),
    unsupported: () => [...condemned.values()].map(({ address }) => address),
  };
}

function keyOf({ table, register }: ModbusAddress): string {
  return `${table} ${register}`;
}
