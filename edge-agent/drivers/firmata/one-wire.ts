import { say } from "@weir/wire/sentences.ts";
import { LinkError } from "../driver.ts";
import type { AskWait, FirmataBoard } from "./board.ts";
import { oneWireCrc } from "./crc8.ts";
import { runOneWire, searchOneWire } from "./encode.ts";
import { texts } from "./fault.ts";

const [searched, answered] = [0x42, 0x43];
const [convert, readScratchpad] = [0x44, 0xbe];
const scratchpadBytes = 9;
/** DS18B20 at 12 bits, its longest. */
export const convertMs = 750;

/** The thermometer that is asked for, or the only one. Rejects with a LinkError that names those found. */
export async function findThermometer(
  board: FirmataBoard,
  pin: number,
  rom: string | undefined,
  wait: AskWait,
): Promise<readonly number[]> {
  const codes = await board.ask(
    searchOneWire(pin),
    (message) =>
      message.kind === "one-wire" && message.about === searched && message.pin === pin ? message.data : undefined,
    wait,
  );
  if (!codes) throw new LinkError("timeout", `${board.place}: ${say(texts.noSearch, { pin })}`);
  const found = Array.from({ length: Math.floor(codes.length / 8) }, (_, i) => [
    ...codes.subarray(8 * i, 8 * i + 8),
  ]).filter((code) => code[0] === 0x28 && oneWireCrc(code) === 0);
  const names = found.map((code) => Buffer.from(code).toString("hex").toUpperCase());
  const place = rom === undefined ? (found.length === 1 ? 0 : -1) : names.indexOf(rom);
  if (place >= 0) return found[place]!;
  throw new LinkError(
    "exception-1",
    `${board.place}: ${found.length === 0 ? say(texts.noThermometer, { pin }) : say(texts.whichThermometer, { pin, roms: names.join(", ") })}`,
  );
}

/** Starts a measurement, which takes convertMs. */
export function startThermometer(board: FirmataBoard, pin: number, code: readonly number[]): void {
  board.send(runOneWire(pin, code, { write: [convert] }));
}

/** The scratchpad. Rejects with a LinkError when it is none, or holds the 85 °C of a thermometer that has not measured. */
export async function readThermometer(
  board: FirmataBoard,
  pin: number,
  code: readonly number[],
  wait: AskWait,
): Promise<Uint8Array> {
  const reply = await board.ask(
    runOneWire(pin, code, { write: [readScratchpad], read: scratchpadBytes }),
    (message) =>
      message.kind === "one-wire" && message.about === answered && message.pin === pin ? message.data : undefined,
    wait,
  );
  const data = reply?.subarray(2, 2 + scratchpadBytes);
  if (!data) throw new LinkError("timeout", `${board.place}: ${say(texts.silentThermometer, { pin })}`);
  if (data.length < scratchpadBytes || data.every((byte) => byte === 0) || oneWireCrc(data) !== 0)
    throw new LinkError("crc", `${board.place}: ${say(texts.spoiltThermometer, { pin })}`);
  if (data[0] === 0x50 && data[1] === 0x05)
    throw new LinkError("exception-2", `${board.place}: ${say(texts.idleThermometer, { pin })}`);
  return data;
}
