/** A request to a meter, taken off a stream. */
export type MeterRequest = {
  readonly protocol: "dlt645" | "cjt188";
  /** As printed on the meter, high byte first; AA is any. */
  readonly address: string;
  /** CJ/T 188 only: the type code T. */
  readonly type: number;
  readonly control: number;
  /** DL/T 645: without the 33 added to each byte. */
  readonly data: Uint8Array;
};

/** A request and how many bytes it took, wake-up bytes included; `more` while it is not complete; `noise` when it is none. */
export type TakenRequest = { readonly request: MeterRequest; readonly length: number } | "more" | "noise";

const head = 0x68;
const tail = 0x16;
const wakeUp = 0xfe;

/** The request of either protocol at the head of the buffer. DL/T 645 is told by the second 68 behind the address. */
export function takeRequest(buffer: Uint8Array): TakenRequest {
  const first = buffer.findIndex((byte) => byte !== wakeUp);
  if (first < 0) return buffer.length === 0 ? "noise" : "more";
  const frame = buffer.subarray(first);
  if (frame[0] !== head) return "noise";
  if (frame.length < 8) return "more";
  const electricity = frame[7] === head;
  const overhead = electricity ? 12 : 13;
  const lengthByte = frame[overhead - 3];
  if (lengthByte === undefined) return "more";
  const size = overhead + lengthByte;
  if (lengthByte > 50) return "noise";
  if (frame.length < size) return "more";
  if (frame[size - 1] !== tail || checksum(frame.subarray(0, size - 2)) !== frame[size - 2]) return "noise";
  const data = frame.slice(overhead - 2, size - 2);
  return {
    length: first + size,
    request: {
      protocol: electricity ? "dlt645" : "cjt188",
      address: hexHighFirst(electricity ? frame.subarray(1, 7) : frame.subarray(2, 9)),
      type: electricity ? 0 : frame[1]!,
      control: frame[overhead - 4]!,
      data: electricity ? data.map((byte) => (byte + 0x100 - 0x33) & 0xff) : data,
    },
  };
}

/** An answer of a DL/T 645 meter, with the wake-up bytes that most send. */
export function wrapDlt645(address: string, control: number, data: readonly number[]): Uint8Array {
  const body = [head, ...lowFirst(address), head, control, data.length, ...data.map((byte) => (byte + 0x33) & 0xff)];
  return Uint8Array.of(wakeUp, wakeUp, ...body, checksum(body), tail);
}

/** An answer of a CJ/T 188 meter. */
export function wrapCjt188(type: number, address: string, control: number, data: readonly number[]): Uint8Array {
  const body = [head, type, ...lowFirst(address), control, data.length, ...data];
  return Uint8Array.of(wakeUp, wakeUp, ...body, checksum(body), tail);
}

/** `02010100` → 00 01 01 02. */
export function lowFirst(text: string): number[] {
  return (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).toReversed();
}

/** 00 01 01 02 → `02010100`. */
export function hexHighFirst(bytes: Uint8Array): string {
  return [...bytes].reduceRight((text, byte) => text + byte.toString(16).toUpperCase().padStart(2, "0"), "");
}

function checksum(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) % 256;
  return sum;
}
