/** Metric names that are not quantities: what the session and the receipts need. No quantity contains a space or a capital. */
export const names = {
  /** UInt64, transient, on every NDATA and DDATA of ours: which outbox the offset counts in. */
  epoch: "Store Forward/Epoch",
  /** UInt64, transient, on every NDATA and DDATA of ours: the record's place in the outbox. */
  offset: "Store Forward/Offset",
  /** UInt64, in the NBIRTH and on every NDATA of our gateways: the oldest offset that the outbox still holds. What is below and not stored will never come. */
  oldest: "Store Forward/Oldest",
  /** String, in the NBIRTH: which outboxes, or stretches of this one, are no more, because their file was damaged. See former.ts. */
  former: "Store Forward/Former",
  /** String, in an NCMD: see receipt.ts. */
  receipt: "Store Forward/Receipt",
  /** String, in an NCMD: see receipt.ts. */
  rejected: "Store Forward/Rejected",
  /** String, in an NCMD beside a receipt: how the host lets backlog be compressed, such as `DEFLATE`. See sparkplug/compressed.ts. */
  accepts: "Store Forward/Accepts",
  /** Boolean, false in the NBIRTH, true in the NCMD that asks for all births again. */
  rebirth: "Node Control/Rebirth",
  /** Int64, in NBIRTH and NDEATH: which session the death belongs to. */
  bdSeq: "bdSeq",
  /** String, transient: what sort of instrument the record is from. */
  deviceKind: "Device/Kind",
  commandId: "Command/Id",
  /** DateTime, epoch ms. */
  commandExpires: "Command/Expires",
  /** String, in a DCMD: the text of a firmware bundle, see firmware/read-bundle.ts. */
  firmwareBundle: "Firmware/Bundle",
  /** String, JSON of a Reply, in a record. */
  commandReply: "Command/Reply",
} as const;

const controlNames: ReadonlySet<string> = new Set(Object.values(names));

/** True for names that carry protocol, not readings: ours, and whatever Sparkplug hosts put under `Node Control/` and `Device Control/`. */
export function isControlName(name: string): boolean {
  return controlNames.has(name) || name.startsWith("Node Control/") || name.startsWith("Device Control/");
}
