import { type Emit, Failure } from "./events.ts";
import { askNode, type NodeAnswer, writeHolding } from "./modbus.ts";
import type { Port } from "./port.ts";

/** registers.h */
const register = 0x30;

/** Before anything is written: a board that is numbered otherwise is another one than was meant. */
export function refuseOther({ serial: has }: NodeAnswer, serial: number): void {
  if (has !== undefined && has !== serial)
    throw new Failure(`this board's node has serial number ${has}, and not ${serial}`, {
      causes: ["another board is at this port", "the number was typed wrongly: it is on the node's label"],
      next: `name the board's own port; or say --serial ${has}`,
      board: "nothing was written; the board runs what it ran",
    });
}

/** Gives a node on its own its serial number, once and for good, and reads it back. One that has this very number already is fine. */
export async function giveSerial(
  port: Port,
  { serial: has }: NodeAnswer,
  { unit, serial }: { readonly unit: number; readonly serial: number },
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<void> {
  if (has === serial) return;
  if (has !== undefined)
    throw new Failure(`the node has serial number ${has}, which is for good, and not ${serial}`, {
      causes: ["this board has been in the field: its EEPROM outlives a new image", "the number was typed wrongly"],
      next: `use ${has} for its label, or erase the board's EEPROM with a hardware programmer`,
      board: "the new image is in its flash and answers",
    });
  await writeHolding(port, unit, register, [serial >>> 16, serial & 0xffff], signal);
  const now = (await askNode(port, unit, signal))?.serial;
  if (now !== serial)
    throw new Failure(`the node does not keep serial number ${serial}: it says ${now ?? "none"}`, {
      causes: ["the board's EEPROM is worn out", "the cable was moved just then"],
      next: "say the same again; if it fails twice, take another board",
      board: "the new image is in its flash and answers",
    });
  emit({ event: "serial-given", serial });
}
