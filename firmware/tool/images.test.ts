import { readFileSync } from "node:fs";
import { join } from "node:path";
import { slotBytes } from "@weir/wire/firmware/boot485.ts";
import { findIdentity, isSealed } from "@weir/wire/firmware/identity.ts";
import { describe, expect, test } from "vitest";
import { digest, digestSources } from "./build.ts";
import { flatten } from "./hex.ts";
import { imagesFolder, readImage, readManifest } from "./images.ts";
import { recipes } from "./recipes.ts";

const { images } = await readManifest();
const named = (...purposes: readonly string[]) =>
  Object.keys(recipes).filter((name) => purposes.includes(recipes[name]!.purpose));

test("every image that can be built is checked in, and no other", () => {
  expect(Object.keys(images).sort()).toEqual(Object.keys(recipes).sort());
});

test("every node image says what it is where the tool looks, and no two say the same", async () => {
  const names = named("node", "board");
  const found = await Promise.all(names.map(async (name) => findIdentity(flatten(await readImage(name)))));
  expect(found.map((identity) => identity?.model)).toEqual(names.map((name) => `WEIR-${name.toUpperCase()}`));
  expect(new Set(found.map((identity) => identity?.hardwareClass)).size).toBe(names.length);
});

test("every node image is sealed, so that boot485 starts it, and fits a slot", async () => {
  for (const name of named("node", "test")) {
    const bytes = flatten(await readImage(name));
    expect(isSealed(bytes)).toBe(true);
    expect(bytes.length).toBeLessThanOrEqual(slotBytes);
  }
});

describe.each(Object.entries(images))("firmware/images/%s.hex", (name, entry) => {
  test("is the file of its manifest, and fits its section", async () => {
    expect(digest(readFileSync(join(imagesFolder, `${name}.hex`), "utf8"))).toBe(entry.sha256);
    expect((await readImage(name)).segments.length).toBeGreaterThan(0);
  });

  test("was built of the sources as they are now: weir-firmware build makes it anew", async () => {
    const { sources, headers } = recipes[name]!;
    expect(await digestSources(join(import.meta.dirname, ".."), [...sources, ...headers])).toBe(entry.sources);
  });
});
