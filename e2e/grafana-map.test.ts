import { readFileSync } from "node:fs";
import { join } from "node:path";
import { districts } from "@weir/demo/districts.ts";
import { placesOf } from "@weir/grafana/map/places.ts";
import { expect, test } from "vitest";

test("every instrument and gateway of the demo city has its place on Grafana's map, and nothing else has", () => {
  const places = placesOf(readFileSync(join(import.meta.dirname, "../grafana/map/demo-places.csv"), "utf8"));
  const devices = districts.flatMap(({ gateway, buses }) => [
    gateway,
    ...buses.flatMap(({ instruments }) => instruments.map(({ id }) => id)),
  ]);
  expect(places.map(({ device }) => device).sort()).toEqual(devices.sort());
});
