import { ageSteps } from "../limit.ts";
import { headOf, none, toPoint } from "../panels.ts";
import { chosen, target } from "../query.ts";
import type { Panel } from "../shape.ts";

/** Files that Grafana serves itself, so that the map needs no internet: see grafana/map/README.md. */
export const mapFiles = {
  places: "public/maps/weir/places.geojson",
  outline: "public/maps/weir/outline.geojson",
} as const;

/** Every placed device on an outline of the city, coloured by the age of its data. */
export function cityMap(head: { readonly key: string; readonly width: number; readonly height: number }): Panel {
  return {
    ...headOf({
      ...head,
      title: { zh: "哪里的设备没有消息？", en: "Where is a device silent?" },
      about: {
        zh: "设备按 places.geojson 中的坐标（WGS-84）显示，颜色为数据时效：1 小时内绿，更久橙。底图为本机文件，不需要互联网。",
        en: "Devices stand where places.geojson puts them (WGS-84), coloured by the age of their data: green within an hour, else orange. The outline is a file of this server; no internet is needed.",
      },
      empty: {
        zh: "若为空：这些设备不在 places.geojson 中，制作方法见 grafana/README.md。",
        en: "When empty: places.geojson does not name these devices; grafana/README.md says how to make it.",
      },
    }),
    type: "geomap",
    targets: [
      target(`SELECT last("data_age") AS "data_age" FROM "gateway" WHERE ${chosen} GROUP BY "site", "device"`, {
        format: "table",
      }),
    ],
    options: {
      view: { id: "fit", allLayers: true, padding: 10, zoom: 13 },
      controls: {
        showZoom: true,
        mouseWheelZoom: false,
        showAttribution: false,
        showScale: true,
        showDebug: false,
        showMeasure: true,
      },
      basemap: {
        type: "geojson",
        name: "outline",
        config: {
          src: mapFiles.outline,
          rules: [],
          style: { color: { fixed: "#7f8fa6" }, opacity: 0.35, lineWidth: 2, size: { fixed: 2, min: 2, max: 15 } },
        },
      },
      layers: [
        {
          type: "markers",
          name: "devices",
          tooltip: true,
          location: { mode: "lookup", lookup: "device", gazetteer: mapFiles.places },
          config: {
            showLegend: false,
            style: {
              color: { field: "data_age", fixed: "dark-green" },
              size: { fixed: 8, min: 4, max: 15 },
              opacity: 0.9,
              symbol: { mode: "fixed", fixed: "img/icons/marker/circle.svg" },
              textConfig: { fontSize: 11, offsetX: 0, offsetY: 14, textAlign: "center", textBaseline: "middle" },
            },
          },
        },
      ],
      tooltip: { mode: "details" },
    },
    fieldConfig: {
      defaults: {
        unit: "none",
        noValue: none,
        thresholds: ageSteps,
        color: { mode: "thresholds" },
        links: [toPoint("gateway", "data_age", "fields")],
      },
      overrides: [
        {
          matcher: { id: "byName", options: "data_age" },
          properties: [
            { id: "displayName", value: { zh: "数据时效", en: "Age of data" } },
            { id: "unit", value: "dtdurations" },
          ],
        },
      ],
    },
  };
}
