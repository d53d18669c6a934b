import { readFileSync } from "node:fs";
import { join } from "node:path";
import { geojsonOf, placesOf } from "./places.ts";

type Position = readonly [longitude: number, latitude: number];

const line = (name: string, coordinates: readonly Position[]) => ({
  type: "Feature",
  geometry: { type: "LineString", coordinates },
  properties: { name },
});

/** The demo city, drawn by hand: two rivers, a lake, the wall of the old town, its mains. No survey, no real pipes. */
// biome-ignore format: coordinates
const outline = [
  line("周山河 Zhoushan River", [[119.885, 32.452], [119.91, 32.4495], [119.935, 32.451], [119.952, 32.448], [119.975, 32.4465], [119.995, 32.45]]),
  line("引江河 Yinjiang River", [[119.9625, 32.43], [119.966, 32.448], [119.9665, 32.466], [119.97, 32.472], [119.9745, 32.481], [119.98, 32.505]]),
  line("凤凰湖 Phoenix Lake", [[119.922, 32.436], [119.927, 32.44], [119.934, 32.441], [119.938, 32.438], [119.933, 32.434], [119.925, 32.433], [119.922, 32.436]]),
  line("老城 Old Town", [[119.9, 32.482], [119.93, 32.482], [119.93, 32.502], [119.9, 32.502], [119.9, 32.482]]),
  line("东门街 East Gate Street", [[119.9, 32.489], [119.93, 32.489]]),
  line("鼓楼路 Drum Tower Road", [[119.915, 32.482], [119.915, 32.502]]),
  line("输水干管 water main", [[119.961, 32.463], [119.945, 32.473], [119.93, 32.486], [119.916, 32.492]]),
];

/** Files for the map of the demo city, by path below grafana/ (grafana/generate.ts). */
export function demoMap(): Readonly<Record<string, string>> {
  const csv = readFileSync(join(import.meta.dirname, "demo-places.csv"), "utf8");
  return {
    "public/maps/places.geojson": geojsonOf(placesOf(csv)),
    "public/maps/outline.geojson": `{"type":"FeatureCollection","features":[\n${outline.map((each) => JSON.stringify(each)).join(",\n")}\n]}\n`,
  };
}
