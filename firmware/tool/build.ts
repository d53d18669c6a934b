import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { seal, sealBytes } from "@weir/wire/firmware/identity.ts";
import { flatten, formatHex, type Image, parseHex } from "./hex.ts";
import type { Recipe } from "./recipes.ts";

/** What was built, and of what. `flash` and `ram` are bytes; RAM without the stack. */
export type Built = {
  readonly hex: string;
  readonly sha256: string;
  /** SHA-256 over its sources' names and contents. */
  readonly sources: string;
  readonly flash: number;
  readonly ram: number;
};

/** Who built it: the same compiler gives the same bytes, another one need not. */
export type Toolchain = { readonly compiler: string; readonly libc: string };

const run = promisify(execFile);

const common = [
  "-mmcu=atmega328p",
  "-DF_CPU=16000000UL",
  "-Os",
  "-std=gnu99",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-fno-strict-aliasing",
  "-ffunction-sections",
  "-fdata-sections",
  "-Wl,--gc-sections",
];

/** Rejects with what to install when there is no compiler. */
export async function findToolchain(): Promise<Toolchain> {
  try {
    const { stdout } = await run("avr-gcc", ["--version"]);
    const libc = await run("sh", [
      "-c",
      "printf '#include <avr/version.h>\\n__AVR_LIBC_VERSION_STRING__\\n' | avr-gcc -mmcu=atmega328p -E -P -",
    ]);
    return { compiler: stdout.split("\n")[0]!.trim(), libc: /"(.+)"/.exec(libc.stdout)?.[1] ?? "unknown" };
  } catch (cause) {
    throw new Error(
      "there is no avr-gcc with avr-libc here; on Debian: apt-get install gcc-avr avr-libc binutils-avr. Without it the images in firmware/images can be used as they are",
      { cause },
    );
  }
}

/** Compiles and links; rejects with the compiler's own words, or when the result does not fit its section. */
export async function build(
  { sources, headers, flags, section, purpose }: Recipe,
  folder: string = join(import.meta.dirname, ".."),
): Promise<Built> {
  const out = await mkdtemp(join(tmpdir(), "weir-firmware-"));
  try {
    const elf = join(out, "image.elf");
    await run("avr-gcc", [...common, ...flags, "-o", elf, ...sources], { cwd: folder });
    await run("avr-objcopy", ["-O", "ihex", "-R", ".eeprom", elf, join(out, "image.hex")]);
    const parsed = parseHex(await readFile(join(out, "image.hex"), "utf8"), section);
    if ("faults" in parsed) throw new Error(parsed.faults.join("\n"));
    const sealed = purpose === "node" || purpose === "test" ? sealedImage(parsed.image) : undefined;
    const hex = formatHex(sealed ?? parsed.image);
    const { stdout } = await run("avr-size", [elf]);
    const [text, data, bss] = stdout.split("\n")[1]!.trim().split(/\s+/).map(Number) as [number, number, number];
    return {
      hex,
      sha256: digest(hex),
      sources: await digestSources(folder, [...sources, ...headers]),
      flash: text + data + (sealed ? sealBytes : 0),
      ram: data + bss,
    };
  } finally {
    await rm(out, { recursive: true });
  }
}

/** As boot485 knows it. */
function sealedImage(image: Image): Image {
  const bytes = seal(flatten(image));
  if (!bytes) throw new Error("the image of a node says nowhere what it is: firmware/nodes/identity.h");
  return { segments: [{ start: 0, bytes }] };
}

export const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Tells whether an image was built of these files: its manifest has the same digest. */
export async function digestSources(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [...files].sort()) {
    const text = await readFile(join(folder, file));
    hash.update(`${file} ${text.length}\n`).update(text);
  }
  return hash.digest("hex");
}
