import type { Clock } from "@weir/wire/clock.ts";
import type { Reply } from "@weir/wire/command.ts";
import { stateCode } from "@weir/wire/firmware/update-state.ts";
import type { Sample } from "@weir/wire/sample.ts";
import type { EdgeConfig } from "../config.ts";
import type { Log } from "../outbox/outbox.ts";
import type { Polling } from "../poll/poll.ts";
import { createStamps } from "../poll/stamps.ts";
import { takeOrders } from "./orders.ts";
import { samplesOf } from "./report.ts";
import type { UpdateStatus } from "./run-update.ts";
import { openShelf } from "./shelf.ts";
import { startUpdates } from "./updates.ts";

/** Where firmware is ordered, from the cloud or beside the gateway, and what becomes of it. */
export type FirmwareDesk = {
  /** For commands: `done` says that it has been accepted. Never rejects. */
  install(device: string, order: { readonly id: string; readonly bundle: string }): Promise<Reply>;
  /** The device answers again: an update of it that waits is tried. */
  noticed(device: string): void;
  status(): readonly UpdateStatus[];
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
};

export type FirmwareOptions = {
  readonly config: () => EdgeConfig;
  readonly polling: Pick<Polling, "reach" | "suspend">;
  readonly emit: (device: string, kind: string, samples: readonly Sample[]) => Promise<void>;
  /** Of the times of samples. */
  readonly timeQuality: () => "good" | "uncertain";
  readonly timeSynchronised: () => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
};

/** undefined where the configuration has no `firmware`: then nothing is installed. Throws when its folder cannot be used. */
export function openFirmware(options: FirmwareOptions, signal: AbortSignal): FirmwareDesk | undefined {
  const { config, emit, timeQuality, clock, log } = options;
  const { firmware } = config();
  if (!firmware) return undefined;
  const { stamp } = createStamps();
  const updates = startUpdates({
    ...options,
    shelf: openShelf(firmware.path),
    tell: async (status, news) => {
      const profile = config().devices.find(({ id }) => id === status.device)?.profile;
      const samples = samplesOf(status, news, stamp(status.device, clock.now()), timeQuality());
      if (!profile) return;
      await emit(status.device, profile.kind, samples).catch((error: Error) =>
        log.warn({ device: status.device, why: error.message }, "what an update has come to could not be stored"),
      );
    },
  });
  const closing = new AbortController();
  const orders = takeOrders(firmware.path, updates, { clock, log }, AbortSignal.any([signal, closing.signal]));
  return {
    install: async (device, { id, bundle }) => {
      const ordered = await updates.order(device, bundle, "cloud");
      if ("faults" in ordered) return { id, status: "refused", why: ordered.faults.join("\n") };
      return { id, status: "done", readBack: stateCode(ordered.job.progress.state) };
    },
    noticed: updates.tryNow,
    status: updates.status,
    close: async () => {
      closing.abort();
      await orders;
      await updates.close();
    },
  };
}
