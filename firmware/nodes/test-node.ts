import { type Adapter, type AdapterSettings, createAdapter } from "../sim/adapter.ts";
import type { Board } from "../sim/board.ts";
import { createNode } from "../sim/nodes.ts";
import { createTimeline, type Timeline } from "../sim/timeline.ts";
import { createWire, type Wire } from "../sim/wire.ts";

/** For tests: nodes that run their checked-in image on one RS-485 line, and a master on it. */
export type TestLine = {
  readonly timeline: Timeline;
  readonly wire: Wire;
  readonly boards: readonly Board[];
  readonly master: Adapter;
  /** Sends a frame, to which the CRC is added, and gives what comes back within the time, as it comes. */
  ask(frame: readonly number[], wait?: Parameters<Adapter["ask"]>[1]): number[];
  /** Reads words with function 3 or 4. Throws with the exception, or what came instead. */
  read(address: number, fn: 3 | 4, at: number, count: number): number[];
  /** Function 16. */
  write(address: number, at: number, words: readonly number[]): number[];
};

/** As shipped: 19200 8E1, address 247. */
export async function startNodes(variants: readonly string[], settings?: AdapterSettings): Promise<TestLine> {
  const timeline = createTimeline();
  const wire = createWire();
  const boards: Board[] = [];
  for (const variant of variants) {
    const board = await createNode(variant, wire);
    timeline.add(board);
    boards.push(board);
  }
  const master = createAdapter(timeline, { rx: wire, tx: wire }, settings ?? { baud: 19200, parity: "even" });
  timeline.run(20);

  const ask: TestLine["ask"] = (frame, wait) => [...master.ask(withCrc(frame), wait)];
  function answerTo(frame: readonly number[]): number[] {
    const answer = ask(frame);
    if (answer.length < 5 || !isWhole(answer))
      throw new Error(`no whole answer: ${Buffer.from(answer).toString("hex")}`);
    if (answer[1]! & 0x80) throw new Error(`exception ${answer[2]}`);
    return answer;
  }
  return {
    timeline,
    wire,
    boards,
    master,
    ask,
    read: (address, fn, at, count) => wordsOf(answerTo([address, fn, ...word(at), ...word(count)]).slice(3, -2)),
    write: (address, at, words) =>
      answerTo([address, 16, ...word(at), ...word(words.length), words.length * 2, ...words.flatMap(word)]),
  };
}

export const word = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];

export const wordsOf = (bytes: readonly number[]): number[] =>
  Array.from({ length: bytes.length / 2 }, (_, n) => (bytes[2 * n]! << 8) | bytes[2 * n + 1]!);

export function crc16(bytes: readonly number[]): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

export function withCrc(frame: readonly number[]): Uint8Array {
  const crc = crc16(frame);
  return Uint8Array.from([...frame, crc & 0xff, crc >> 8]);
}

export const isWhole = (frame: readonly number[]): boolean => crc16(frame) === 0;
