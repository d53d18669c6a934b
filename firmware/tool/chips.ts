import type { Section } from "./hex.ts";
import type { Identity } from "./stk500.ts";

/** Chips that Weir builds for, by their signature (datasheet 27.3). */
export const chips: Readonly<Record<string, string>> = { "1e950f": "ATmega328P", "1e9514": "ATmega328" };

/** Bootloaders by the version they give, and where they begin: an application may not reach them. */
const bootloaders: readonly { readonly is: RegExp; readonly name: string; readonly start: number }[] = [
  { is: /^STK500v1 87\./, name: "Weir's loader", start: 0x7c00 },
  { is: /^STK500v1 1\.1[0-9]$/, name: "ATmegaBOOT", start: 0x7800 },
  { is: /^STK500v1 [4-9]\./, name: "Optiboot", start: 0x7e00 },
];

/** What may be written. Of a bootloader that is not known, the largest that such boards have is assumed: 2 KiB. */
export function applicationOf({ bootloader }: Identity): Section & { readonly bootloader: string } {
  const known = bootloaders.find(({ is }) => is.test(bootloader));
  const name = known?.name ?? "an unknown bootloader";
  return { name: `the application section below ${name}`, start: 0, end: known?.start ?? 0x7800, bootloader: name };
}
