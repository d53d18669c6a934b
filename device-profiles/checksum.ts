/** Checksums of framed instruments. sum: low byte(s) of the sum. minus8: 0x100 less the sum. not8: all bits of the sum turned. */
export const checksumKinds = [
  "sum8",
  "sum16",
  "minus8",
  "not8",
  "xor8",
  "crc8",
  "crc8-maxim",
  "crc16-modbus",
  "crc16-ccitt",
  "crc16-xmodem",
] as const;
export type ChecksumKind = (typeof checksumKinds)[number];

/** How many bytes it takes in the frame. */
export function checksumSize(kind: ChecksumKind): 1 | 2 {
  return kind === "sum16" || kind.startsWith("crc16") ? 2 : 1;
}

/** The checksum of bytes[from, to). Pure. */
export function checksumOf(kind: ChecksumKind, bytes: Uint8Array, from: number, to: number): number {
  switch (kind) {
    case "sum8":
      return sum(bytes, from, to) & 0xff;
    case "sum16":
      return sum(bytes, from, to) & 0xffff;
    case "minus8":
      return -sum(bytes, from, to) & 0xff;
    case "not8":
      return ~sum(bytes, from, to) & 0xff;
    case "xor8":
      return xor(bytes, from, to);
    case "crc8": // poly 07, start 0
      return highFirst(bytes, from, to, { bits: 8, poly: 0x07, start: 0 });
    case "crc8-maxim": // 1-Wire: poly 31, start 0, low bit first
      return lowFirst(bytes, from, to, { poly: 0x8c, start: 0 });
    case "crc16-modbus":
      return lowFirst(bytes, from, to, { poly: 0xa001, start: 0xffff });
    case "crc16-ccitt": // CCITT-FALSE: poly 1021, start FFFF
      return highFirst(bytes, from, to, { bits: 16, poly: 0x1021, start: 0xffff });
    case "crc16-xmodem":
      return highFirst(bytes, from, to, { bits: 16, poly: 0x1021, start: 0 });
  }
}

function sum(bytes: Uint8Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += bytes[i]!;
  return total;
}

function xor(bytes: Uint8Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total ^= bytes[i]!;
  return total;
}

type Crc = { readonly poly: number; readonly start: number };

function lowFirst(bytes: Uint8Array, from: number, to: number, { poly, start }: Crc): number {
  let crc = start;
  for (let i = from; i < to; i++) {
    crc ^= bytes[i]!;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ poly : crc >> 1;
  }
  return crc;
}

function highFirst(
  bytes: Uint8Array,
  from: number,
  to: number,
  { bits, poly, start }: Crc & { readonly bits: 8 | 16 },
): number {
  const top = 1 << (bits - 1);
  let crc = start;
  for (let i = from; i < to; i++) {
    crc ^= bytes[i]! << (bits - 8);
    for (let bit = 0; bit < 8; bit++) crc = (crc & top ? (crc << 1) ^ poly : crc << 1) & (2 * top - 1);
  }
  return crc;
}
