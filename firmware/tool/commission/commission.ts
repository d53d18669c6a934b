import { describeNode } from "@weir/wire/firmware/identity.ts";
import { modelOf, variants } from "../../nodes/variants.ts";
import { type Emit, Failure } from "../events.ts";
import { type NodeAnswer, nodeOf } from "../modbus.ts";
import type { PortSettings } from "../port.ts";
import type { NodeBus } from "./bus.ts";
import { type Answer, type Heard, noSerial } from "./by-serial.ts";
import { type Assignment, chooseFree, factoryAddress, faultsOf, inTheWay } from "./plan.ts";
import { type Census, search } from "./search.ts";

export type CommissionOptions = {
  readonly assignments: readonly Assignment[];
  /** Nodes without an address of their own get the first free ones from here on. */
  readonly from?: number | undefined;
  /** For the one node of the line that has none. */
  readonly serial?: number | undefined;
  /** What the nodes that were assigned shall talk at from now on. */
  readonly settings?: PortSettings | undefined;
};

/** A node that was given its address and read back there. */
export type Commissioned = { readonly serial: number; readonly address: number; readonly profile: string | undefined };

const nothingWritten = "no node was given another address";
const registers = { address: 0x00, speed: 0x01, command: 0x03, serial: 0x30 } as const;
const restart = 0x5252;
const parities = { none: 0, odd: 1, even: 2 } as const;
const claims = 3;
/** So long a bootloader may listen before it starts its node. */
const bootloaderMs = 2500;

/**
 * Finds every node of a line, tells what is wrong there, and gives addresses: each is read back at its new place before the next one is
 * given. Rejects with a Failure that says which node has what; nothing is given when any of it could not be right.
 */
export async function commission(
  bus: NodeBus,
  { assignments, from, serial, settings }: CommissionOptions,
  emit: Emit,
): Promise<readonly Commissioned[]> {
  let census = await takeCensus(bus, emit);
  if (isEmpty(census)) {
    await bus.wait(bootloaderMs); // opening the port may have reset a board
    census = await takeCensus(bus, emit);
  }
  if (isEmpty(census)) throw nobody(bus.name);
  if (serial !== undefined) {
    await giveSerial(bus, census, serial, emit);
    census = await takeCensus(bus, () => {});
  }
  const wanted =
    from === undefined ? assignments : [...assignments, ...(await chooseFree(bus, census, assignments, from))];
  if (wanted.length === 0 && from === undefined && serial === undefined) return healthy(census);
  const faults = await faultsOf(bus, census, wanted);
  if (faults.length > 0)
    throw new Failure(faults.join("\n"), {
      causes: [],
      next: "weir-firmware commission --port … alone shows who is on the line",
      board: nothingWritten,
    });
  for (const each of inTheWay(census, wanted)) await claim(bus, each, factoryAddress);
  const done: Commissioned[] = [];
  for (const assignment of wanted) done.push(await assign(bus, census, assignment, emit, done));
  if (settings) await setLine(bus, done, settings, emit);
  return done;
}

async function takeCensus(bus: NodeBus, emit: Emit): Promise<Census> {
  let questions = 0;
  const found: Answer[] = [];
  const ask: NodeBus["askAll"] = async (request) => {
    questions++;
    if (questions % 40 === 0) emit({ event: "searching", questions, found: found.length });
    return bus.askAll(request);
  };
  const census = await search(ask, (node) => {
    found.push(node);
    emit({ event: "node", serial: shown(node.serial), address: node.address, model: modelOf(node.hardwareClass) });
  });
  for (const serial of census.twins) emit({ event: "twins", serial: shown(serial) });
  for (const [address, nodes] of Map.groupBy(census.nodes, (node) => node.address))
    if (nodes.length > 1 && address !== factoryAddress)
      emit({ event: "shared", address, serials: nodes.map(({ serial }) => shown(serial)) });
  if (census.unclear)
    throw new Failure(
      `the line is not clear: after ${census.questions} questions and ${census.nodes.length} nodes something still answers that is no node`,
      {
        causes: [
          "another master polls this line: stop weir-edge there, or go through its proxy (--port proxy:host:port)",
          "the line has no termination or bias, A and B are swapped somewhere, or the cable runs beside a power line",
          "an instrument on it answers to what is not meant for it",
        ],
        next: "stop the other master, then take half of the line off and try again",
        board: nothingWritten,
      },
    );
  return census;
}

const isEmpty = ({ nodes, twins }: Census) => nodes.length === 0 && twins.length === 0;

const nobody = (place: string) =>
  new Failure(`no node answers at ${place}`, {
    causes: [
      "the nodes have no power, or A and B are swapped",
      "the line's speed or parity is not theirs: --line-speed and --parity; the factory's are 19200 and even",
      "this is not the line's port",
    ],
    next: "weir-edge scan serial <port> finds what answers at any speed; node by node: weir-firmware monitor",
    board: nothingWritten,
  });

/** Only looking at a line where something is wrong is no success either. */
function healthy({ nodes, twins }: Census): readonly Commissioned[] {
  const addresses = nodes.map(({ address }) => address).filter((address) => address !== factoryAddress);
  if (twins.length === 0 && new Set(addresses).size === addresses.length) return [];
  throw new Failure("some nodes of this line cannot be told apart", {
    causes: [],
    next: "see twins and shared above",
    board: nothingWritten,
  });
}

async function giveSerial(bus: NodeBus, { nodes, twins }: Census, serial: number, emit: Emit): Promise<void> {
  const without = nodes.filter((node) => node.serial === noSerial);
  const [node] = without;
  const why = twins.includes(noSerial)
    ? "several nodes have no serial number"
    : !node
      ? "every node of this line has a serial number, and that is for good"
      : nodes.some((each) => each.serial === serial) || twins.includes(serial)
        ? `serial number ${serial} is another node's`
        : undefined;
  if (why !== undefined || !node)
    throw new Failure(why ?? "", {
      causes: [],
      next: "leave one node on the line that has none",
      board: nothingWritten,
    });
  // others at its address say no to this, and spoil its answer: what counts is who answers to the number afterwards
  await bus.write(node.address, registers.serial, [serial >>> 16, serial & 0xffff]);
  await bus.wait(300);
  const heard = await bus.askAll({ what: "mute", serial }); // what was found is muted, and answers to this alone
  if (typeof heard === "string")
    throw new Failure(`the node did not take serial number ${serial}`, {
      causes: ["the line was disturbed just then", "its EEPROM is worn out"],
      next: "say it again",
      board: nothingWritten,
    });
  emit({ event: "serial-given", serial });
}

async function assign(
  bus: NodeBus,
  { nodes }: Census,
  { serial, address }: Assignment,
  emit: Emit,
  before: readonly Commissioned[],
): Promise<Commissioned> {
  const was = nodes.find((node) => node.serial === serial)!.address;
  const left = (state: string) =>
    `${before.length === 0 ? "no other node was given an address" : `${before.map((each) => `${each.serial} is at ${each.address}`).join(", ")}`}; ${serial} ${state}`;
  const heard = await claim(bus, serial, address);
  if (typeof heard === "string" || heard.address !== address)
    throw new Failure(
      `${serial} does not take address ${address}: ${typeof heard === "string" ? (heard === "silence" ? "it does not answer" : "its answers are spoilt") : `it says ${heard.address}`}`,
      {
        causes: ["it was taken off the line, or lost its power", "its EEPROM is worn out"],
        next: "say it again; then look at its power and its clamps",
        board: left(`may be at ${was} or at ${address}`),
      },
    );
  const node = await readBack(bus, address);
  if (node?.serial === serial) {
    const profile = variants.find((each) => each.hardwareClass === node.hardwareClass)?.profile;
    emit({ event: "assigned", serial, address, was, node: describeNode(node), profile: profile ?? null });
    return { serial, address, profile };
  }
  await claim(bus, serial, was);
  throw new Failure(
    `${serial} took address ${address}, and what answers there is ${node ? `${describeNode(node)}, serial number ${node.serial}` : "no whole answer"}`,
    {
      causes: ["another instrument has this address too, and answers at the same time", "the line is disturbed"],
      next: `choose another address than ${address}`,
      board: left(`was sent back to address ${was}`),
    },
  );
}

/** What came of it: the node's answer, which names the address that it has then. */
async function claim(bus: NodeBus, serial: number, address: number): Promise<Heard> {
  let heard: Heard = "silence";
  for (let n = 0; n < claims && (typeof heard === "string" || heard.address !== address); n++)
    heard = await bus.askAll({ what: "claim", serial, address });
  return heard;
}

async function readBack(bus: NodeBus, address: number): Promise<NodeAnswer | undefined> {
  for (let n = 0; n < claims; n++) {
    const node = nodeOf(await bus.readIdentity(address));
    if (node) return node;
  }
  return undefined;
}

/** Speed and parity of these nodes: they start anew with them, and each has to answer there. */
async function setLine(
  bus: NodeBus,
  nodes: readonly Commissioned[],
  settings: PortSettings,
  emit: Emit,
): Promise<void> {
  const { baud, parity } = settings;
  const failure = (what: string, board: string) =>
    new Failure(what, {
      causes: ["it lost its power meanwhile", "the line is disturbed at the new speed: too long, or not terminated"],
      next: `look for it with --line-speed ${baud} --parity ${parity}`,
      board,
    });
  if (!bus.set) throw new Error(`${bus.name}: the settings of that line are its agent's`);
  for (const { serial, address } of nodes)
    if (
      !(await bus.write(address, registers.speed, [baud / 100, parities[parity]])) ||
      !(await bus.write(address, registers.command, [restart]))
    )
      throw failure(
        `${serial} does not take ${baud} bit/s, parity ${parity}`,
        `${serial} is at address ${address}; it has the old settings until it restarts`,
      );
  await bus.set(settings);
  await bus.wait(bootloaderMs);
  for (const { serial, address } of nodes) {
    if ((await readBack(bus, address))?.serial !== serial)
      throw failure(`${serial} does not answer at ${baud} bit/s, parity ${parity}`, `${serial} has its new settings`);
    emit({ event: "line-set", serial, baud, parity });
  }
}

const shown = (serial: number): number | null => (serial === noSerial ? null : serial);
