import { expect, test } from "vitest";
import { kindIn, waterOf, waters } from "./kind.ts";

test.each(waters.flatMap((water) => ["sonde", "water-analyser"].map((kind) => [kind, water] as const)))(
  "a %s is known to be in the %s by its kind, said once or twice",
  (kind, water) => {
    expect(waterOf(kindIn(kind, water))).toBe(water);
    expect(kindIn(kindIn(kind, water), water)).toBe(kindIn(kind, water));
  },
);

test("what is made for one water says so itself, and all else is in a river", () => {
  expect(waterOf("drinking-water-analyser")).toBe("drinking-water");
  expect(kindIn("drinking-water-analyser", "drinking-water")).toBe("drinking-water-analyser");
  for (const kind of ["", "sonde", "lakeside", "outlet"]) expect(waterOf(kind)).toBe("river");
});
