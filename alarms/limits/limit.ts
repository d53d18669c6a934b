import type { Quantity } from "@weir/wire/quantities.ts";

/** What a limit is about: where the sensor stands decides which limits its readings are held against. */
export const objects = {
  river: { en: "River section", zh: "河流断面" },
  lake: { en: "Lake or reservoir", zh: "湖库" },
  "drinking-water": { en: "Drinking water", zh: "生活饮用水" },
  "plant-outlet": { en: "Drinking water leaving the plant", zh: "出厂水" },
  "network-end": { en: "Drinking water at the end of the network", zh: "管网末梢水" },
  outlet: { en: "Outlet of a sewage works", zh: "污水处理厂排放口" },
  "ambient-air": { en: "Ambient air", zh: "环境空气" },
  noise: { en: "Environmental noise", zh: "声环境" },
  workplace: { en: "Gas around a plant or store", zh: "可燃与有毒气体" },
  tank: { en: "Tank", zh: "储罐" },
  road: { en: "Road and underpass", zh: "道路与下穿通道" },
  sewer: { en: "Sewer and manhole", zh: "排水管与检查井" },
  "water-main": { en: "Water main", zh: "供水管网" },
  supply: { en: "Electricity supply of street lighting", zh: "路灯供电" },
  lamp: { en: "Lamp, pole and cabinet", zh: "灯具、灯杆与箱柜" },
  gateway: { en: "Gateway and instrument", zh: "网关与仪表" },
  data: { en: "Data quality", zh: "数据质量" },
} as const satisfies Record<string, { readonly en: string; readonly zh: string }>;

export type LimitObject = keyof typeof objects;

/** Over what a value is averaged before it is held against the limit; `sample` is each reading as it comes. */
export type Period = "sample" | "hour" | "8h" | "day" | "daytime" | "night" | "month" | "quarter" | "year";

/** critical: people may come to harm or much is lost within the hour; warning: someone has to look today; info: on the record. */
export type Severity = "critical" | "warning" | "info";

/** One figure of one standard, or of an operator who says so: a value beyond it, on its side, is over the limit. */
export type Limit = {
  /** Unique and lasting: `gb3838-2002/river/ammonia_nitrogen/III`. */
  readonly id: string;
  /** Number and year as printed: `GB 3838-2002`; `operator` for an operational default. */
  readonly standard: string;
  /** Table or clause of the standard. */
  readonly clause: string;
  /** Where the figure was read, so that anybody can check it. */
  readonly source: string;
  readonly object: LimitObject;
  /** Class, area or level within the object: `III`, `first`, `HH`; "" where there is only one. */
  readonly grade: string;
  readonly quantity: Quantity;
  /** UCUM, the unit of the quantity. Figures of another unit are converted where they are defined. */
  readonly unit: string;
  /** max: a value above is over the limit; min: a value below. The limit itself is still within. */
  readonly side: "max" | "min";
  readonly value: number;
  readonly period: Period;
  readonly severity: Severity;
  /** First day, `YYYY-MM-DD`, local. */
  readonly from: string;
  /** Last day, included; undefined while no end is known. */
  readonly to?: string;
  readonly en: string;
  readonly zh: string;
  /** What of it nobody has read in a source yet; people see it wherever the figure stands. */
  readonly unconfirmed?: { readonly en: string; readonly zh: string };
};

/** What the figures of one table have in common. */
export type Standard = Pick<Limit, "standard" | "source" | "from" | "to">;

/** A figure that no standard gives: what an operator starts from and sets to the place. */
export function operatorDefault(why: string): Standard {
  return { standard: "operator", source: `operator's default: ${why}`, from: "2020-01-01" };
}

/** Name of a standard inside an id: `GB/T 50493-2019` → `gb-t50493-2019`. */
export function idOf(standard: string): string {
  return standard.toLowerCase().replaceAll("/", "-").replaceAll(" ", "");
}
