import type { NodeIdText } from "@weir/device-profiles/opcua.ts";
import type { Medium, Wait } from "../driver.ts";

/** A node as this session numbers it: `ns=4;s=Pump1.Flow`. Worth nothing in another session. */
export type NodeRef = string;

/** What a server gives for a node. Times are epoch ms. */
export type ServerValue = {
  /** Its name, such as `Good`, `UncertainLastUsableValue` or `BadNodeIdUnknown`. */
  readonly status: string;
  /** Built-in type, such as `Double`. */
  readonly type?: string | undefined;
  /** A number, a boolean, a bigint, a string, or an array of them. */
  readonly value?: unknown;
  readonly sourceAt?: number | undefined;
  readonly serverAt?: number | undefined;
  /** The server had to drop values before this one, for want of room in its queue. */
  readonly isAfterLoss?: boolean | undefined;
};

export type Child = {
  readonly node: NodeRef;
  /** Of the browse name. */
  readonly namespace: string;
  readonly name: string;
  readonly kind: "object" | "variable" | "method" | "other";
};

export type Wanted = {
  readonly node: NodeRef;
  readonly samplingMs: number;
  readonly queueSize: number;
  /** Only changes by more than this are told, where the server can do it. */
  readonly deadband?: number;
  readonly tell: (value: ServerValue) => void;
  /** Something was told that did not arrive: what is now has to be asked. */
  readonly lose: () => void;
};

export type Watching = {
  /** In order: how it went, and how often the server looks. */
  readonly items: readonly { readonly status: string; readonly samplingMs: number }[];
  /** Nothing of it is told any more. */
  stop(): void;
};

/**
 * A session with an OPC UA server. It closes itself when the server is silent three publishing intervals long, or ends the
 * session or its subscription. Requests are cut to what the server takes at once. They reject with a LinkError.
 */
export type Session = Medium & {
  /** Undefined when the server has no such namespace. */
  refOf(id: NodeIdText): NodeRef | undefined;
  /** The same with the URI of its namespace, as it is written in profiles. */
  textOf(node: NodeRef): string;
  namespaces(): readonly string[];
  /** One value a node, in order. */
  read(nodes: readonly NodeRef[], wait: Wait): Promise<readonly ServerValue[]>;
  /** One list a node, in order: what it has below it; a status name where the server gives none. */
  browse(nodes: readonly NodeRef[], wait: Wait): Promise<readonly (readonly Child[] | string)[]>;
  /** The status name. */
  write(node: NodeRef, value: { readonly type: string; readonly value: unknown }, wait: Wait): Promise<string>;
  /** Each is told when it changes, and once at the beginning, unless its status is Bad. */
  monitor(wanted: readonly Wanted[], wait: Wait): Promise<Watching>;
  /** Epoch ms of the last thing the subscription told, be it that nothing has changed; undefined without one. */
  provenAt(): number | undefined;
  /** Ends the session for a reason. */
  fail(why: string): void;
};

/** The folder that browse paths of instruments start from: i=85. */
export const objectsFolder: NodeRef = "ns=0;i=85";
