import { flatten } from "../tool/hex.ts";
import { readImage } from "../tool/images.ts";
import { type AdapterSettings, createAdapter } from "./adapter.ts";
import { type Board, createBoard } from "./board.ts";
import { createTimeline } from "./timeline.ts";
import { createWire, type Wire } from "./wire.ts";

export type NodeOptions = {
  /** boot485: it is in its boot section, and the fuses are as firmware/boot485/README.md wants them. */
  readonly loader?: "boot485";
};

/** A node on an RS-485 line, with its transceiver at D2; its image runs when its board is on a timeline. */
export async function createNode(image: string, wire: Wire, { loader }: NodeOptions = {}): Promise<Board> {
  const bus = { rx: wire, tx: wire, directionPin: 2 };
  const board = createBoard(loader ? { ...bus, bootStart, watchdogAlwaysOn: true } : bus);
  board.program(flatten(await readImage(image)));
  if (loader) board.program(flatten(await readImage(loader), bootStart), bootStart);
  board.reset("power");
  return board;
}

const bootStart = 0x7000;

/**
 * What is done on a bench, over Modbus: a serial number, an address, and the speed and parity of its line, where that is not the factory's.
 * Gives its EEPROM. Throws when it does not answer so.
 */
export async function commission(
  image: string,
  serial: number,
  address: number,
  { baud = 19_200, parity = "even" }: Partial<AdapterSettings> = {},
): Promise<Uint8Array> {
  const wire = createWire();
  const timeline = createTimeline();
  const board = await createNode(image, wire);
  timeline.add(board);
  const master = createAdapter(timeline, { rx: wire, tx: wire }, { baud: 19200, parity: "even" });
  timeline.run(20);
  const words = [serial >>> 16, serial & 0xffff];
  for (const [at, values] of [
    [0x30, words],
    [0, [address, baud / 100, ["none", "odd", "even"].indexOf(parity)]],
  ] as const) {
    const frame = [
      247,
      16,
      0,
      at,
      0,
      values.length,
      values.length * 2,
      ...values.flatMap((word) => [word >> 8, word & 0xff]),
    ];
    const answer = master.ask(withCrc(frame), { timeoutMs: 500 });
    if (answer[1] !== 16) throw new Error(`the ${image} node does not take its serial number and address`);
  }
  return board.eeprom.slice();
}

function withCrc(frame: readonly number[]): Uint8Array {
  let crc = 0xffff;
  for (const byte of frame) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return Uint8Array.from([...frame, crc & 0xff, crc >> 8]);
}
