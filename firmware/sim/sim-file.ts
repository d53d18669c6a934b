import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { flatten } from "../tool/hex.ts";
import { readImage } from "../tool/images.ts";
import { type Board, createBoard } from "./board.ts";

/** An Uno whose flash and EEPROM are kept in `<name>.sim`, as a real one's are in the board; a new one has a bootloader and nothing else. */
export async function openSimFile(name: string): Promise<{ readonly board: Board; readonly save: () => void }> {
  const file = `${name}.sim`;
  const board = createBoard({ bootStart: 0x7c00 });
  if (existsSync(file)) {
    const bytes = readFileSync(file);
    if (bytes.length !== 0x8400)
      throw new Error(`${file}: a simulated board is 33792 bytes, not ${bytes.length}; remove it for a new one`);
    board.program(bytes.subarray(0, 0x8000));
    board.eeprom.set(bytes.subarray(0x8000));
  } else board.program(flatten(await readImage("loader"), 0x7c00), 0x7c00);
  board.reset("power");
  return {
    board,
    save: () => {
      writeFileSync(`${file}.new`, Buffer.concat([board.flash, board.eeprom]));
      renameSync(`${file}.new`, file);
    },
  };
}
