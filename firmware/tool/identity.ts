/** What a Weir image says it is: struct identity of nodes/node.h. */
export type NodeIdentity = {
  readonly model: string;
  readonly hardwareClass: number;
  readonly hardwareRevision: number;
  /** `1.0.0` */
  readonly version: string;
};

/** It stands behind the vectors, so that this much from address 0 on holds it. */
export const identityBytes = 256;

const mark = Buffer.from("WEIRNODE", "latin1");

/** Finds it in an image or a chip, from address 0 on; undefined where there is none. */
export function findIdentity(flash: Uint8Array): NodeIdentity | undefined {
  const bytes = Buffer.from(flash.buffer, flash.byteOffset, flash.byteLength);
  const at = bytes.subarray(0, identityBytes).indexOf(mark);
  if (at < 0 || at + 32 > bytes.length) return undefined;
  return {
    hardwareClass: bytes.readUInt16LE(at + 8),
    hardwareRevision: bytes.readUInt16LE(at + 10),
    version: `${bytes[at + 12]}.${bytes[at + 13]}.${bytes.readUInt16LE(at + 14)}`,
    model: bytes.toString("latin1", at + 16, at + 32).replaceAll("\0", ""),
  };
}

/** True for an image that speaks Firmata on the USB port, and no Modbus: firmata/board.h. */
export const isFirmata = ({ hardwareClass }: NodeIdentity): boolean => hardwareClass === 6;

export const sameNode = (one: NodeIdentity, other: NodeIdentity): boolean =>
  one.hardwareClass === other.hardwareClass && one.hardwareRevision === other.hardwareRevision;

export const describeNode = ({ model, version, hardwareRevision }: NodeIdentity): string =>
  `${model} ${version}, hardware revision ${hardwareRevision}`;
