import { UsageError } from "@weir/config/command-line.ts";
import type { Emit } from "../events.ts";
import { explainLost } from "../explain.ts";
import { faultOfPoint } from "../label/label.ts";
import { checkLabelFile, writeLabels } from "../label/write.ts";
import type { PortSettings } from "../port.ts";
import { withPort, withStop } from "../with-port.ts";
import { createPortBus, type NodeBus } from "./bus.ts";
import type { Order } from "./command.ts";
import { commission } from "./commission.ts";
import { openProxyBus } from "./proxy-bus.ts";

export type CommissionJob = {
  readonly orders: readonly Order[];
  readonly from: number | undefined;
  readonly serial: number | undefined;
  /** What the nodes shall talk at from now on. */
  readonly settings: PortSettings | undefined;
  /** File for the labels of those that got addresses. */
  readonly labels: string | undefined;
  readonly waitMs: number;
};

/** `weir-firmware commission`, at the port that was named. Gives what was done. */
export async function commissionAt(
  name: string | undefined,
  settings: PortSettings,
  { orders, from, serial, settings: later, labels, waitMs }: CommissionJob,
  emit: Emit,
): Promise<string> {
  if (labels !== undefined) checkLabelFile(labels);
  const points = new Map(orders.map(({ serial, point }) => [serial, point]));
  const faults = [...points.values()].flatMap((point) => (point === undefined ? [] : (faultOfPoint(point) ?? [])));
  const gives = orders.length > 0 || from !== undefined;
  if (labels !== undefined && !gives)
    faults.push("--labels: labels are for nodes that are given an address here; weir-firmware label prints others");
  if (labels === undefined && orders.some(({ point }) => point !== undefined))
    faults.push("a point code stands on a label: add --labels <file>, or leave it out");
  if (later !== undefined && !gives)
    faults.push("--new-speed and --new-parity: for nodes that are given an address here, be it the one that they have");
  if (later !== undefined && name?.startsWith("proxy:"))
    faults.push(
      "--new-speed and --new-parity: the settings of a line behind a proxy are its agent's; set the nodes on a port",
    );
  if (faults.length > 0) throw new UsageError(...faults);
  return withBus(name, settings, waitMs, async (bus) => {
    emit({ event: "opened", port: bus.name });
    const done = await commission(bus, { assignments: orders, from, serial, settings: later }, emit);
    if (labels !== undefined && done.length > 0) {
      const contents = done.flatMap(({ serial, profile }) =>
        profile === undefined ? [] : [{ serial, profile, point: points.get(serial) }],
      );
      const files = writeLabels(labels, contents);
      for (const file of files) emit({ event: "label", file, labels: contents.length / files.length });
    }
    if (done.length === 1) return "the node has its address, read back";
    if (done.length > 1) return `${done.length} nodes have their addresses, read back`;
    return serial !== undefined ? "it has its serial number" : "no node was changed";
  });
}

async function withBus<T>(
  name: string | undefined,
  settings: PortSettings,
  waitMs: number,
  job: (bus: NodeBus) => Promise<T>,
): Promise<T> {
  const [, host, port] = /^proxy:(.+):(\d+)$/.exec(name ?? "") ?? [];
  if (name === undefined || host === undefined)
    return withPort(name, settings, (port, signal) =>
      job(createPortBus({ port, settings, waitMs, signal })).catch((error: unknown) => {
        throw explainLost(error, {
          next: "plug it in again and say the same: who has its address keeps it",
          board: "nodes that were told as assigned have their addresses, the others those that they had",
        });
      }),
    );
  return withStop(async (signal) => {
    const bus = await openProxyBus({ name, host, port: Number(port) }, signal);
    try {
      return await job(bus);
    } finally {
      bus.close();
    }
  });
}
