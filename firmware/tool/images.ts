import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Built, build, digest, findToolchain, type Toolchain } from "./build.ts";
import { type Image, parseHex } from "./hex.ts";
import { recipes } from "./recipes.ts";

/** firmware/images/manifest.json: what is checked in, so that nobody needs a compiler to use or test it. */
export type Manifest = {
  readonly toolchain: Toolchain;
  readonly images: Readonly<Record<string, Omit<Built, "hex">>>;
};

export const imagesFolder: string = join(import.meta.dirname, "../images");

export async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(imagesFolder, "manifest.json"), "utf8")) as Manifest;
}

/** A checked-in image. Throws when it is not the one that the manifest names. */
export async function readImage(name: string): Promise<Image> {
  const { images } = await readManifest();
  const entry = images[name];
  if (!entry) throw new Error(`there is no image "${name}"; there are ${Object.keys(images).join(", ")}`);
  const text = await readFile(join(imagesFolder, `${name}.hex`), "utf8");
  if (digest(text) !== entry.sha256)
    throw new Error(
      `firmware/images/${name}.hex is not the file of its manifest: build it anew with weir-firmware build`,
    );
  const parsed = parseHex(text, recipes[name]?.section);
  if ("faults" in parsed) throw new Error(`firmware/images/${name}.hex: ${parsed.faults.join("; ")}`);
  return parsed.image;
}

/** Builds all images, or those named, and writes them with their manifest. */
export async function writeImages(
  names: readonly string[] = Object.keys(recipes),
  folder = imagesFolder,
): Promise<Manifest> {
  const toolchain = await findToolchain();
  const before: Manifest["images"] = names.length === Object.keys(recipes).length ? {} : (await readManifest()).images;
  const images: Record<string, Omit<Built, "hex">> = { ...before };
  for (const name of names) {
    const { hex, ...facts } = await build(recipes[name]!);
    await writeFile(join(folder, `${name}.hex`), hex);
    images[name] = facts;
  }
  const manifest = { toolchain, images };
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}
