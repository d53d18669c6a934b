import { say } from "@weir/wire/sentences.ts";
import { LinkError } from "../driver.ts";
import type { AskWait, FirmataBoard } from "./board.ts";
import { readI2c, writeI2c } from "./encode.ts";
import { hex, texts } from "./fault.ts";

/** The I2C bus of a board, one question at a time. */
export type I2c = {
  write(address: number, bytes: readonly number[]): void;
  /**
   * Exactly so many bytes. Rejects with a LinkError: `exception-1` when the chip gave fewer, and then whatever the board sent
   * beside it is thrown away; `timeout` when the board was silent.
   */
  read(address: number, register: number | undefined, count: number): Promise<Uint8Array>;
  sleep(ms: number): Promise<void>;
};

export function openI2c(board: FirmataBoard, wait: AskWait): I2c {
  return {
    write: (address, bytes) => board.send(writeI2c(address, bytes)),
    read: (address, register, count) => readOnce(board, { address, register, count }, wait),
    sleep: (ms) => board.clock.sleep(ms, wait.signal),
  };
}

type Question = { readonly address: number; readonly register: number | undefined; readonly count: number };

/** Boards with a reply outstanding that was not waited for to the end. */
const unsure = new WeakSet<FirmataBoard>();

async function readOnce(
  board: FirmataBoard,
  { address, register, count }: Question,
  wait: AskWait,
): Promise<Uint8Array> {
  if (unsure.has(board)) {
    // The board answers in order: behind the answer to this, no old reply can come any more.
    if (!(await board.isThere(wait))) throw silentBoard(board, address);
    unsure.delete(board);
  }
  unsure.add(board);
  let complaint: string | undefined;
  const data = await board.ask(
    readI2c(address, register, count),
    (message) => {
      // A board whose chip does not answer says so in words, and then sends what an earlier chip had said.
      if (message.kind === "text" && /^I2C/.test(message.text)) complaint = message.text;
      if (message.kind !== "i2c" || message.address !== address || message.register !== (register ?? 0))
        return undefined;
      return message.data;
    },
    wait,
  );
  if (data === undefined) throw silentBoard(board, address);
  unsure.delete(board);
  if (complaint !== undefined || data.length !== count)
    throw new LinkError(
      "exception-1",
      `${board.place}: ${complaint === undefined ? say(texts.noChip, { address: hex(address) }) : say(texts.noChipSaying, { address: hex(address), complaint })}`,
    );
  return data;
}

function silentBoard({ place }: FirmataBoard, address: number): LinkError {
  return new LinkError("timeout", `${place}: ${say(texts.hangingI2c, { address: hex(address) })}`);
}
