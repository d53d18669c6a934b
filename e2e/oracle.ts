import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isFact } from "@weir/cloud/facts/names.ts";
import { inspectOutbox } from "@weir/edge-agent/outbox/inspect.ts";
import type { OutboxRecord } from "@weir/edge-agent/outbox/outbox.ts";
import type { Former } from "@weir/wire/former.ts";
import { countOffsets, hasOffset } from "@weir/wire/ranges.ts";
import { openRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import type { Gateway } from "./layout.ts";

/** `site device metric at` → value and quality. */
export type Samples = ReadonlyMap<string, string>;

export type Oracle = {
  /** Samples whose append was begun: they may be in the store. */
  readonly begun: Samples;
  /** Samples whose append resolved: they must be in the store. */
  readonly promised: Samples;
  /** Records whose append resolved. */
  readonly records: number;
  /** Whatever was appended or given twice. */
  readonly doubled: readonly string[];
  /** Samples whose time is as it says but for some ms: it was put right later. */
  readonly about: ReadonlySet<string>;
  /** Of each promised sample its place. */
  readonly places: ReadonlyMap<string, Place>;
};

/** Where a record was promised to be kept. */
export type Place = { readonly gateway: string; readonly epoch: number; readonly offset: number };

/** A line of an oracle file: append n was asked to keep this. `about`: its times are so but for some ms. */
export const formatBegun = (n: number, { device, body, clock }: OutboxRecord): string =>
  `begun ${n} ${device ?? ""} ${Buffer.from(body).toString("base64")}${clock ? " about" : ""}\n`;

/** A line of an oracle file: append n has resolved with this offset. */
export const formatPromised = (n: number, epoch: number, offset: number): string =>
  `promised ${n} ${epoch} ${offset}\n`;

/** All that the processes of these gateways have written down; of what was promised only the records that are `wanted`. */
export function readOracle(gateways: readonly Gateway[], wanted: (place: Place) => boolean = () => true): Oracle {
  const [begun, promised, offsets] = [new Map<string, string>(), new Map<string, string>(), new Set<string>()];
  const places = new Map<string, Place>();
  const about = new Set<string>();
  const doubled: string[] = [];
  let asking: { readonly run: string; readonly asked: (readonly [string, string][])[] } = { run: "", asked: [] };
  for (const { site, gateway, folder } of gateways)
    for (const file of readdirSync(join(folder, "oracle")).sort()) {
      const run = file.slice(0, file.lastIndexOf("."));
      if (run !== asking.run) asking = { run, asked: [] };
      const { asked } = asking;
      for (const line of readFileSync(join(folder, "oracle", file), "utf8")
        .split("\n")
        .slice(0, -1)) {
        const [what, n, a, b, roughly] = line.split(" ") as [string, string, string, string, "about"?];
        if (what === "begun") {
          asked[Number(n)] = samplesOf(site, a === "" ? gateway : a, Buffer.from(b, "base64"));
          for (const [key, value] of asked[Number(n)]!) {
            if (begun.has(key)) doubled.push(key);
            begun.set(key, value);
            if (roughly) about.add(key);
          }
        } else {
          const place = { gateway, epoch: Number(a), offset: Number(b) };
          if (wanted(place))
            for (const [key, value] of asked[Number(n)]!) {
              promised.set(key, value);
              places.set(key, place);
            }
          const offset = `${gateway} ${a} ${b}`;
          if (offsets.has(offset)) doubled.push(offset);
          offsets.add(offset);
        }
      }
    }
  return { begun, promised, records: offsets.size, doubled, about, places };
}

function samplesOf(site: string, device: string, body: Uint8Array): [string, string][] {
  const payload = decodePayload(body);
  if ("error" in payload) throw new Error(payload.error);
  return openRecord(payload).samples.map(({ metric, at, value, quality }) => [
    `${site} ${device} ${metric} ${at}`,
    `${value} ${quality}`,
  ]);
}

/** What the outboxes of these gateways say of damage to their files, and so of records that are no more. */
export function readDamage(gateways: readonly Gateway[]): ReadonlyMap<string, readonly Former[]> {
  return new Map(
    gateways.map(({ gateway, folder }) => {
      const inspection = inspectOutbox(join(folder, "outbox.db"));
      const formers = inspection.damage().map(({ former }) => former);
      inspection.close();
      return [gateway, formers];
    }),
  );
}

/** Whether a record is among those that a gateway has said to be no more; what was carried over may have gone with what it was carried into. */
export function isToldGone(formers: readonly Former[], { epoch, offset }: Place): boolean {
  const ends = formers.findIndex(
    (former) => [epoch, 0].includes(former.epoch) && former.first <= offset && offset < former.next,
  );
  if (ends < 0) return false;
  if (!hasOffset(formers[ends]!.carried, offset)) return true;
  return formers.slice(ends + 1).some(({ first, next, carried }) => countOffsets(carried) < next - first);
}

/** What the gateways hold in quarantine, for people to decide on. */
export function readQuarantine(gateways: readonly Gateway[]): Samples {
  const samples = new Map<string, string>();
  for (const { site, gateway, folder } of gateways) {
    const inspection = inspectOutbox(join(folder, "outbox.db"));
    for (const { device, body } of inspection.quarantine())
      for (const [key, value] of body ? samplesOf(site, device ?? gateway, body) : []) samples.set(key, value);
    inspection.close();
  }
  return samples;
}

type Row = {
  readonly [key in "site" | "device" | "kind" | "metric"]: string;
} & { readonly at: number; readonly value: number | null; readonly uncertain: number };

/** Every reading in a sqlite store; what the cloud wrote about others is none. */
export function readStore(file: string): Samples {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = db
      .prepare(
        "SELECT site, device, kind, metric, at, value, uncertain FROM sample JOIN series ON series.id = sample.series",
      )
      .all() as Row[];
    return new Map(
      rows
        .filter((row) => !isFact(row))
        .map(({ site, device, metric, at, value, uncertain }) => [
          `${site} ${device} ${metric} ${at}`,
          `${value} ${value === null ? "bad" : uncertain === 1 ? "uncertain" : "good"}`,
        ]),
    );
  } finally {
    db.close();
  }
}

/** Keeps a sqlite store from writing until closed. */
export function lockStore(file: string): { close(): void } {
  const db = new DatabaseSync(file, { timeout: 10_000 });
  db.exec("BEGIN IMMEDIATE");
  return db;
}

/** What is wrong with a store: promised and neither there nor put aside, there with another value, there though nobody ever read it. */
export function compare(oracle: Oracle, found: Samples, putAside: Samples = new Map()) {
  const { begun, promised } = oracle;
  const stored = atTheirTimes(oracle, found);
  const missing = [...promised.keys()].filter((key) => !stored.has(key) && !putAside.has(key));
  const altered = [...stored].flatMap(([key, value]) =>
    begun.has(key) && begun.get(key) !== value ? [`${key}: ${begun.get(key)} was read, ${value} is stored`] : [],
  );
  const invented = [...stored.keys()]
    .filter((key) => !begun.has(key))
    .map((key, n) => (n < 5 ? `${key} ${nearest(begun, key)}` : key));
  return { missing, altered, invented };
}

/** For a person who looks at a failure: when the series was read that is in the store at another time. */
function nearest(begun: Samples, key: string): string {
  const [series, at] = splitKey(key);
  let least = Number.POSITIVE_INFINITY;
  for (const other of begun.keys()) {
    if (!other.startsWith(`${series} `)) continue;
    const off = splitKey(other)[1] - at;
    if (Math.abs(off) < Math.abs(least)) least = off;
  }
  return Number.isFinite(least) ? `(read ${least} ms from there)` : "(never read)";
}

/** A key of Samples: which series, and when it was read, epoch ms. */
export function splitKey(key: string): readonly [series: string, at: number] {
  const space = key.lastIndexOf(" ");
  return [key.slice(0, space), Number(key.slice(space + 1))];
}

/** How far a time that was put right may be off, ms: two clocks were read one after the other. */
export const roundingMs = 20;

/** The same samples; one whose time is known but for some ms stands at the time that the oracle has for it. */
export function atTheirTimes<T>({ begun, about }: Oracle, stored: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const moved = new Map(stored);
  for (const key of about) {
    const [series, at] = splitKey(key);
    for (let off = -roundingMs; off <= roundingMs && !stored.has(key); off++) {
      const other = `${series} ${at + off}`;
      const value = stored.get(other);
      if (value === undefined || begun.has(other)) continue;
      moved.delete(other);
      moved.set(key, value);
    }
  }
  return moved;
}
