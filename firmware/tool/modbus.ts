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
const answerMs = 500;
/** For whoever may be there. */
const knockMs = 300;

async function send(port: Port, request: readonly number[], signal: AbortSignal): Promise<void> {
  const crc = crc16(request);
  await port.wait(silenceMs, signal);
  await port.discard();
  await port.write(Uint8Array.from([...request, crc & 0xff, crc >> 8]));
}

const words = (numbers: readonly number[]) => numbers.flatMap((number) => [(number >> 8) & 0xff, number & 0xff]);

/** Input registers of a node; undefined when nothing whole and fitting came. Throws Error when the node says no. */
export async function readInput(
  port: Port,
  unit: number,
  at: number,
  count: number,
  signal: AbortSignal,
): Promise<number[] | undefined> {
  await send(port, [unit, 4, ...words([at, count])], signal);
  const head = await port.read(5, answerMs, signal);
  if (head.length < 5) return undefined;
  if (head[0] === unit && head[1] === 0x84 && crc16([...head]) === 0)
    throw new Error(`node ${unit} says exception ${head[2]} to input registers ${at} to ${at + count - 1}`);
  const answer = [...head, ...(await port.read(count * 2, answerMs, signal))];
  if (answer[0] !== unit || answer[1] !== 4 || answer[2] !== count * 2 || crc16(answer) !== 0) return undefined;
  return Array.from({ length: count }, (_, n) => (answer[3 + 2 * n]! << 8) | answer[4 + 2 * n]!);
}

/** Writes holding registers with function 16: true once the node has confirmed it, false when it said no or nothing whole came. */
export async function writeHolding(
  port: Port,
  unit: number,
  at: number,
  values: readonly number[],
  signal: AbortSignal,
): Promise<boolean> {
  await send(port, [unit, 16, ...words([at, values.length]), values.length * 2, ...words(values)], signal);
  const answer = [...(await port.read(8, answerMs, signal))];
  return answer.length === 8 && answer[0] === unit && answer[1] === 16 && crc16(answer) === 0;
}

/** Whether anything at all answers at an address, whoever it is. */
export async function isAnybodyAt(port: Port, unit: number, signal: AbortSignal): Promise<boolean> {
  await send(port, [unit, 3, 0, 0, 0, 1], signal);
  return (await port.read(1, knockMs, signal)).length > 0;
}

/** Asks a node who it is; undefined when no Weir node answers. */
export async function askNode(port: Port, unit: number, signal: AbortSignal): Promise<NodeAnswer | undefined> {
  return nodeOf(await readInput(port, unit, identityRegister, identityWords, signal));
}

export const identityRegister = 0x100;
export const identityWords = 16;

/** Its identification block; undefined when it is no Weir node's. */
export function nodeOf(block: readonly number[] | undefined): NodeAnswer | undefined {
  if (block?.[0] !== 0x5745) return undefined;
  const serial = block[5]! * 0x10000 + block[6]!;
  return {
    hardwareClass: block[1]!,
    hardwareRevision: block[2]!,
    version: `${block[3]! >> 8}.${block[3]! & 0xff}.${block[4]}`,
    serial: serial === 0xffffffff ? undefined : serial,
    model: Buffer.from(words(block.slice(8)))
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
