import type { Limit } from "@weir/alarms/limits/limit.ts";
import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { ageSteps, limitsAt, noLimits, stepsOf, type Thresholds } from "./limit.ts";
import { type Head, headOf, type Mapping, mappingsOf, toPoint } from "./panels.ts";
import { both, nowColumns, nowTargets } from "./query.ts";
import type { Drawing, Panel, Text } from "./shape.ts";
import { unitOf } from "./unit.ts";

export type Column = {
  readonly quantity: Quantity;
  readonly limits?: readonly Limit[];
  readonly thresholds?: Thresholds;
  readonly mappings?: Mapping;
  readonly title?: Text;
};

type Override = Extract<Drawing, { type: "table" }>["fieldConfig"]["overrides"][number];

const override = (name: string, properties: Readonly<Record<string, unknown>>): Override => ({
  matcher: { id: "byName", options: name },
  properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
});

const coloured = { type: "color-background", mode: "basic" } as const;

/** A cell without a value: Grafana would give it the colour of the lowest step, which is red where too little is what alarms. */
const absent: Mapping[number] = {
  type: "special",
  options: { match: "null", result: { text: "–", color: "transparent" } },
};

/** From when on a device is silent, as the alert on it has it. */
const silentSeconds = Math.min(...limitsAt("gateway", "data_age").map(({ value }) => value));

/** Rows of devices that measure one of these, and of those that have fallen silent: what they would have measured nobody can tell. */
const withValuesOrSilent = (fields: readonly string[]) =>
  ({
    id: "filterByValue",
    options: {
      type: "include",
      match: "any",
      filters: [
        ...fields.map((fieldName) => ({ fieldName, config: { id: "isNotNull", options: {} } })),
        { fieldName: "data_age", config: { id: "greater", options: { value: silentSeconds } } },
      ],
    },
  }) as const;

/** One row a device with its newest values and their age; a cell is coloured by its own limits. */
export function now({
  columns,
  sortBy,
  where,
  ...head
}: Head & { readonly columns: readonly Column[]; readonly sortBy?: Quantity; readonly where?: string }): Panel {
  const names = columns.map(({ quantity }) => quantity);
  const fields = names.flatMap((name) => nowColumns(name).map(({ field }) => field));
  return {
    ...headOf({ ...head, limits: columns.flatMap(({ limits = [] }) => limits) }),
    type: "table",
    targets: nowTargets(names, where),
    transformations: [
      { id: "filterFieldsByName", options: { exclude: { names: ["Time"] } } },
      { id: "merge", options: {} },
      withValuesOrSilent(fields),
      {
        id: "organize",
        options: {
          excludeByName: {},
          indexByName: Object.fromEntries(["site", "device", "data_age", ...fields].map((name, n) => [name, n])),
          renameByName: {},
        },
      },
    ],
    options: {
      frameIndex: 0,
      showHeader: true,
      cellHeight: "sm",
      ...(sortBy && { sortBy: [{ displayName: both((l) => quantities[sortBy][l]), desc: true }] }),
    },
    fieldConfig: {
      defaults: {
        unit: "none",
        noValue: "–",
        thresholds: noLimits,
        color: { mode: "thresholds" },
        custom: { align: "auto", inspect: false, filterable: true, wrapHeaderText: true },
      },
      overrides: [
        override("site", { displayName: { zh: "片区", en: "Site" } }),
        override("device", {
          displayName: { zh: "设备", en: "Device" },
          links: [toPoint(quantities[names[0]!].domain, names[0]!, "fields")],
        }),
        override("data_age", {
          displayName: { zh: "数据时效", en: "Age of data" },
          unit: "dtdurations",
          decimals: 0,
          thresholds: ageSteps,
          mappings: [absent],
          "custom.cellOptions": coloured,
        }),
        ...columns.flatMap(({ quantity, limits = [], thresholds, mappings, title }) => {
          const info = quantities[quantity];
          const steps = thresholds ?? (limits.length > 0 ? stepsOf(limits) : undefined);
          const words = mappings ?? mappingsOf(quantity);
          const name = title ?? info;
          return nowColumns(quantity).map(({ field, channel }) =>
            override(field, {
              displayName: both((l) => (channel === "" ? name[l] : `${name[l]} ${channel}`)),
              unit: unitOf(info),
              ...(steps && { thresholds: steps, "custom.cellOptions": coloured }),
              mappings: [...words, absent],
            }),
          );
        }),
      ],
    },
  };
}
