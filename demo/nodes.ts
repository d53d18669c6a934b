import { channelsOf, voltsOf } from "@weir/firmware/nodes/channels.ts";
import { variants } from "@weir/firmware/nodes/variants.ts";
import { createAdapter } from "@weir/firmware/sim/adapter.ts";
import { type Board, hertz } from "@weir/firmware/sim/board.ts";
import { commission, createNode } from "@weir/firmware/sim/nodes.ts";
import { pace } from "@weir/firmware/sim/pace.ts";
import { createWirePort } from "@weir/firmware/sim/port.ts";
import { serve } from "@weir/firmware/sim/serve.ts";
import { createTimeline, type Timeline } from "@weir/firmware/sim/timeline.ts";
import { createWire, type Wire } from "@weir/firmware/sim/wire.ts";
import { writeHolding } from "@weir/firmware/tool/modbus.ts";
import type { FaultKind } from "@weir/simulators/faults/fault.ts";
import type { Bus, Guest, GuestOptions, Instrument } from "@weir/simulators/plan.ts";

type Node = {
  readonly id: string;
  readonly board: Board;
  /** Puts what is true now before its sensors. */
  show(): void;
};

/** How often the nodes look at their world; their own measuring takes half a second. */
const lookEveryMs = 250;
/** How often virtual time catches up with the wall clock: a node answers some hundredths of a second late, and the city stays cheap. */
const paceMs = 10;
const firstSerial = 100_231;
const relay = { now: 0x20, atStart: 0x21 } as const;
const [directionPin, relayPin] = [2, 7];
const [idle, aDataBit] = [~0, 1 << 2];
const mains = (2 * Math.PI * 50) / hertz;

/**
 * A line of nodes that run their very images: what the world is comes to them as volts at their pins. Instruments are nodes by their
 * profile; `shows` gives what their sensors measure.
 */
export function nodesOn(bus: Omit<Bus, "guest" | "kind">): Bus {
  const guest: Guest = {
    faults: ["silence", "crc", "restart", "stuck", "drift", "spike"],
    serve: (options, signal) => serveNodes(bus.name, bus.instruments, options, signal),
  };
  return { ...bus, kind: "raw-tcp", guest };
}

async function serveNodes(
  bus: string,
  instruments: readonly Instrument[],
  { host, port, clock, tell, hitting }: GuestOptions,
  signal: AbortSignal,
): Promise<number> {
  const timeline = createTimeline();
  const line = createWire();
  const adapter = createAdapter(timeline, { rx: line, tx: line }, { baud: 19_200, parity: "even" });
  const nodes: Node[] = [];
  for (const [n, { id, profile, unit = n + 1 }] of instruments.entries()) {
    const { name } = variants.find((each) => each.profile === profile)!;
    const board = await createNode(name, line);
    board.eeprom.set(await commission(name, firstSerial + n, unit));
    timeline.add(board);
    board.reset("power");
    timeline.run(1.3);
    nodes.push({ id, board, show: () => showWorld(name, board, (metric) => tell(id, metric)) });
    if (name === "light") await switchOn(timeline, line, unit);
  }
  spoil(line, nodes, (id) => hitting([bus, id]).map(({ fault }) => fault.fault));

  const served = await serve(adapter, { host, port, line: timeline });
  const pacing = pace(timeline, paceMs);
  const restarts = new Set<number>();
  const look = async () => {
    while (!signal.aborted) {
      for (const { id, board, show } of nodes) {
        show();
        for (const { id: fault, fault: what } of hitting([bus, id])) {
          if (what.fault !== "restart" || restarts.has(fault)) continue;
          restarts.add(fault);
          board.reset("pin");
        }
      }
      await clock.sleep(lookEveryMs, signal);
    }
    pacing.stop();
    await served.close();
  };
  void look();
  return served.port;
}

/** A lamp's sensor gives a sine about the middle while its relay is closed; every other one a voltage. */
function showWorld(variant: string, board: Board, shown: (quantity: string) => number): void {
  for (const channel of channelsOf(variant)) {
    const volts = voltsOf(channel, shown(channel.quantity));
    if (variant !== "light") board.analog(channel.input, volts);
    else
      board.analog(channel.input, (cycle) =>
        board.driven(relayPin) ? 2.5 + volts * Math.SQRT2 * Math.sin(mains * cycle) : 2.5,
      );
  }
}

/** As a technician leaves a lamp that burns day and night. */
async function switchOn(timeline: Timeline, line: Wire, unit: number): Promise<void> {
  const port = createWirePort("bench", timeline, { rx: line, tx: line, reset: () => {} });
  await port.set({ baud: 19_200, parity: "even" });
  timeline.run(20);
  for (const register of [relay.now, relay.atStart])
    if (!(await writeHolding(port, unit, register, [1], new AbortController().signal)))
      throw new Error(`the lamp node at address ${unit} does not take its relay's settings`);
}

/** Faults of the line: an answer is lost whole, or one bit of it is turned over. Each answer is hit or not as a whole. */
function spoil(line: Wire, nodes: readonly Node[], faultsOf: (id: string) => readonly FaultKind[]): void {
  let faults: readonly FaultKind[] = [];
  let ended = 0;
  line.spoil = (character) => {
    const speaker = nodes.find(({ board }) => board.driven(directionPin));
    if (!speaker) return character;
    const isFirst = character.start - ended > character.bit * character.count;
    ended = character.until;
    if (isFirst) faults = faultsOf(speaker.id);
    if (faults.includes("silence")) return { ...character, levels: idle };
    return isFirst && faults.includes("crc") ? { ...character, levels: character.levels ^ aDataBit } : character;
  };
}
