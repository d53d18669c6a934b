import type { OffsetSet } from "@weir/wire/ranges.ts";
import type { Holding } from "./given-up.ts";
import type { Network } from "./network.ts";

/** What a fault may do to the city under test. */
export type Bench = {
  /** The cloud's sqlite file. */
  readonly storeFile: string;
  /** One of the gateways, drawn. */
  gateway(): { readonly gateway: string; readonly network: Network };
  pid(name: string): number;
  /** SIGKILL. */
  kill(name: string): Promise<void>;
  /** Does not wait until it runs. */
  start(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  /** Resolves once it has said that it runs. */
  running(name: string): Promise<void>;
  /** SIGKILL of all of them at once, and their files are left as a power cut leaves them. */
  cutPower(...names: readonly string[]): Promise<void>;
  /** SIGSTOP for so long. */
  freeze(name: string, ms: number): Promise<void>;
  /** What a gateway finds behind its broker's name: the broker, or somebody whose certificate nobody vouches for. */
  impersonate(name: string, wrong: boolean): void;
  /** Whether a gateway's disk takes no writes, as one that its kernel has remounted for reading only (power.ts). */
  readOnly(name: string, is: boolean): void;
  /** Whether a gateway's clock is known to be synchronised. */
  synchronised(name: string, is: boolean): void;
  /** Whether a gateway finds host names. */
  names(name: string, found: boolean): void;
  /** Says that a program that does not run has on its disk what its files hold, for when this process has had them open. */
  keepAsItIs(name: string): void;
  /** Changes the bytes of a stopped gateway's outbox file, or of its log; `drawn` gives a whole number below. */
  spoil(name: string, part: "" | "-wal", change: (bytes: Buffer, drawn: (below: number) => number) => Buffer): void;
  /** The limit that a gateway's outbox has from its next start on, bytes; drawn, with what gives way; its own when `is` is false. */
  tighten(name: string, is: boolean): void;
  /** Of a gateway that does not run. */
  holding(name: string): Holding;
  /** Says that these records of a gateway are given up, by the limit of its outbox. */
  giveUp(name: string, epoch: number, offsets: OffsetSet): void;
  /** Sets a gateway's wall clock off by so much; by hours, forth and back in turn, when left out. */
  skew(name: string, ms?: number): void;
};
