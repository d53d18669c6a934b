import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "@weir/wire/clock.ts";
import type { Log } from "../outbox/outbox.ts";
import type { Updates } from "./updates.ts";

/** What somebody at the gateway wants, as a file `<device>.<what>` in the folder of orders: a bundle, or an empty one. */
export type OrderKind = "bundle" | "cancel" | "retry";

const lookEveryMs = 1000;
const folderOf = (path: string) => join(path, "orders");

/** Leaves an order for the agent; it is whole before it is there. */
export function leaveOrder(path: string, device: string, kind: OrderKind, text: string): void {
  const folder = folderOf(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${device}.${kind}`);
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Why the agent has refused the last bundle, once; undefined: it has not. */
export function takeRefusal(path: string, device: string): readonly string[] | undefined {
  const file = join(folderOf(path), `${device}.refused`);
  try {
    const faults = readFileSync(file, "utf8").trim().split("\n");
    rmSync(file);
    return faults;
  } catch {
    return undefined;
  }
}

/** Takes orders from the folder, until the signal aborts. Never rejects. */
export async function takeOrders(
  path: string,
  updates: Updates,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  const folder = folderOf(path);

  async function takeOne(file: string, device: string, kind: OrderKind): Promise<void> {
    if (kind === "retry") updates.tryNow(device);
    else if (kind === "cancel") log.info({ device, what: await updates.cancel(device) }, "firmware update");
    else {
      const ordered = await updates.order(device, readFileSync(file, "utf8"), "technician");
      if ("faults" in ordered) {
        log.warn({ device, faults: ordered.faults }, "firmware bundle refused");
        writeFileSync(join(folder, `${device}.refused`), ordered.faults.join("\n"), { mode: 0o600 });
      }
    }
    rmSync(file, { force: true });
  }

  let trouble = "";
  while (!signal.aborted) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const file of readdirSync(folder)) {
        const [, device, kind] = /^(.+)\.(bundle|cancel|retry)$/.exec(file) ?? [];
        if (device !== undefined) await takeOne(join(folder, file), device, kind as OrderKind);
      }
      trouble = "";
    } catch (error) {
      const why = (error as Error).message;
      if (why !== trouble) log.warn({ folder, why }, "firmware orders cannot be taken; tried again");
      trouble = why;
    }
    await clock.sleep(lookEveryMs, signal);
  }
}
