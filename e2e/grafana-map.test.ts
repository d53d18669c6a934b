import { readFileSync } from "node:fs";
import { join } from "node:path";
import { districts } from "@weir/demo/districts.ts";
import { placesOf } from "@weir/grafana/map/places.ts";
import { expect, test } from "vitest";
import { parse } from "yaml";

const read = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8");

test("every instrument, station and gateway of the demo city has its place on Grafana's map, and nothing else has", () => {
  const places = placesOf(read("grafana/map/demo-places.csv"));
  const devices = districts.flatMap(({ gateway, buses }) => [
    gateway,
    ...buses.flatMap(({ instruments }) => instruments.map(({ id }) => id)),
  ]);
  const stations: string[] = parse(read("deploy/compose/cloud.yaml")).stations.map(
    ({ name }: { name: string }) => name,
  );
  expect(places.map(({ device }) => device).sort()).toEqual([...devices, ...stations].sort());
});
