import type { OpcuaPoint } from "@weir/device-profiles/schema.ts";

/** A server before it runs, as plain data: it goes to a thread of its own. */
export type ServerPlan = {
  /** Says who it is to people and in its certificate. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Folder of its key and certificate; made when they are missing. Clients' certificates are taken as they come. */
  readonly pki: string;
  /** true: it shows a certificate whose time is over. */
  readonly expired: boolean;
  /** Namespaces that stand before the others, so that no index is what one guesses. */
  readonly strangers: readonly string[];
  readonly variables: readonly VariablePlan[];
  /** What they show before anything else is told, one for each; a bad status when left out. */
  readonly first?: readonly Shown[];
};

export type VariablePlan = {
  /** Browse names from the Objects folder down. */
  readonly path: readonly BrowseName[];
  /** The node's own id; the path with dots when there is none. */
  readonly id?: { readonly namespace: string; readonly id: string };
  readonly type: OpcuaPoint["at"]["type"];
  /** Length of an array; no array when left out. */
  readonly length?: number;
  readonly writable?: boolean;
};

export type BrowseName = { readonly namespace: string; readonly name: string };

/** What a variable shows. `value`: a number, or one for each element; booleans are 0 and 1. `at`: source timestamp, epoch ms. */
export type Shown = { readonly value: number | readonly number[]; readonly status: string; readonly at: number };

/** What becomes of answers on their way out. */
export type Conduct = {
  /** No publish response leaves, keep-alives among them, and all else goes on. */
  readonly noPublishes: boolean;
  /** Nothing leaves at all. */
  readonly silent: boolean;
  /** ms that everything leaves later. */
  readonly delayMs: number;
};

export const goodConduct: Conduct = { noPublishes: false, silent: false, delayMs: 0 };

/** Who may sign in besides anonymous: a user of the simulator's servers and the password. */
export const simulatorUser = { name: "operator", password: "weir" } as const;
