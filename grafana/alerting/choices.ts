import { type Quantity, quantities, quantityOf } from "@weir/wire/quantities.ts";
import { asOf } from "../limit.ts";

/** What a city decides before it generates its rules; the standards leave it open. */
export const choices = {
  /** The day whose limits the rules hold: that of the boards. */
  asOf,
  /** Class that rivers have to reach, GB 3838. */
  waterClass: "III",
  /** Class that lakes and reservoirs have to reach, GB 3838. */
  lakeClass: "III",
  /** Grade of GB 18918 that outlets of sewage works have to keep. */
  outletGrade: "1A",
  /** Area of GB 3095: II is where people live. */
  airArea: "II",
  /** Area of GB 3096 that sound level meters stand in. */
  noiseArea: "4a",
} as const;

/** Measurement and field of a metric, as cloud/store/influx-fields.ts lays them out. */
export function placeOf(quantity: Quantity, channel = ""): { readonly measurement: string; readonly field: string } {
  return { measurement: quantities[quantity].domain, field: channel === "" ? quantity : `${quantity}_${channel}` };
}

/** The quantity of a field, with or without a channel: `voltage_l1` is a field because `voltage/l1` is a metric. The longest name wins. */
export function quantityOfField(field: string): Quantity | undefined {
  const parts = field.split("_");
  for (let n = parts.length; n > 0; n--) {
    const [name, channel] = [parts.slice(0, n).join("_"), parts.slice(n).join("_")];
    const found = quantityOf(channel === "" ? name : `${name}/${channel}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
