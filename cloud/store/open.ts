import type { Clock } from "@weir/wire/clock.ts";
import type { InfluxStoreOptions } from "./influx.ts";
import type { SqliteStoreOptions } from "./sqlite.ts";
import type { Store } from "./store.ts";

export type StoreOptions =
  | ({ readonly kind: "sqlite" } & Omit<SqliteStoreOptions, "clock">)
  | ({ readonly kind: "influx" } & InfluxStoreOptions);

/** Opens the store that the configuration names and loads only its code. Rejects with an Error that says what cannot be used. */
export async function openStore(options: StoreOptions, clock: Clock): Promise<Store> {
  if (options.kind === "influx") return (await import("./influx.ts")).openInfluxStore(options);
  return (await import("./sqlite.ts")).openSqliteStore({ ...options, clock });
}
