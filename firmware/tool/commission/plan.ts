import { modelOf } from "../../nodes/variants.ts";
import type { NodeBus } from "./bus.ts";
import { noSerial } from "./by-serial.ts";
import type { Census } from "./search.ts";

export type Assignment = { readonly serial: number; readonly address: number };

/** What every node leaves the factory with; many may have it at a time. */
export const factoryAddress = 247;

/** All that stands in the way of these assignments, before any is made. An address is also asked for: it may be another instrument's. */
export async function faultsOf(
  bus: Pick<NodeBus, "isTaken">,
  { nodes, twins }: Census,
  assignments: readonly Assignment[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  const named = nodes
    .map((node) => node.serial)
    .filter((serial) => serial !== noSerial && !twins.includes(serial))
    .sort((a, b) => a - b);
  const moved = new Set(assignments.map(({ serial }) => serial));
  const wanted = new Map<number, number>();
  for (const { serial, address } of assignments) {
    const node = nodes.find((each) => each.serial === serial);
    if (twins.includes(serial)) faults.push(`${serial}: several nodes have this serial number, and all would move`);
    else if (!node)
      faults.push(`${serial}: no node of this line has this serial number; there are ${named.join(", ") || "none"}`);
    if (address === factoryAddress) continue;
    const rival = wanted.get(address);
    if (rival !== undefined) faults.push(`${serial}: address ${address} is for ${rival} already`);
    wanted.set(address, serial);
    const owner = nodes.find((each) => each.address === address && each.serial !== serial);
    if (owner && !moved.has(owner.serial))
      faults.push(
        `${serial}: address ${address} belongs to ${owner.serial === noSerial ? "a node without serial number" : owner.serial}, ${modelOf(owner.hardwareClass)}`,
      );
    else if (!owner && node?.address !== address && (await bus.isTaken(address)))
      faults.push(`${serial}: another instrument answers at address ${address}`);
  }
  return faults;
}

/** Those whose address is wanted for another: they have to leave it first. */
export function inTheWay({ nodes }: Census, assignments: readonly Assignment[]): readonly number[] {
  return assignments
    .map(({ serial }) => nodes.find((node) => node.serial === serial)!)
    .filter(
      ({ serial, address }) =>
        address !== factoryAddress && assignments.some((other) => other.address === address && other.serial !== serial),
    )
    .map(({ serial }) => serial);
}

/** A free address for every node that has none of its own and none in `assignments`: the lowest from `from` on, by serial number. */
export async function chooseFree(
  bus: Pick<NodeBus, "isTaken">,
  { nodes, twins }: Census,
  assignments: readonly Assignment[],
  from: number,
): Promise<readonly Assignment[]> {
  const provided = new Set(assignments.map(({ serial }) => serial));
  const homeless = nodes
    .filter(
      ({ serial, address }) =>
        serial !== noSerial &&
        !provided.has(serial) &&
        !twins.includes(serial) &&
        (address === factoryAddress || nodes.some((other) => other.address === address && other.serial < serial)),
    )
    .map(({ serial }) => serial)
    .sort((a, b) => a - b);
  const taken = new Set([...nodes.map(({ address }) => address), ...assignments.map(({ address }) => address)]);
  const chosen: Assignment[] = [];
  let address = from;
  for (const serial of homeless) {
    while (address < factoryAddress && (taken.has(address) || (await bus.isTaken(address)))) address++;
    if (address >= factoryAddress)
      throw new Error(
        `there is no free address from ${from} to ${factoryAddress - 1} for ${serial}; choose a lower --from`,
      );
    chosen.push({ serial, address: address++ });
  }
  return chosen;
}
