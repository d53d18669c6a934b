import { crc32 } from "./crc32.ts";

/** What a Weir image says it is: struct identity of firmware/nodes/identity.h. */
export type NodeIdentity = {
  readonly model: string;
  readonly hardwareClass: number;
  readonly hardwareRevision: number;
  /** `1.0.0` */
  readonly version: string;
};

/** It stands behind the vectors, so that this much from address 0 on holds it. */
export const identityWithin = 256;
/** Bytes of the struct. */
export const identityBytes = 34;
/** What is added behind an image, so that boot485 knows whether it is whole. */
export const sealBytes = 4;

const mark = "WEIRNODE";
const lengthAt = 32;

/** Finds it in an image or a chip, from address 0 on; undefined where there is none. */
export function findIdentity(flash: Uint8Array): NodeIdentity | undefined {
  const at = placeOf(flash);
  return at < 0 ? undefined : readIdentity(flash.subarray(at));
}

/** The struct alone. */
export function readIdentity(struct: Uint8Array): NodeIdentity {
  const view = viewOf(struct);
  return {
    hardwareClass: view.getUint16(8, true),
    hardwareRevision: view.getUint16(10, true),
    version: `${struct[12]}.${struct[13]}.${view.getUint16(14, true)}`,
    model: textOf(struct.subarray(16, 32)).replaceAll("\0", ""),
  };
}

/** True for an image that speaks Firmata on the USB port, and no Modbus: firmware/firmata/board.h. */
export const isFirmata = ({ hardwareClass }: NodeIdentity): boolean => hardwareClass === 6;

export const sameNode = (one: NodeIdentity, other: NodeIdentity): boolean =>
  one.hardwareClass === other.hardwareClass && one.hardwareRevision === other.hardwareRevision;

export const describeNode = ({ model, version, hardwareRevision }: NodeIdentity): string =>
  `${model} ${version}, hardware revision ${hardwareRevision}`;

/** The image with its length in its identity and its CRC-32 behind it; undefined for what has no identity. */
export function seal(image: Uint8Array): Uint8Array | undefined {
  const at = placeOf(image);
  if (at < 0) return undefined;
  const even = image.length + (image.length % 2);
  const sealed = new Uint8Array(even + sealBytes).fill(0xff);
  sealed.set(image);
  viewOf(sealed).setUint16(at + lengthAt, sealed.length, true);
  viewOf(sealed).setUint32(even, crc32(sealed.subarray(0, even)), true);
  return sealed;
}

/** Whether boot485 would start it: it says how long it is, and its CRC-32 fits. */
export function isSealed(image: Uint8Array): boolean {
  const at = placeOf(image);
  if (at < 0) return false;
  const view = viewOf(image);
  const length = view.getUint16(at + lengthAt, true);
  if (length < identityWithin || length > image.length) return false;
  return crc32(image.subarray(0, length - sealBytes)) === view.getUint32(length - sealBytes, true);
}

/** Versions as they follow each other: below 0 when the first is older. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number));
  for (let n = 0; n < 3; n++) if (a![n] !== b![n]) return a![n]! - b![n]!;
  return 0;
}

function placeOf(flash: Uint8Array): number {
  const at = textOf(flash.subarray(0, identityWithin)).indexOf(mark);
  return at + identityBytes > flash.length ? -1 : at;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const textOf = (bytes: Uint8Array) => String.fromCharCode(...bytes);
