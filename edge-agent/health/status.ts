import type { Sample } from "@weir/wire/sample.ts";
import type { Obedience } from "../commands/obey.ts";
import type { UpdateStatus } from "../firmware/run-update.ts";
import type { Damage } from "../outbox/damage.ts";
import type { OutboxStats } from "../outbox/outbox.ts";
import type { ProxyStatus } from "../proxy/server.ts";
import type { UplinkStatus } from "../uplink/uplink.ts";
import type { MachineStatus } from "./machine.ts";

/** Everything the agent knows of itself at one moment: /status gives it as JSON, the page and /metrics show it. */
export type AgentStatus = {
  readonly site: string;
  readonly gateway: string;
  readonly version: string;
  /** Epoch ms, as all times here. */
  readonly now: number;
  readonly startedAt: number;
  /** False: readings are marked uncertain until the system clock is known to be synchronised. */
  readonly clockSynchronised: boolean;
  readonly machine: MachineStatus;
  /** damage: see Outbox. */
  readonly outbox: OutboxStats & { readonly epoch: number; readonly damage: readonly Damage[] };
  readonly uplink: UplinkStatus;
  readonly commands: ReturnType<Obedience["status"]>;
  readonly buses: readonly BusView[];
  readonly devices: readonly DeviceView[];
  /** Updates of nodes, those that are over too. */
  readonly firmware: readonly UpdateStatus[];
};

export type BusView = {
  readonly name: string;
  readonly link: "connecting" | "up" | "down";
  readonly why: string | undefined;
  /** 0 to 1. */
  readonly utilisation: number;
  readonly requests: number;
  readonly timeouts: number;
  readonly crcErrors: number;
  readonly frameErrors: number;
  readonly mismatches: number;
  readonly exceptions: number;
  /** Where the bus is shared with other masters. */
  readonly proxy?: ProxyStatus | undefined;
};

export type DeviceView = {
  readonly device: string;
  readonly bus: string;
  readonly state: "starting" | "up" | "down";
  readonly lastReplyAt: number | undefined;
  readonly lastError: string | undefined;
  readonly cycles: number;
  /** How long the last one took. */
  readonly cycleMs: number | undefined;
  readonly skippedCycles: number;
  readonly samples: number;
  /** The newest sample of each metric. */
  readonly last: readonly Sample[];
};
