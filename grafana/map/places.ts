import { readFileSync } from "node:fs";

/** Where a device stands (WGS-84, degrees) and what people call it. */
export type Place = {
  readonly device: string;
  readonly longitude: number;
  readonly latitude: number;
  readonly zh: string;
  readonly en: string;
};

const header = "device,longitude,latitude,zh,en";

/** CSV → places. Throws one Error that lists every fault as `line 3: what is wrong`. Pure. */
export function placesOf(csv: string): readonly Place[] {
  const [first = "", ...rows] = csv.trim().split(/\r?\n/);
  const faults = first === header ? [] : [`line 1: is "${first}"; it has to be "${header}"`];
  const places = rows.map((row, n) => {
    const [device = "", longitude = "", latitude = "", zh = "", en = ""] = cellsOf(row);
    const say = (what: string) => faults.push(`line ${n + 2}: ${what}`);
    if (device === "") say("has no device");
    if (!within(longitude, 180)) say(`longitude "${longitude}" is not a number of degrees`);
    if (!within(latitude, 90)) say(`latitude "${latitude}" is not a number of degrees; longitude comes first`);
    return {
      device,
      longitude: Number(longitude),
      latitude: Number(latitude),
      zh: zh || en || device,
      en: en || zh || device,
    };
  });
  const seen = new Set<string>();
  for (const [n, { device }] of places.entries()) {
    if (seen.has(device)) faults.push(`line ${n + 2}: ${device} has stood before`);
    seen.add(device);
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return places;
}

const within = (text: string, limit: number) => text.trim() !== "" && Math.abs(Number(text)) <= limit;

function cellsOf(row: string): readonly string[] {
  return [...`,${row}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? "",
  );
}

/** Places → GeoJSON whose `id` Grafana looks a device up by. Pure. */
export function geojsonOf(places: readonly Place[]): string {
  const features = places.map(({ device, longitude, latitude, zh, en }) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [longitude, latitude] },
    properties: { id: device, zh, en },
  }));
  return `{"type":"FeatureCollection","features":[\n${features.map((each) => JSON.stringify(each)).join(",\n")}\n]}\n`;
}

/** `node grafana/map/places.ts places.csv > places.geojson` */
if (import.meta.main) {
  const [file] = process.argv.slice(2);
  if (file === undefined || file === "--help") {
    console.log(
      `usage: node grafana/map/places.ts places.csv > grafana/public/maps/places.geojson\n\nplaces.csv begins with ${header}; coordinates are WGS-84 degrees.`,
    );
    process.exitCode = file === undefined ? 2 : 0;
  } else
    try {
      process.stdout.write(geojsonOf(placesOf(readFileSync(file, "utf8"))));
    } catch (error) {
      console.error(`${file}: ${(error as Error).message}`);
      process.exitCode = 1;
    }
}
