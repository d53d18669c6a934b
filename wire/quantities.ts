/** Every quantity the platform can carry. A profile may name only these; a dashboard takes its unit and its name from here. */
export type Domain = "water" | "air" | "pipe" | "light" | "hazmat" | "gateway";

/** gauge: any number now; counter: only grows until it wraps or is reset; state: a small integer, 0 and 1 where it is yes or no. */
export type Kind = "gauge" | "counter" | "state";

export type QuantityInfo = {
  readonly domain: Domain;
  readonly kind: Kind;
  /** UCUM code (`mg/L`, `Cel`, `1`). */
  readonly unit: string;
  /** The unit as people read it (`mg/L`, `°C`, empty for a pure number). */
  readonly display: string;
  /** Values outside are kept but marked uncertain. */
  readonly plausible: readonly [low: number, high: number];
  readonly en: string;
  readonly zh: string;
  /** HJ 212-2017 factor code, where the standard has one. */
  readonly hj212?: string;
  /** SL 651-2014 element identifier (hex), where the standard has one. */
  readonly sl651?: string;
};

export const quantities = {
  ph: {
    domain: "water",
    kind: "gauge",
    unit: "[pH]",
    display: "pH",
    plausible: [0, 14],
    en: "pH",
    zh: "pH 值",
    hj212: "w01001",
    sl651: "46",
  },
} as const satisfies Record<string, QuantityInfo>;

export type Quantity = keyof typeof quantities;

/** The quantity of a metric name, with or without a channel: `voltage/l1` → `voltage`. undefined when the vocabulary has none. */
export function quantityOf(metric: string): Quantity | undefined {
  const slash = metric.indexOf("/");
  const name = slash < 0 ? metric : metric.slice(0, slash);
  return Object.hasOwn(quantities, name) && slash !== metric.length - 1 ? (name as Quantity) : undefined;
}

/** What the vocabulary says about a metric name, with or without a channel. */
export function infoOf(metric: string): QuantityInfo | undefined {
  const quantity = quantityOf(metric);
  return quantity && quantities[quantity];
}
