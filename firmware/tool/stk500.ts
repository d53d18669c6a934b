import { hex } from "./hex.ts";
import type { Port } from "./port.ts";

/** What a bootloader told of itself and of the chip it runs on. */
export type Identity = { readonly signature: string; readonly bootloader: string };

/** A way to the memory of a chip. */
export type Programmer = {
  /** Resets the board and finds its bootloader. Rejects with a ProgrammingError. */
  identify(signal: AbortSignal): Promise<Identity>;
  /** One page; `at` is a byte address, a multiple of the page. */
  writePage(at: number, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  read(at: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Starts the application. */
  leave(signal: AbortSignal): Promise<void>;
};

/**
 * silent: nothing came back. out-of-sync: something came, and not what the protocol wants. refused: it said no.
 * closed: the port went away.
 */
export class ProgrammingError extends Error {
  readonly code: "silent" | "out-of-sync" | "refused" | "closed";
  constructor(code: ProgrammingError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ProgrammingError";
    this.code = code;
  }
}

/** Bytes a page of the ATmega328P's flash, and what one read asks for. */
export const pageBytes = 128;

// Atmel AVR061, STK500 communication protocol
const [OK, INSYNC, END] = [0x10, 0x14, 0x20];
const command = {
  getSync: 0x30,
  getParameter: 0x41,
  enterProgramming: 0x50,
  leaveProgramming: 0x51,
  loadAddress: 0x55,
  programPage: 0x64,
  readPage: 0x74,
  readSignature: 0x75,
} as const;
const [softwareMajor, softwareMinor] = [0x81, 0x82];

/** How often it is called after a reset: a bootloader listens for half a second to two, and a slow port loses the first bytes. */
const calls = 10;
const callMs = 200;
const answerMs = 1000;

/** STK500v1 as Optiboot, ATmegaBOOT and Weir's loader speak it. */
export function createStk500(port: Port): Programmer {
  async function ask(request: readonly number[], answerBytes: number, signal: AbortSignal, timeoutMs = answerMs) {
    await port.discard();
    await port.write(Uint8Array.from([...request, END]));
    const first = (await port.read(1, timeoutMs, signal))[0];
    if (first === undefined) throw new ProgrammingError("silent", "the bootloader does not answer");
    if (first !== INSYNC)
      throw new ProgrammingError("out-of-sync", `the answer begins with ${hex(first)} where ${hex(INSYNC)} was due`);
    const rest = await port.read(answerBytes + 1, timeoutMs, signal);
    if (rest.length < answerBytes + 1)
      throw new ProgrammingError("silent", `the answer ends after ${rest.length} of ${answerBytes + 1} bytes`);
    if (rest.at(-1) !== OK)
      throw new ProgrammingError("refused", `the bootloader says ${hex(rest.at(-1)!)} where ${hex(OK)} was due`);
    return rest.subarray(0, -1);
  }

  async function synchronise(signal: AbortSignal): Promise<void> {
    await port.resetBoard();
    let last: unknown;
    for (let n = 0; n < calls; n++) {
      try {
        return void (await ask([command.getSync], 0, signal, callMs));
      } catch (error) {
        if (!(error instanceof ProgrammingError) || error.code === "closed") throw error;
        last = error.code === "out-of-sync" || last === undefined ? error : last;
      }
    }
    throw last;
  }

  const loadAddress = (at: number, signal: AbortSignal) =>
    ask([command.loadAddress, (at >> 1) & 0xff, at >> 9], 0, signal);

  return {
    identify: async (signal) => {
      await synchronise(signal);
      const [major] = await ask([command.getParameter, softwareMajor], 1, signal);
      const [minor] = await ask([command.getParameter, softwareMinor], 1, signal);
      await ask([command.enterProgramming], 0, signal);
      const signature = await ask([command.readSignature], 3, signal);
      return { signature: Buffer.from(signature).toString("hex"), bootloader: `STK500v1 ${major}.${minor}` };
    },
    writePage: async (at, bytes, signal) => {
      await loadAddress(at, signal);
      await ask([command.programPage, bytes.length >> 8, bytes.length & 0xff, 0x46, ...bytes], 0, signal);
    },
    read: async (at, length, signal) => {
      const parts: Uint8Array[] = [];
      for (let done = 0; done < length; done += pageBytes) {
        const count = Math.min(pageBytes, length - done);
        await loadAddress(at + done, signal);
        parts.push(await ask([command.readPage, count >> 8, count & 0xff, 0x46], count, signal));
      }
      return Uint8Array.from(Buffer.concat(parts));
    },
    leave: async (signal) => void (await ask([command.leaveProgramming], 0, signal)),
  };
}
