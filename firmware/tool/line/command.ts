import { UsageError } from "@weir/config/command-line.ts";
import type { ConfirmOptions } from "../confirm.ts";
import type { Emit } from "../events.ts";
import { explainLost } from "../explain.ts";
import { createNodeLine } from "../node-line.ts";
import { withPort } from "../with-port.ts";
import type { LineWork } from "./work.ts";

/** Opens the line and works on the node at the address. What it was is the end of the stream of events. */
export function onLine(
  port: string | undefined,
  { unit, baud, parity }: ConfirmOptions,
  emit: Emit,
  job: (work: LineWork) => Promise<string>,
): Promise<string> {
  return withPort(port, { baud, parity }, (opened, signal) => {
    emit({ event: "opened", port: opened.name });
    const now = () => performance.now();
    return job({ line: createNodeLine(opened, { unit, baud, now, signal }), unit, emit }).catch((error: unknown) => {
      throw explainLost(error, {
        next: "plug it in again and say the same: what has been written stays, and only the rest is sent",
        board: "the node runs what it ran; an update that it had been told to activate confirms itself or goes back",
      });
    });
  });
}

/** Throws a UsageError. */
export function keysFile(file: string | undefined): string {
  if (file !== undefined) return file;
  throw new UsageError("--node-keys <file> is needed: the keys of nodes, which weir-firmware key give writes");
}
