import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { digest, digestSources } from "./build.ts";
import { imagesFolder, readImage, readManifest } from "./images.ts";
import { recipes } from "./recipes.ts";

const { images } = await readManifest();

test("every image that can be built is checked in, and no other", () => {
  expect(Object.keys(images).sort()).toEqual(Object.keys(recipes).sort());
});

describe.each(Object.entries(images))("firmware/images/%s.hex", (name, entry) => {
  test("is the file of its manifest, and fits its section", async () => {
    expect(digest(readFileSync(join(imagesFolder, `${name}.hex`), "utf8"))).toBe(entry.sha256);
    expect((await readImage(name)).segments.length).toBeGreaterThan(0);
  });

  test("was built of the sources as they are now: weir-firmware build makes it anew", async () => {
    const { folder, sources, headers } = recipes[name]!;
    expect(await digestSources(folder, [...sources, ...headers])).toBe(entry.sources);
  });
});
