import type { Board } from "../sim/board.ts";
import { commission, createNode } from "../sim/nodes.ts";
import { createWirePort } from "../sim/port.ts";
import { createTimeline, type Timeline } from "../sim/timeline.ts";
import { createWire, type Wire } from "../sim/wire.ts";
import { createAskAll } from "../tool/commission/line.ts";
import { type AskAll, type Census, search } from "../tool/commission/search.ts";
import type { Port } from "../tool/port.ts";

export const settings = { baud: 19200, parity: "even" } as const;

/** For tests: nodes as they come out of their boxes, at one address, and a port on their line. */
export type NewLine = {
  readonly timeline: Timeline;
  readonly wire: Wire;
  readonly boards: readonly Board[];
  readonly port: Port;
  readonly ask: AskAll;
  find(): Promise<Census>;
};

/** Each with the serial number that is given for it, or none. They get power one after the other: no two count the same time. */
export async function startLine(
  variants: readonly string[],
  serialOf: (n: number) => number | undefined,
  addressOf: (n: number) => number = () => 247,
): Promise<NewLine> {
  const timeline = createTimeline();
  const wire = createWire();
  const boards: Board[] = [];
  for (const [n, variant] of variants.entries()) {
    const serial = serialOf(n);
    const board = await createNode(variant, wire);
    if (serial !== undefined) board.eeprom.set(await commission(variant, serial, addressOf(n)));
    timeline.add(board);
    board.reset("power");
    boards.push(board);
    timeline.run(1.3);
  }
  timeline.run(20);
  const port = createWirePort("line", timeline, { rx: wire, tx: wire, reset: () => {} });
  await port.set(settings);
  const ask = createAskAll({ port, baud: settings.baud, waitMs: 50, signal: new AbortController().signal });
  return { timeline, wire, boards, port, ask, find: () => search(ask, () => {}) };
}
