import type { DatabaseSync } from "node:sqlite";
import { causes } from "./causes.ts";
import { damaged } from "./damage.ts";
import { crcOf } from "./seal.ts";

/** Kept in the file beside the records and changed in the same transactions, so that opening need not count. */
export type Counters = {
  next: number;
  records: number;
  samples: number;
  bytes: number;
  appended: number;
  confirmed: number;
  dropped: number;
  droppedSamples: number;
  quarantined: number;
};

export const nothingYet: Counters = {
  next: 1,
  records: 0,
  samples: 0,
  bytes: 0,
  appended: 0,
  confirmed: 0,
  dropped: 0,
  droppedSamples: 0,
  quarantined: 0,
};

const names = Object.keys(nothingYet) as (keyof Counters)[];

export const stateSchema = `CREATE TABLE state (
  id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, ${names.map((name) => `${name} INTEGER NOT NULL`).join(", ")}, crc INTEGER NOT NULL);`;

const sealOf = (epoch: number, counters: Counters) => crcOf([epoch, ...names.map((name) => counters[name])]);

export function createState(sqlite: DatabaseSync, epoch: number): void {
  const values = names.map((name) => nothingYet[name]);
  sqlite
    .prepare(`INSERT INTO state VALUES (1, ?, ${values.map(() => "?").join(", ")}, ?)`)
    .run(epoch, ...values, sealOf(epoch, nothingYet));
}

/** The epoch of the file and its counters. Throws a damage error when the row is not as it was written. */
export function readState(sqlite: DatabaseSync): { readonly epoch: number; readonly counters: Counters } {
  const row = sqlite.prepare("SELECT * FROM state").get();
  if (!row) throw damaged(causes.noState.en);
  const { id: _, epoch, crc, ...counters } = row as Counters & { id: 1; epoch: number; crc: number };
  if (sealOf(epoch, counters) !== crc) throw damaged(causes.state.en);
  return { epoch, counters };
}

/** Gives the function that writes counters into the row. */
export function prepareState(sqlite: DatabaseSync, epoch: number): (counters: Counters) => void {
  const update = sqlite.prepare(`UPDATE state SET ${names.map((name) => `${name} = ?`).join(", ")}, crc = ?`);
  return (counters) => void update.run(...names.map((name) => counters[name]), sealOf(epoch, counters));
}
