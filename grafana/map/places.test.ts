import { expect, test } from "vitest";
import { geojsonOf, placesOf } from "./places.ts";

test("places of a CSV become points that a device is looked up by", () => {
  const places = placesOf('device,longitude,latitude,zh,en\nB.2(东),119.9,32.4,东闸,"Sluice, ""east"""\n');
  expect(JSON.parse(geojsonOf(places)).features).toEqual([
    {
      type: "Feature",
      geometry: { type: "Point", coordinates: [119.9, 32.4] },
      properties: { id: "B.2(东)", zh: "东闸", en: 'Sluice, "east"' },
    },
  ]);
});

test("every fault of a CSV is told at once, with its line", () => {
  expect(() => placesOf("device,lat,lon\na,32.4,119.9,x,y\na,,91,x,y\n,1,1,x,y")).toThrow(
    new Error(
      [
        'line 1: is "device,lat,lon"; it has to be "device,longitude,latitude,zh,en"',
        'line 2: latitude "119.9" is not a number of degrees; longitude comes first',
        'line 3: longitude "" is not a number of degrees',
        'line 3: latitude "91" is not a number of degrees; longitude comes first',
        "line 4: has no device",
        "line 3: a has stood before",
      ].join("\n"),
    ),
  );
});
