import { metricOf } from "@weir/device-profiles/metric.ts";
import { type NodeText, parseNodeText } from "@weir/device-profiles/opcua.ts";
import type { OpcuaPoint, OpcuaProfile } from "@weir/device-profiles/schema.ts";
import type { ActiveFault } from "../faults/board.ts";
import type { Tell } from "../modbus/instrument.ts";
import { meaningOf, rawOf } from "./raw.ts";
import type { BrowseName, Shown, VariablePlan } from "./server-plan.ts";

/** An instrument behind a server: which variables it has, what they show, what a write to them does. */
export type OpcuaInstrument = {
  readonly id: string;
  readonly variables: readonly VariablePlan[];
  /** One for each variable, in their order. */
  show(faults: readonly ActiveFault[]): readonly Shown[];
  /** Takes a number that somebody wrote to a variable, booleans as 0 and 1; gives the status code's name. */
  write(index: number, raw: number): string;
};

export type OpcuaInstrumentOptions = {
  readonly id: string;
  readonly profile: OpcuaProfile;
  /** Its own node, as edge.yaml has it; the Objects folder when left out. */
  readonly address?: string | undefined;
  /** URI for browse names that a profile gives without one. */
  readonly own: string;
  readonly tell: Tell;
  /** The instant of the world that is now. */
  readonly worldNow: () => number;
  /** Epoch ms, for source timestamps. */
  readonly now: () => number;
};

/** Makes variables from the points of a profile; points of one node, bits or elements, share one. */
export function createOpcuaInstrument(options: OpcuaInstrumentOptions): OpcuaInstrument {
  const { id, profile, tell, worldNow, now } = options;
  const settings = new Map<string, number>();
  const nodes = [...Map.groupBy(profile.points, ({ at }) => at.node).values()];

  function shown(points: readonly OpcuaPoint[], faults: readonly ActiveFault[], at: number): Shown {
    const told = points.map((point) => [point, tell(metricOf(point), at, settings)] as const);
    const [first] = told;
    return {
      value: points.some(({ at }) => at.element !== undefined)
        ? elementsOf(told)
        : told.length === 1
          ? rawOf(first![0], first![1])
          : told.reduce((word, [point, value]) => word + rawOf(point, value), 0),
      status: statusOf(points, faults),
      at: timeOf(faults) ?? now(),
    };
  }

  return {
    id,
    variables: nodes.map((points) => variableOf(points, options)),
    show: (faults) => {
      const at = worldNow();
      return nodes.map((points) => shown(points, faults, at));
    },
    write(index, raw) {
      const point = nodes[index]?.find(({ write }) => write);
      if (!point?.write) return "BadNotWritable";
      const value = meaningOf(point, raw);
      if (value === undefined || !(value >= point.write.min && value <= point.write.max)) return "BadOutOfRange";
      settings.set(metricOf(point), value);
      return "Good";
    },
  };
}

function elementsOf(told: readonly (readonly [OpcuaPoint, number])[]): readonly number[] {
  const values: number[] = new Array(lengthOf(told.map(([point]) => point))).fill(0);
  for (const [point, value] of told) values[point.at.element ?? 0]! += rawOf(point, value);
  return values;
}

function lengthOf(points: readonly OpcuaPoint[]): number {
  return Math.max(...points.map(({ at }) => (at.element ?? 0) + 1));
}

function statusOf(points: readonly OpcuaPoint[], faults: readonly ActiveFault[]): string {
  for (const { fault } of faults)
    if (fault.fault === "status" && (!fault.metric || points.some((point) => metricOf(point) === fault.metric)))
      return fault.status;
  return "Good";
}

function timeOf(faults: readonly ActiveFault[]): number | undefined {
  return faults.find(({ fault }) => fault.fault === "frozen-time")?.since;
}

function variableOf(points: readonly OpcuaPoint[], options: OpcuaInstrumentOptions): VariablePlan {
  const [{ at }] = points as readonly [OpcuaPoint];
  const { profile, address, own } = options;
  const place = parseNodeText(at.node, profile.namespaces);
  const base = address === undefined ? [] : pathOf(parseNodeText(address, profile.namespaces), options);
  return {
    path: [...base, ...pathOf(place, options)],
    ...("id" in place && { id: { namespace: place.namespace ?? own, id: place.id } }),
    type: at.type,
    ...(points.some((point) => point.at.element !== undefined) && { length: lengthOf(points) }),
    ...(points.some(({ write }) => write) && { writable: true }),
  };
}

/** A step without namespace is in the server's own; a pattern is some name that fits it. */
function pathOf(place: NodeText, { own }: OpcuaInstrumentOptions): readonly BrowseName[] {
  if ("id" in place) return [{ namespace: place.namespace ?? own, name: place.id.slice(2) }];
  return place.steps.map(({ namespace, name, isPattern }) => ({
    namespace: namespace ?? own,
    name: isPattern ? name.replaceAll("*", "") || "Signal" : name,
  }));
}
