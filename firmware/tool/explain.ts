import { Failure } from "./events.ts";
import { ProgrammingError } from "./stk500.ts";

const help: Readonly<Record<ProgrammingError["code"], { readonly causes: readonly string[]; readonly next: string }>> =
  {
    silent: {
      causes: [
        "another program holds the port, or has reset the board meanwhile",
        "the speed is not the bootloader's: Optiboot and Weir's loader 115200, ATmegaBOOT 57600",
        "the board was not reset: no DTR on this cable; press its reset button as the command starts",
        "the board has no bootloader",
      ],
      next: "try --baud 57600; then press the reset button right after starting the command",
    },
    "out-of-sync": {
      causes: [
        "the speed is not the bootloader's: Optiboot and Weir's loader 115200, ATmegaBOOT 57600",
        "this is not the board's port: what answers is another instrument",
        "a transceiver or sensor drives the board's RX pin (D0): take it off while flashing",
      ],
      next: "check the port's name, then try --baud 57600",
    },
    refused: {
      causes: ["the bootloader does not write there", "it speaks another dialect of STK500"],
      next: "weir-firmware identify shows which bootloader it is",
    },
    closed: {
      causes: ["the cable was pulled or the board lost its power", "the USB hub reset itself"],
      next: "plug it in again and repeat the command: it begins anew and needs nothing of what was before",
    },
  };

/** An error of a port or programmer as one that a person can act on; anything else as it is. */
export function explain(error: unknown, board: string): unknown {
  if (!(error instanceof ProgrammingError)) return error;
  return new Failure(error.message, { ...help[error.code], board, cause: error });
}

/** A line's port that went away, as one that a person can act on; anything else as it is. */
export function explainLost(error: unknown, left: { readonly next: string; readonly board: string }): unknown {
  if (!(error instanceof ProgrammingError) || error.code !== "closed") return error;
  const causes = [
    "the cable of the adapter was pulled, or its USB hub reset itself",
    "the serial server was restarted",
  ];
  return new Failure(error.message, { causes, ...left, cause: error });
}
