import type { Title } from "@weir/wire/about.ts";
import type { FaultKind } from "./faults.ts";

/** One gateway (Sparkplug edge node) as its births, deaths and data have shown it. */
export type GatewayState = {
  readonly site: string;
  readonly gateway: string;
  /** As its birth said (properties `Title en` and `Title zh` of `Device/Kind`). */
  readonly title?: Title;
  readonly online: boolean;
  /** When `online` last changed, epoch ms. */
  readonly since: number;
  /** Of the live session; absent until a birth was seen. */
  readonly bdSeq?: number;
  readonly lastMessageAt: number;
  readonly devices: readonly string[];
  /** Its data carries offsets, so it gets receipts and has a row in the ledger. A foreign Sparkplug node has neither. */
  readonly own: boolean;
  /** Messages that could not be used, by kind (faults.ts); `gap`: that never came, which of a node without offsets is all that can be known. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** Its clock less the cloud's when it last spoke of itself, ms, the way to the cloud included; absent until it has. */
  readonly clockOffsetMs?: number;
};

/** One device behind a gateway. The gateway's own metrics belong to the device that has the gateway's name, kind `gateway`. */
export type DeviceState = {
  readonly site: string;
  readonly gateway: string;
  readonly device: string;
  /** As its birth or its data said (`Device/Kind`); "" when neither did. */
  readonly kind: string;
  /** As its birth said (properties of `Device/Kind`). */
  readonly model?: string;
  readonly profile?: string;
  readonly title?: Title;
  /** While it answers, something of it is reported at least this often, ms; absent when its birth did not say. */
  readonly everyMs?: number | undefined;
  readonly online: boolean;
  /** When `online` last changed, epoch ms. */
  readonly since: number;
  readonly lastMessageAt: number;
  /** When it was first heard of, epoch ms. */
  readonly knownSince: number;
  /** Names seen in births and data, in that order. */
  readonly metrics: readonly string[];
};

/** Who is out there. Survives a restart of the cloud; until something is heard again, all are offline then. */
export type Directory = {
  sites(): readonly string[];
  gateways(): readonly GatewayState[];
  devices(): readonly DeviceState[];
  /** Calls listener after a gateway or device appeared, was born or died. Returns a function that stops it. */
  watch(listener: () => void): () => void;
};
