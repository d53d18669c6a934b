import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { type FirmataPlace, type Line, LinkError, type Transport } from "../../drivers/driver.ts";
import type { FirmataBoard } from "../../drivers/firmata/board.ts";
import { sayFault } from "../../drivers/say-fault.ts";
import type { CommandOptions } from "../command.ts";
import type { Language } from "../language.ts";
import { type BoardFound, lookAtBoard } from "./board.ts";
import { foundLines, plainOf } from "./found-text.ts";
import { type SaveOptions, saveFound } from "./save.ts";
import { words } from "./words.ts";

const connectTimeoutMs = 5000;
const defaultSpeed = 57_600;

export type ScanBoard = { readonly transport: Extract<Transport, { kind: "firmata" }>; readonly place: string };

/** `weir-edge scan firmata <where>`: a USB id, host:port, or a serial port. Throws a UsageError. */
export function boardRequest(where: readonly string[], { baud }: Pick<CommandOptions, "baud">): ScanBoard {
  const [place, ...more] = where;
  if (place === undefined || more.length > 0)
    throw new UsageError("scan firmata takes one board: its port, its USB id such as 2341:0043, or host:port");
  const speed = baud === undefined ? defaultSpeed : Number(baud);
  if (!Number.isInteger(speed) || speed < 300 || speed > 2_000_000)
    throw new UsageError(`--baud ${baud}: expected one rate from 300 to 2000000, as in Firmata.begin of the sketch`);
  return { place, transport: { kind: "firmata", board: placeOf(place, speed) } };
}

function placeOf(place: string, speed: number): FirmataPlace {
  if (/^[0-9a-f]{4}:[0-9a-f]{4}$/i.test(place)) return { usb: place.toLowerCase(), speed };
  const [, host, port] = /^(?:\[?)([^\s/\]]+)(?:\]?):(\d{1,5})$/.exec(place) ?? [];
  return host !== undefined && Number(port) <= 65_535 ? { host, port: Number(port) } : { path: place, speed };
}

type BoardScanOptions = {
  readonly profiles: readonly Profile[];
  readonly json: boolean;
  readonly save: SaveOptions | false;
  readonly language: Language;
};

/** Opens the board, says what runs on it and what hangs on it. 1 where no profile fits. */
export async function scanBoard(
  { transport, place }: ScanBoard,
  { profiles, json, save, language }: BoardScanOptions,
  terminal: Terminal,
): Promise<number> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once("SIGINT", onInterrupt);
  if (!json) terminal.err(words[language].opening(place));
  const { openFirmata } = await import("../../drivers/firmata/open.ts");
  const options = { timeoutMs: connectTimeoutMs, clock: systemClock };
  const board = (await openFirmata(transport.board, options, stop.signal)) as FirmataBoard;
  try {
    const looked = await lookAtBoard(board, soleLine(board, transport), { profiles, signal: stop.signal });
    if (json) tellProgram(looked, place, terminal);
    else tellPerson(looked, { place, language }, terminal);
    if (looked.found.length === 0) return 1;
    return !save || (await saveFound(looked.found, transport, save, terminal)) ? 0 : 1;
  } finally {
    process.off("SIGINT", onInterrupt);
    await board.close();
  }
}

function soleLine(board: FirmataBoard, transport: Transport): Line<FirmataBoard> {
  return {
    transport,
    clock: systemClock,
    exchange: (turn, job) => (turn.signal.aborted ? Promise.reject(new LinkError("closed", "stopped")) : job(board)),
  };
}

function tellPerson(
  { firmware, pins, analogInputs, found, unfit }: BoardFound,
  { place, language }: { readonly place: string; readonly language: Language },
  { out }: Terminal,
): void {
  const say = words[language];
  out(say.board(place, firmware, pins, analogInputs));
  for (const one of found) out(foundLines(one, language).join("\n"));
  if (found.length > 0) return;
  out(say.noBoardProfile);
  for (const { profile, why } of unfit) out(`  ${profile}: ${sayFault(why, language)}`);
}

function tellProgram({ found, ...rest }: BoardFound, place: string, { out }: Terminal): void {
  out(JSON.stringify({ event: "board", place, ...rest }));
  for (const one of found) out(JSON.stringify({ event: "named", ...plainOf(one) }));
}
