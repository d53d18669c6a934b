import { LinkError, type LinkErrorCode } from "../driver.ts";
import type { FirmataBoard } from "./board.ts";

/** The code of a LinkError; anything else is thrown on. */
export function codeOf(error: unknown): LinkErrorCode {
  if (error instanceof LinkError) return error.code;
  throw error;
}

type Wanted = { readonly names: readonly string[]; readonly version: string };

/** A LinkError when another sketch runs on the board than the profile is made for. */
export function firmwareFault({ place, firmware }: FirmataBoard, { names, version }: Wanted): LinkError | undefined {
  const found = `${firmware.name || "a sketch without a name"} ${firmware.major}.${firmware.minor}`;
  const wanted = `${names.join(" or ")} ${version} or later`;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = firmware.major < major || (firmware.major === major && firmware.minor < minor);
  if (!names.includes(firmware.name) || isOld)
    return new LinkError("refused", `${place} runs ${found}; this profile needs ${wanted}: flash that sketch`);
  return undefined;
}

/** A LinkError when the board measures in other steps than the profile is scaled for. */
export function resolutionFault({ place }: FirmataBoard, found: number, wanted: number): LinkError | undefined {
  if (found === wanted) return undefined;
  return new LinkError(
    "refused",
    `${place}: its analog inputs have ${found} bits, the profile is made for ${wanted}; its scale would be wrong by ${2 ** Math.abs(found - wanted)}: take a profile for this board`,
  );
}

export const silent = (board: FirmataBoard) =>
  new LinkError(
    "timeout",
    `${board.place}: the board does not answer; check its power and plug, or press its reset button`,
  );

export const hex = (byte: number) => `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
