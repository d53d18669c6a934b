import { type QuantityInfo, quantities } from "@weir/wire/quantities.ts";

/**
 * UCUM → Grafana unit, where Grafana's own does more than print: it scales seconds to days, bytes to GiB, watts to kilowatts.
 * Everything else is printed as the vocabulary writes it. Checked against @grafana/data in e2e/grafana.peers.test.ts.
 */
const scaled: Readonly<Record<string, string>> = {
  "%": "percent",
  Cel: "celsius",
  s: "s",
  ms: "ms",
  h: "suffix:h",
  By: "bytes",
  W: "watt",
  "kW.h": "kwatth",
  Hz: "hertz",
  "[ppm]": "ppm",
};

/** The unit as a panel's field says it. */
export function unitOf(info: Pick<QuantityInfo, "unit" | "display">): string {
  return scaled[info.unit] ?? (info.display === "" ? "none" : `suffix:${info.display}`);
}

/** Every unit that the vocabulary can bring onto a board. */
export const units: readonly string[] = [...new Set(Object.values(quantities).map(unitOf))].sort();
