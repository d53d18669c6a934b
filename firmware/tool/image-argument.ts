import { existsSync, readFileSync } from "node:fs";
import { describeNode, findIdentity } from "@weir/wire/firmware/identity.ts";
import { flatten, gaps, hex, type Image, parseHex } from "./hex.ts";
import { readImage, readManifest } from "./images.ts";

/** An image by the name of one of ours, or a HEX file. Throws with every fault there is, by line. */
export async function imageArgument(name: string): Promise<Image> {
  const { images } = await readManifest();
  if (name in images) return readImage(name);
  if (!existsSync(name))
    throw new Error(`there is no file ${name}, and no image of that name; ours are ${Object.keys(images).join(", ")}`);
  const parsed = parseHex(readFileSync(name, "utf8"), { name: "the flash of an ATmega328P", start: 0, end: 0x8000 });
  if ("faults" in parsed) throw new Error(parsed.faults.map((fault) => `${name}: ${fault}`).join("\n"));
  return parsed.image;
}

/** What an image is, for people and for programs. */
export function inspect(image: Image) {
  const bytes = flatten(image);
  const node = findIdentity(bytes);
  const first = image.segments[0]!.start;
  return {
    start: first,
    end: bytes.length,
    bytes: image.segments.reduce((total, segment) => total + segment.bytes.length, 0),
    gaps: gaps(image),
    node: node ?? null,
    fits: [
      { bootloader: "Optiboot", start: 0x7e00 },
      { bootloader: "Weir's loader", start: 0x7c00 },
      { bootloader: "ATmegaBOOT", start: 0x7800 },
    ]
      .filter(({ start }) => bytes.length <= start)
      .map(({ bootloader }) => bootloader),
    isBootloader: first >= 0x7000,
  };
}

export function describeImage(image: Image): string {
  const { start, end, bytes, gaps, node, fits, isBootloader } = inspect(image);
  const what = node ? describeNode(node) : isBootloader ? "a bootloader" : "no Weir node";
  return [
    `is        ${what}`,
    `holds     ${bytes} bytes, ${hex(start)} to ${hex(end - 1)}${gaps.map((gap) => `, a gap ${hex(gap.start)} to ${hex(gap.end - 1)}`).join("")}`,
    `fits      ${isBootloader ? "needs a hardware programmer" : `below ${fits.join(", ") || "no bootloader that is known"}`}`,
  ].join("\n");
}
