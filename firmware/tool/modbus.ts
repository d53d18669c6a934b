import type { Port } from "./port.ts";

/** What a Weir node says of itself over Modbus: registers.h, 0x0100 on. */
export type NodeAnswer = {
  readonly hardwareClass: number;
  readonly hardwareRevision: number;
  readonly version: string;
  /** undefined: none yet. */
  readonly serial: number | undefined;
  readonly model: string;
};

/** Between two frames: 3.5 characters at 2400 bit/s, the slowest that a node has. */
const silenceMs = 17;

/** Input registers of a node; undefined when nothing whole and fitting came. Throws Error when the node says no. */
export async function readInput(
  port: Port,
  unit: number,
  at: number,
  count: number,
  signal: AbortSignal,
): Promise<number[] | undefined> {
  const request = [unit, 4, at >> 8, at & 0xff, count >> 8, count & 0xff];
  const crc = crc16(request);
  await port.wait(silenceMs, signal);
  await port.discard();
  await port.write(Uint8Array.from([...request, crc & 0xff, crc >> 8]));
  const head = await port.read(5, 500, signal);
  if (head.length < 5) return undefined;
  if (head[0] === unit && head[1] === 0x84 && crc16([...head]) === 0)
    throw new Error(`node ${unit} says exception ${head[2]} to input registers ${at} to ${at + count - 1}`);
  const answer = [...head, ...(await port.read(count * 2, 500, signal))];
  if (answer[0] !== unit || answer[1] !== 4 || answer[2] !== count * 2 || crc16(answer) !== 0) return undefined;
  return Array.from({ length: count }, (_, n) => (answer[3 + 2 * n]! << 8) | answer[4 + 2 * n]!);
}

/** Asks a node who it is; undefined when no Weir node answers. */
export async function askNode(port: Port, unit: number, signal: AbortSignal): Promise<NodeAnswer | undefined> {
  const words = await readInput(port, unit, 0x100, 16, signal);
  if (words?.[0] !== 0x5745) return undefined;
  const serial = words[5]! * 0x10000 + words[6]!;
  return {
    hardwareClass: words[1]!,
    hardwareRevision: words[2]!,
    version: `${words[3]! >> 8}.${words[3]! & 0xff}.${words[4]}`,
    serial: serial === 0xffffffff ? undefined : serial,
    model: Buffer.from(words.slice(8).flatMap((word) => [word >> 8, word & 0xff]))
      .toString("latin1")
      .replaceAll("\0", ""),
  };
}

/** Modbus over serial line V1.02, 6.2.2; 0 over a frame with its own. */
export function crc16(bytes: readonly number[]): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
