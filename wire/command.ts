import { parseObject } from "./json.ts";
import { names } from "./names.ts";
import { encodePayload } from "./sparkplug/encode.ts";
import { DataType, type Metric, type Payload } from "./sparkplug/payload.ts";

/**
 * An order to set one writable point, or to bring a node to the firmware of a bundle. Whoever receives it after expiresAt must not carry it
 * out, nor keep it for later.
 */
export type Command = WriteCommand | InstallCommand;

type Ordered = {
  /** Chosen by the sender, unique: the reply carries it, and a gateway carries out the same id once. */
  readonly id: string;
  /** Epoch ms. */
  readonly expiresAt: number;
};

export type WriteCommand = Ordered & {
  readonly metric: string;
  /** In the quantity's own unit. */
  readonly value: number;
};

/** Begun with at once or never; `done` says that it has been accepted, and records of the device say what becomes of it. */
export type InstallCommand = Ordered & {
  /** The text of its file: firmware/read-bundle.ts. */
  readonly bundle: string;
};

/** Gateway → cloud, exactly one per command. `failed` means it may have happened: read the point back. */
export type Reply =
  | { readonly id: string; readonly status: "done"; readonly readBack: number }
  | { readonly id: string; readonly status: "expired" }
  | { readonly id: string; readonly status: "refused" | "failed"; readonly why: string };

/** The command as a DCMD payload, sent at epoch ms `at`. */
export function encodeCommand(command: Command, at: number): Uint8Array {
  const order: Metric =
    "bundle" in command
      ? { name: names.firmwareBundle, datatype: DataType.String, value: command.bundle }
      : { name: command.metric, datatype: DataType.Double, value: command.value };
  return encodePayload({
    timestamp: at,
    metrics: [
      { name: names.commandId, datatype: DataType.String, value: command.id },
      { name: names.commandExpires, datatype: DataType.DateTime, value: command.expiresAt },
      order,
    ],
  });
}

/** Exactly one metric to set, with id and expiry, or what is missing: a command that could run late or twice is not a command. */
export function decodeCommand(payload: Payload): Command | { readonly error: string } {
  let id: unknown;
  let expiresAt: unknown;
  const orders: { readonly metric: string; readonly value: unknown }[] = [];
  for (const { name, value } of payload.metrics) {
    if (name === names.commandId) id = value;
    else if (name === names.commandExpires) expiresAt = value;
    else if (name === undefined) return { error: "command has a metric without a name" };
    else orders.push({ metric: name, value });
  }
  if (typeof id !== "string" || id === "") return { error: `command has no ${names.commandId} (String)` };
  if (typeof expiresAt !== "number") return { error: `command ${id} has no ${names.commandExpires} (DateTime)` };
  const [order, ...more] = orders;
  if (!order || more.length > 0) return { error: `command ${id} sets ${orders.length} metrics, it must set one` };
  if (order.metric === names.firmwareBundle)
    return typeof order.value === "string"
      ? { id, expiresAt, bundle: order.value }
      : { error: `command ${id}: a bundle is a String` };
  const value = toNumber(order.value);
  if (value === undefined) return { error: `command ${id}: the value for ${order.metric} is not a finite number` };
  return { id, expiresAt, metric: order.metric, value };
}

/** The reply as the text of a `Command/Reply` metric. */
export function formatReply(reply: Reply): string {
  return JSON.stringify(reply);
}

/** Only what formatReply makes; other text gives an error. */
export function parseReply(text: string): Reply | { readonly error: string } {
  const fault = { error: `${JSON.stringify(text.slice(0, 80))} is not a reply` };
  const reply = parseObject(text);
  if (!reply || typeof reply.id !== "string") return fault;
  const { id, status, readBack, why } = reply;
  if (status === "done" && typeof readBack === "number") return { id, status, readBack };
  if (status === "expired") return { id, status };
  if ((status === "refused" || status === "failed") && typeof why === "string") return { id, status, why };
  return fault;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
