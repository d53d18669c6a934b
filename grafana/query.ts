import { type Water, waters } from "@weir/wire/kind.ts";
import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { namedChannels } from "./channels.ts";
import type { Target, Text } from "./shape.ts";

export const source = { type: "influxdb", uid: "weir" } as const;

/** Which rows a board's variables let through. Never `= '$site'`: several values, All and a name like `B.2(东)` need the regular expression. */
export const chosen = `$timeFilter AND "site" =~ /^\${site:regex}$/ AND "device" =~ /^\${device:regex}$/`;

/** The condition that instruments are in one of these waters; a river's kind is that of the instrument alone. */
export function kindsIn(...some: readonly Water[]): string {
  const pattern = (names: readonly Water[]) => `/^(${names.join("|")})-/`;
  return some.includes("river")
    ? `"kind" !~ ${pattern(waters.filter((water) => !some.includes(water)))}`
    : `"kind" =~ ${pattern(some)}`;
}

/** A quantity's field in the store, or a pattern of all its fields where instruments tell it by channel. */
export function fieldOf(quantity: Quantity): string {
  const names = namedChannels(quantity);
  return names.length === 0 ? `"${quantity}"` : `/^${quantity}(_(${names.join("|")}))?$/`;
}

export const hasChannels = (quantity: Quantity): boolean => namedChannels(quantity).length > 0;

/** How readings of one interval become one: a state is what it was last, a counter what it had come to, a gauge its mean. */
const aggregateOf = (quantity: Quantity) => (quantities[quantity].kind === "gauge" ? "mean" : "last");

export type Tier = "default" | "5m" | "1h" | `\${tier}`;

export type Ask = {
  readonly refId?: string;
  readonly policy?: Tier;
  readonly format?: Target["resultFormat"];
  readonly alias?: string | Text;
};

export function target(
  query: string | Text,
  { refId = "A", policy = "default", format = "time_series", alias }: Ask = {},
): Target {
  return {
    refId,
    datasource: source,
    rawQuery: true,
    resultFormat: format,
    policy,
    query,
    ...(alias !== undefined && { alias }),
  };
}

/** Applies a function to both languages. */
export function both(say: (language: keyof Text) => string): Text {
  return { zh: say("zh"), en: say("en") };
}

/**
 * Trends of quantities, a target for each and for each of its channels: a series for each device that has it, and none of nulls for those that
 * have only the others (measured: bench/panels.ts).
 */
export function trendTargets(
  names: readonly Quantity[],
  { policy = `\${tier}`, where }: { readonly policy?: Tier | undefined; readonly where?: string | undefined } = {},
): readonly Target[] {
  const fields = names.flatMap((name) =>
    ["", ...namedChannels(name)].map((channel) => ({ name, channel, field: channel ? `${name}_${channel}` : name })),
  );
  return fields.map(({ name, channel, field }, n) => {
    const { domain } = quantities[name];
    const from = `FROM "${domain}" WHERE ${rowsOf(where)} GROUP BY time($__interval), "site", "device" fill(none)`;
    const quantity = (language: "zh" | "en") => (names.length === 1 ? "" : quantities[name][language]);
    const alias = (language: "zh" | "en") =>
      ["$tag_site/$tag_device", quantity(language), channel].filter((part) => part !== "").join(" ");
    return target(`SELECT ${aggregateOf(name)}("${field}") ${from}`, {
      refId: refIdOf(n),
      policy,
      alias: alias("zh") === alias("en") ? alias("zh") : both(alias),
    });
  });
}

/** A … Z, then A1 … Z1. */
const refIdOf = (n: number) => `${String.fromCharCode(65 + (n % 26))}${n < 26 ? "" : Math.floor(n / 26)}`;

/** Chosen rows, and of them those with this condition on tags. */
export const rowsOf = (where: string | undefined): string => (where === undefined ? chosen : `${chosen} AND ${where}`);

/** Columns of a quantity in the answer to nowTargets, each with its channel: where there are channels, those that the store has. */
export function nowColumns(quantity: Quantity): readonly { readonly field: string; readonly channel: string }[] {
  if (!hasChannels(quantity)) return [{ field: quantity, channel: "" }];
  return ["", ...namedChannels(quantity)].map((channel) => ({
    field: channel === "" ? `last_${quantity}` : `last_${quantity}_${channel}`,
    channel,
  }));
}

/** The newest value of each quantity, one row a device, and how old the device's newest valid reading is. */
export function nowTargets(names: readonly Quantity[], where?: string): readonly Target[] {
  const domain = quantities[names[0]!].domain;
  const strange = names.find((name) => quantities[name].domain !== domain);
  if (strange !== undefined) throw new RangeError(`${strange} cannot be a column beside ${names[0]}: another domain`);
  const newest = (name: Quantity) => (hasChannels(name) ? `last(${fieldOf(name)})` : `last("${name}") AS "${name}"`);
  const select = names.map(newest).join(", ");
  return [
    target(`SELECT ${select} FROM "${domain}" WHERE ${rowsOf(where)} GROUP BY "site", "device"`, { format: "table" }),
    target(`SELECT last("data_age") AS "data_age" FROM "gateway" WHERE ${rowsOf(where)} GROUP BY "site", "device"`, {
      refId: "B",
      format: "table",
    }),
  ];
}
