import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { digest, digestSources } from "./build.ts";
import { flatten } from "./hex.ts";
import { findIdentity } from "./identity.ts";
import { imagesFolder, readImage, readManifest } from "./images.ts";
import { recipes } from "./recipes.ts";

const { images } = await readManifest();

test("every image that can be built is checked in, and no other", () => {
  expect(Object.keys(images).sort()).toEqual(Object.keys(recipes).sort());
});

test("every node image says what it is where the tool looks, and no two say the same", async () => {
  const nodes = Object.keys(images).filter((name) => name !== "loader");
  const found = await Promise.all(nodes.map(async (name) => findIdentity(flatten(await readImage(name)))));
  expect(found.map((identity) => identity?.model)).toEqual(nodes.map((name) => `WEIR-${name.toUpperCase()}`));
  expect(new Set(found.map((identity) => identity?.hardwareClass)).size).toBe(nodes.length);
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
