import { slotBytes } from "@weir/wire/firmware/boot485.ts";
import { sealBytes } from "@weir/wire/firmware/identity.ts";
import type { Section } from "./hex.ts";

/** How an image is built from our C. */
export type Recipe = {
  /** Below firmware/; compiled together. */
  readonly sources: readonly string[];
  /** Files that it includes: changes of these change it too. */
  readonly headers: readonly string[];
  readonly flags: readonly string[];
  /** Where it must fit. */
  readonly section: Section;
  /** node: on a line, so that boot485 can bring it; board: at a port of its own. test: a node for tests and the demonstration alone. */
  readonly purpose: "node" | "board" | "loader" | "test";
};

/** Below Optiboot, 512 bytes, the smallest bootloader in use. */
export const application: Section = { name: "the application section", start: 0, end: 0x7e00 };

/** What a slot of boot485 holds, less the four bytes that seal an image; below any other bootloader there is more room. */
export const slot: Section = { name: "a slot of boot485", start: 0, end: slotBytes - sealBytes };

const node = (variant: string, more: readonly string[] = []): Recipe => ({
  sources: ["main.c", "line.c", "answer.c", "commission.c", "map.c", "measure.c", "settings.c", "crc16.c"].map(
    (file) => `nodes/${file}`,
  ),
  headers: [
    ...["node.h", "identity.h", "loader.h", "registers.h", "settings.h", "version.h", `${variant}.h`],
    ...more,
  ].map((file) => `nodes/${file}`),
  flags: [`-DVARIANT="${variant}.h"`, "-mrelax"],
  section: slot,
  purpose: "node",
});

const loader: Recipe = {
  sources: ["loader/loader.c"],
  headers: [],
  flags: ["-fno-jump-tables", "-mrelax", "-nostartfiles", "-Wl,--section-start=.text=0x7C00"],
  section: { name: "a boot section of 1 KiB", start: 0x7c00, end: 0x8000 },
  purpose: "loader",
};

const boot485: Recipe = {
  sources: [
    ...["vectors.S", "main.c", "serve.c", "line.c", "slots.c", "state.c", "records.c", "mac.c"].map(
      (file) => `boot485/${file}`,
    ),
    "nodes/crc16.c",
  ],
  headers: ["boot485/boot485.h", "nodes/identity.h", "nodes/registers.h", "nodes/settings.h"],
  flags: [
    ...["-fno-jump-tables", "-mcall-prologues", "-fshort-enums", "-fno-tree-pre", "-mstrict-X", "-mrelax"], // each makes it smaller
    ...["-nostartfiles", "-Wl,--section-start=.text=0x7000"],
  ],
  section: { name: "a boot section of 4 KiB", start: 0x7000, end: 0x8000 },
  purpose: "loader",
};

const firmata: Recipe = {
  sources: ["main.c", "host.c", "pins.c", "analog.c", "i2c.c", "serial.c"].map((file) => `firmata/${file}`),
  headers: ["firmata/board.h"],
  flags: ["-mrelax"],
  section: application,
  purpose: "board",
};

/** Every image that Weir builds. */
export const recipes: Readonly<Record<string, Recipe>> = {
  level: node("level"),
  air: node("air"),
  pressure: node("pressure"),
  light: node("light"),
  gas: node("gas"),
  firmata,
  loader,
  boot485,
  "level-flawed": { ...node("level-flawed", ["level.h"]), purpose: "test" },
};
