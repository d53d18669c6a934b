import { loadProfiles } from "@weir/device-profiles/load.ts";
import { type Water, waters } from "@weir/wire/kind.ts";
import { type Quantity, quantities } from "@weir/wire/quantities.ts";
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

const channels: ReadonlyMap<string, readonly string[]> = channelsOfProfiles();

function channelsOfProfiles() {
  const found = new Map<string, Set<string>>();
  for (const { points } of loadProfiles().values())
    for (const { quantity, channel } of points)
      if (channel !== undefined) found.set(quantity, (found.get(quantity) ?? new Set()).add(channel));
  return new Map([...found].map(([quantity, names]) => [quantity, [...names].sort()]));
}

/** A quantity's field in the store, or a pattern of all its fields where instruments tell it by channel. */
export function fieldOf(quantity: Quantity): string {
  const names = channels.get(quantity);
  return names === undefined ? `"${quantity}"` : `/^${quantity}(_(${names.join("|")}))?$/`;
}

/** Channels that shipped profiles give to a quantity, sorted. */
export const channelsOf = (quantity: Quantity): readonly string[] => channels.get(quantity) ?? [];

export const hasChannels = (quantity: Quantity): boolean => channels.has(quantity);

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
 * Trends of quantities, one target and so one answer each: a series for each device that has it, and no rows of nulls for those that have
 * only the others (measured: bench/panels.ts).
 */
export function trendTargets(
  names: readonly Quantity[],
  { policy = `\${tier}`, where }: { readonly policy?: Tier | undefined; readonly where?: string | undefined } = {},
): readonly Target[] {
  return names.map((name, n) => {
    const { domain } = quantities[name];
    const from = `FROM "${domain}" WHERE ${rowsOf(where)} GROUP BY time($__interval), "site", "device" fill(none)`;
    const device = "$tag_site/$tag_device";
    const alias = hasChannels(name)
      ? `${device} $col`
      : names.length === 1
        ? device
        : both((language) => `${device} ${quantities[name][language]}`);
    return target(`SELECT ${aggregateOf(name)}(${fieldOf(name)}) ${from}`, {
      refId: String.fromCharCode(65 + n),
      policy,
      alias,
    });
  });
}

/** Chosen rows, and of them those with this condition on tags. */
export const rowsOf = (where: string | undefined): string => (where === undefined ? chosen : `${chosen} AND ${where}`);

/** The newest value of each quantity, one row a device, and how old the device's newest valid reading is. */
export function nowTargets(names: readonly Quantity[], where?: string): readonly Target[] {
  const domain = quantities[names[0]!].domain;
  const strange = names.find((name) => quantities[name].domain !== domain);
  if (strange !== undefined) throw new RangeError(`${strange} cannot be a column beside ${names[0]}: another domain`);
  const select = names.map((name) => `last("${name}") AS "${name}"`).join(", ");
  return [
    target(`SELECT ${select} FROM "${domain}" WHERE ${rowsOf(where)} GROUP BY "site", "device"`, { format: "table" }),
    target(`SELECT last("data_age") AS "data_age" FROM "gateway" WHERE ${rowsOf(where)} GROUP BY "site", "device"`, {
      refId: "B",
      format: "table",
    }),
  ];
}
