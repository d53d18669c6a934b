import type { Socket } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";
import type { ActiveFault } from "../faults/board.ts";
import type { FaultKind } from "../faults/fault.ts";
import { createOutlet, type Delivery } from "../lines/delivery.ts";
import { listen } from "../lines/listen.ts";
import { createBoard } from "./board.ts";
import { type Member, wire } from "./node.ts";

export type BoardOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly members: readonly Member[];
  readonly worldNow: () => number;
  readonly clock: Clock;
  readonly hitting: (targets: readonly string[]) => readonly ActiveFault[];
  readonly name: string;
  /** What becomes of what the board says on its way out. */
  readonly deliver: (bytes: Uint8Array) => Delivery;
};

const loopMs = 10;

/** A board on the network, as StandardFirmataEthernet is one: it keeps its modes when a host leaves. Resolves, with the port, once it listens. */
export async function serveBoard(options: BoardOptions, signal: AbortSignal): Promise<number> {
  const { name, host, port, members, worldNow, clock, hitting, deliver } = options;
  const all = [name, ...members.map((member) => member.name)];
  const active = (kind: FaultKind, targets = all) => hitting(targets).filter(({ fault }) => fault.fault === kind);
  const usual = "StandardFirmata";
  const needed = members.map(({ profile }) => profile.firmware.names).find((names) => !names.includes(usual));
  const board = createBoard(
    wire({
      ...{ members, worldNow },
      hasChips: (member) => active("chip-gone", [name, member]).length === 0,
      sketch: () => {
        const fault = active("sketch")[0]?.fault;
        return fault?.fault === "sketch" ? fault.name : (needed?.[0] ?? usual);
      },
    }),
  );
  const outlets = new Set<(bytes: Uint8Array) => void>();
  const restarts = new Set<number>();

  function serve(socket: Socket): void {
    const outlet = createOutlet({ socket, line: undefined, clock, signal, began: () => {}, ended: () => {} });
    const say = (bytes: Uint8Array) => bytes.length > 0 && outlet.speak(deliver(bytes));
    socket.on("data", (bytes) => say(board.hear(bytes)));
    outlets.add(say);
    socket.on("close", () => outlets.delete(say));
  }

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      for (const { id } of active("restart")) {
        if (restarts.has(id)) continue;
        restarts.add(id);
        const greeting = board.restart();
        for (const say of outlets) say(greeting);
      }
      const reports = board.report(clock.monotonic());
      if (reports.length > 0) for (const say of outlets) say(reports);
      await clock.sleep(loopMs, signal);
    }
  }

  const taken = await listen({ host, port, serve }, signal);
  void loop();
  return taken;
}
