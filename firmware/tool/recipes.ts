import { join } from "node:path";
import type { Section } from "./hex.ts";

/** How an image is built from our C. */
export type Recipe = {
  /** The folder of its sources, which are compiled together. */
  readonly folder: string;
  readonly sources: readonly string[];
  /** Files that it includes: changes of these change it too. */
  readonly headers: readonly string[];
  readonly flags: readonly string[];
  /** Where it must fit. */
  readonly section: Section;
};

/** Below Optiboot, 512 bytes, the smallest bootloader in use. */
export const application: Section = { name: "the application section", start: 0, end: 0x7e00 };

const nodes = join(import.meta.dirname, "../nodes");
const node = (variant: string): Recipe => ({
  folder: nodes,
  sources: ["main.c", "line.c", "answer.c", "commission.c", "map.c", "measure.c", "settings.c"],
  headers: ["node.h", "registers.h", "version.h", `${variant}.h`],
  flags: [`-DVARIANT="${variant}.h"`, "-mrelax"],
  section: application,
});

const loader: Recipe = {
  folder: join(import.meta.dirname, "../loader"),
  sources: ["loader.c"],
  headers: [],
  flags: ["-fno-jump-tables", "-mrelax", "-nostartfiles", "-Wl,--section-start=.text=0x7C00"],
  section: { name: "a boot section of 1 KiB", start: 0x7c00, end: 0x8000 },
};

const firmata: Recipe = {
  folder: join(import.meta.dirname, "../firmata"),
  sources: ["main.c", "host.c", "pins.c", "analog.c", "i2c.c", "serial.c"],
  headers: ["board.h"],
  flags: ["-mrelax"],
  section: application,
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
};
