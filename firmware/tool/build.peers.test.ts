import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { build, findToolchain } from "./build.ts";
import { readManifest } from "./images.ts";
import { recipes } from "./recipes.ts";

const { toolchain, images } = await readManifest();

test("the compiler is the one that the manifest names: with another one the images may differ, and that says nothing about them", async () => {
  expect(await findToolchain()).toEqual(toolchain);
});

test.each(Object.entries(recipes))(
  "%s, built in two folders, gives twice the image that is checked in",
  async (name, recipe) => {
    const elsewhere = mkdtempSync(join(tmpdir(), "weir-elsewhere-with-a-longer-name-"));
    try {
      for (const file of [...recipe.sources, ...recipe.headers])
        cpSync(join(import.meta.dirname, "..", file), join(elsewhere, file));
      const [here, there] = await Promise.all([build(recipe), build(recipe, elsewhere)]);
      const { hex: _, ...facts } = here;
      expect(facts).toEqual(images[name]);
      expect(there).toEqual(here);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  },
);
