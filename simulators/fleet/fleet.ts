import type { Clock } from "@weir/wire/clock.ts";
import { plainly } from "../faults/reply.ts";
import { serveBus } from "../modbus/bus.ts";
import type { Unit } from "../modbus/pdu.ts";
import type { BusPlan } from "../plan.ts";

/** Points of a unit of the fleet: what fleet/generic-30.yaml reads. */
export const fleetPoints = 30;

export type FleetOptions = {
  readonly units: number;
  /** Over how many TCP ports they are spread. */
  readonly ports: number;
  readonly host: string;
  /** The first port; 0 takes free ones. */
  readonly portBase: number;
  readonly clock: Clock;
};

export type FleetPlan = {
  readonly buses: readonly Omit<BusPlan, "place">[];
  readonly devices: readonly { readonly id: string; readonly bus: string; readonly unit: number }[];
};

/**
 * Many equal instruments at little cost, for measuring what reads them: each has 30 floats in holding registers 0 to 59
 * (big-endian), all of which change every second. Modbus TCP. Resolves once every port listens.
 */
export async function serveFleet(options: FleetOptions, signal: AbortSignal): Promise<FleetPlan> {
  const { units, ports, host, portBase, clock } = options;
  const perPort = Math.ceil(units / ports);
  const buses = Array.from({ length: Math.ceil(units / perPort) }, (_, i) => ({
    name: `fleet-${i + 1}`,
    first: i * perPort,
    count: Math.min(perPort, units - i * perPort),
  }));
  const taken = await Promise.all(
    buses.map(({ name, first, count }, i) =>
      serveBus(
        {
          name,
          kind: "tcp",
          host,
          port: portBase === 0 ? 0 : portBase + i,
          units: new Map(Array.from({ length: count }, (_, u) => [u + 1, fleetUnit(first + u, clock)])),
          deliver: (_, frame) => plainly(frame),
          clock,
        },
        signal,
      ),
    ),
  );
  return {
    buses: buses.map(({ name }, i) => ({ name, kind: "tcp" as const, host, port: taken[i]! })),
    devices: buses.flatMap(({ name, first, count }) =>
      Array.from({ length: count }, (_, u) => ({
        id: `fleet-${String(first + u + 1).padStart(4, "0")}`,
        bus: name,
        unit: u + 1,
      })),
    ),
  };
}

/** What point `point` of unit `number` shows in a given second: 0.3 to 0.8, never the same in two seconds that follow. */
export function fleetValue(number: number, point: number, second: number): number {
  return Math.fround(0.3 + ((second * 7 + number * 13 + point * 29) % 500) / 1000);
}

function fleetUnit(number: number, clock: Clock): Unit {
  const view = new DataView(new ArrayBuffer(fleetPoints * 4));
  const words = new Uint16Array(fleetPoints * 2);
  let shown = Number.NaN;

  function refresh(): void {
    const second = Math.floor(clock.now() / 1000);
    if (second === shown) return;
    shown = second;
    for (let point = 0; point < fleetPoints; point++) view.setFloat32(point * 4, fleetValue(number, point, second));
    for (let i = 0; i < words.length; i++) words[i] = view.getUint16(i * 2);
  }

  return {
    read(table, start, count) {
      if (count === 0) return { exception: 3 };
      if (table !== "holding" || start + count > words.length) return { exception: 2 };
      refresh();
      return words.subarray(start, start + count);
    },
    write: () => ({ exception: 2 }),
  };
}
