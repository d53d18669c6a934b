import type { Clock } from "@weir/wire/clock.ts";
import type { InfluxStoreOptions } from "./influx.ts";
import type { SqliteStoreOptions } from "./sqlite.ts";
import type { Store, Tier } from "./store.ts";

export type StoreOptions =
  | ({ readonly kind: "sqlite" } & Omit<SqliteStoreOptions, "clock">)
  | ({ readonly kind: "influx" } & InfluxStoreOptions & Retention);

/** How long readings and the windows of each roll-up are kept, ms; what is left out, for ever. */
export type Retention = { readonly keepMs?: number; readonly keepTiersMs?: Partial<Record<Tier, number>> };

/** The same text for the same readings. */
export function nameOf(options: StoreOptions): string {
  if (options.kind === "sqlite") return `sqlite ${options.file}`;
  const { url, api } = options;
  return api.version === 1 ? `influx ${url} ${api.database}` : `influx ${url} ${api.org} ${api.bucket}`;
}

/** Opens the store that the configuration names and loads only its code. Rejects with an Error that says what cannot be used. */
export async function openStore(options: StoreOptions, clock: Clock): Promise<Store> {
  if (options.kind === "influx") return (await import("./influx.ts")).openInfluxStore(options);
  return (await import("./sqlite.ts")).openSqliteStore({ ...options, clock });
}
