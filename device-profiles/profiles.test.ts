import { readFileSync } from "node:fs";
import { basename, dirname, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import { contentOf } from "./example.ts";
import { loadProfiles, profileFiles, readProfile, shipped } from "./load.ts";
import { metricOf } from "./metric.ts";

const files = profileFiles().map((file) => [relative(shipped, file), file] as const);
const profiles = [...loadProfiles().values()];
const examples = profiles.flatMap((profile) =>
  profile.examples.map((example) => ({ id: profile.id, note: example.note, profile, example })),
);

describe("every shipped profile", () => {
  test.each(files)("%s has no fault", (_, file) => {
    expect(readProfile(file)).not.toHaveProperty("faults");
  });

  test.each(files)("%s tells the editor its schema and is named <domain>/<vendor>-<model>.yaml", (_, file) => {
    const [first] = readFileSync(file, "utf8").split("\n");
    expect(first).toBe("# yaml-language-server: $schema=../../docs/generated/profile.schema.json");
    expect(basename(file)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+\.yaml$/);
    expect(["water", "air", "pipe", "light", "hazmat"]).toContain(basename(dirname(file)));
  });
});

describe("what the bytes of an instrument say", () => {
  test.each(examples)("$id: $note", ({ profile, example }) => {
    const readings = evaluate(profile, contentOf(profile, example));
    for (const [metric, expected] of Object.entries(example.samples)) {
      const reading = readings.find((candidate) => candidate.metric === metric)!;
      expect(reading, metric).not.toHaveProperty("missing");
      if (expected === null) expect(reading, metric).toMatchObject({ value: null, quality: "bad" });
      else {
        expect(reading.value, metric).toBeCloseTo(expected, 9);
        const isDoubted = "uncertain" in example && example.uncertain?.includes(metric);
        expect(reading.quality, metric).toBe(isDoubted ? "uncertain" : "good");
      }
    }
  });
});

describe("the catalogue", () => {
  test("holds real instruments of all five domains", () => {
    const real = profiles.filter((profile) => !profile.template);
    expect(real.length).toBeGreaterThanOrEqual(20);
    expect(new Set(real.map((profile) => profile.domain))).toEqual(
      new Set(["water", "air", "pipe", "light", "hazmat"]),
    );
  });

  test("shows by example how to write word orders, 64-bit numbers, start–wait–read, states, bits, masks, decimals and limits", () => {
    const points = profiles.flatMap((profile) => (profile.protocol === "modbus" ? profile.points : []));
    expect(new Set(points.map((point) => point.at.order))).toContain("DCBA");
    expect(new Set(points.map((point) => point.at.order))).toContain("CDAB");
    expect(points.some((point) => point.at.type === "i64")).toBe(true);
    expect(points.some((point) => point.at.type === "f64")).toBe(true);
    expect(profiles.some((profile) => profile.protocol === "modbus" && profile.measure)).toBe(true);
    for (const field of ["states", "bit", "mask", "decimals", "valid", "write"] as const)
      expect(
        points.some((point) => point[field] !== undefined),
        field,
      ).toBe(true);
  });

  test("no point has two meanings in one device", () => {
    for (const profile of profiles) {
      const metrics = profile.points.map(metricOf);
      expect(new Set(metrics).size, profile.id).toBe(metrics.length);
    }
  });
});
