import type { Domain } from "@weir/wire/quantities.ts";
import { z } from "zod";
import { faultKinds } from "../ingest/faults.ts";

/** In the order people meet them. */
export const domains = ["water", "air", "pipe", "light", "hazmat", "gateway"] as const satisfies readonly Domain[];
const domain = z.enum(domains);
const ms = z.number().describe("Epoch milliseconds, UTC.");
const bothLanguages = z.strictObject({ en: z.string(), zh: z.string() });
const title = bothLanguages.nullable().describe("What people call it, as configured at its gateway; null: nothing.");

/** The newest reading of one series. */
export const reading = z.strictObject({
  site: z.string(),
  gateway: z.string().describe("Empty when no gateway has spoken of the device since the cloud started."),
  device: z.string(),
  metric: z.string().describe("quantity or quantity/channel"),
  at: ms.describe("When the instrument answered, epoch ms UTC."),
  receivedAt: ms.describe("When the cloud had it in its store, epoch ms UTC."),
  value: z.number().nullable().describe("In the unit of /api/v1/quantities; null exactly when quality is bad."),
  quality: z.enum(["good", "uncertain", "bad"]),
  stale: z.boolean().describe("The device or its gateway is dead or unheard of."),
  staleAfterMs: z.number().describe("Older than this, the reading says what was, not what is."),
});
export type Reading = z.infer<typeof reading>;

/** A point that may be written, within these limits, in the quantity's unit. */
export const writablePoint = z.strictObject({ metric: z.string(), min: z.number(), max: z.number() });

export const device = z.strictObject({
  site: z.string(),
  gateway: z.string(),
  device: z.string().describe("The gateway's own metrics are the device that has the gateway's name."),
  title,
  kind: z.string(),
  domain: domain.nullable().describe("null: neither its profile nor its quantities tell."),
  model: z.string().nullable(),
  names: bothLanguages.nullable().describe("What sort of instrument it is, when its profile is known."),
  online: z.boolean(),
  since: ms.describe("When online last changed, epoch ms UTC."),
  lastMessageAt: ms,
  metrics: z.array(z.string()),
  writable: z.array(writablePoint),
  states: z.record(z.string(), z.record(z.string(), bothLanguages)).describe("metric → value → what it means"),
});
export type Device = z.infer<typeof device>;

export const ledgerSummary = z.strictObject({
  epoch: z.number(),
  seen: z
    .number()
    .describe(
      "Offsets from the lowest to the highest that has arrived: stored + rejected + gone + carried + unbacked + missing.",
    ),
  stored: z.number(),
  rejected: z.number(),
  duplicates: z.number(),
  gone: z.number().describe("Given up by the gateway (outbox full, disk damaged) before the store got them: lost."),
  carried: z
    .number()
    .describe("Carried over from this outbox, whose file was damaged, into a newer one: they come under its numbers."),
  unbacked: z
    .number()
    .describe(
      "Confirmed after the backup was taken that this cloud was restored from; neither it nor the gateway has them.",
    ),
  restored: z
    .strictObject({ at: ms.describe("When the backup was taken."), storeKept: z.boolean() })
    .nullable()
    .describe(
      "storeKept: readings are in a database that was not restored, `unbacked` ones too. null: from no backup.",
    ),
  missing: z.number(),
  oldestMissingAgeMs: z.number(),
  lastReceiptAt: ms.nullable(),
  outboxes: z
    .number()
    .describe("How many outboxes the gateway has begun, this one included: more than one after its disk was replaced."),
});
export type LedgerSummary = z.infer<typeof ledgerSummary>;

export const delivered = z
  .strictObject({
    date: z.string().describe("2026-11-24, in the cloud's time zone."),
    at: ms.describe("Its start, epoch ms UTC."),
    expected: z.number().describe("Minutes: onTime + late + rejected + missing."),
    onTime: z.number().describe("Minutes whose readings were stored within five minutes."),
    late: z.number().describe("Minutes whose readings came later."),
    rejected: z.number().describe("Minutes of which the store refused what came."),
    missing: z.number(),
    completeness: z.number().describe("(onTime + late) / expected, %."),
    validity: z.number().nullable().describe("Share of good values in what arrived, %; null when nothing did."),
  })
  .nullable()
  .describe("null: not known yet on that day.");
export const deliveredDays = z.array(delivered).describe("One for each day, oldest first, today last.");
export type Delivered = z.infer<typeof delivered>;

export const gap = z.strictObject({
  kind: z.enum(["missing", "late", "rejected"]),
  from: ms,
  to: ms.describe("Not included."),
});
export type Gap = z.infer<typeof gap>;

const range = z.tuple([z.number(), z.number()]).describe("Offsets, inclusive.");
export const ledgerEpoch = ledgerSummary.extend({
  lowestSeen: z.number(),
  highestSeen: z.number(),
  storedRanges: z.array(range).describe("The newest 20."),
  goneRanges: z.array(range).describe("The newest 20."),
  missingRanges: z.array(range).describe("The oldest 20."),
  missingTimes: z
    .array(z.tuple([ms.nullable(), ms.nullable()]))
    .describe("Of each missing range: what came before and after it arrived then; null: not known."),
  rejections: z.array(z.strictObject({ offset: z.number(), reason: z.string(), at: ms })).describe("The newest 20."),
  firstSeenAt: ms,
});
export type LedgerEpoch = z.infer<typeof ledgerEpoch>;

export const gateway = z.strictObject({
  site: z.string(),
  gateway: z.string(),
  title,
  online: z.boolean(),
  since: ms.describe("When online last changed, epoch ms UTC."),
  lastMessageAt: ms,
  own: z.boolean().describe("Sends offsets, so it gets receipts and has a ledger."),
  devices: z.array(z.string()),
  faults: z
    .partialRecord(z.enum(faultKinds), z.number())
    .describe(
      "Messages that could not be used: `topic` no Sparkplug topic, `payload` cannot be decoded, `metric` no reading, `session` against the rules of sessions, `device` another gateway's; `gap`: that never came, by the numbers of the session.",
    ),
  ledger: ledgerSummary.nullable(),
});
export type Gateway = z.infer<typeof gateway>;

const counts = z.strictObject({ live: z.number(), uncertain: z.number(), bad: z.number(), stale: z.number() });
export const site = z.strictObject({
  site: z.string(),
  gateways: z.number(),
  gatewaysOnline: z.number(),
  devices: z.number(),
  devicesOnline: z.number(),
  readings: z.partialRecord(domain, counts).describe("domain → number of readings by freshness"),
});
export type Site = z.infer<typeof site>;

export const source = z
  .strictObject({ tier: z.enum(["raw", "5m", "1h"]), from: z.number(), to: z.number() })
  .describe("A piece of the range, and whether it was read from the readings or from a roll-up of them.");

export const bucket = z.strictObject({
  at: ms.describe("Start of the window, epoch ms UTC."),
  mean: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  last: z.number().nullable(),
  count: z.number().describe("Points with a value."),
  uncertain: z.number(),
  bad: z.number().describe("Points without a value."),
});
export type SeriesBucket = z.infer<typeof bucket>;

export const sample = z.strictObject({
  metric: z.string(),
  at: ms,
  value: z.number().nullable(),
  quality: z.enum(["good", "uncertain", "bad"]),
});

export const command = z.strictObject({
  id: z.string(),
  site: z.string(),
  gateway: z.string(),
  device: z.string(),
  metric: z.string(),
  value: z.number(),
  firmware: z.string().nullable().describe("What was to be installed, where it was a firmware update."),
  by: z.string().nullable(),
  state: z.enum(["sent", "done", "refused", "failed", "expired"]),
  sentAt: ms,
  expiresAt: ms,
  answeredAt: ms.nullable(),
  readBack: z.number().nullable().describe("What the point held after the write."),
  why: z.string().nullable(),
});
export type Command = z.infer<typeof command>;

const links = ["dashboard", "panel", "rule", "silence", "runbook"] as const;
export const alarm = z.strictObject({
  id: z.number(),
  state: z
    .enum(["unack_active", "ack_active", "rtn_unack", "normal"])
    .describe("ISA-18.2: active or returned to normal (rtn), acknowledged or not; normal is over and acknowledged."),
  fingerprint: z.string(),
  startedAt: ms,
  endedAt: ms.nullable().describe("null: active."),
  heardAt: ms.describe("When the last notification about it came."),
  rule: z.string(),
  site: z.string().describe("Empty where the alert names none; so are device, domain and severity."),
  device: z.string(),
  domain: z.string(),
  severity: z.string(),
  title: bothLanguages,
  text: bothLanguages,
  values: z.record(z.string(), z.number()).describe("What the rule measured, by its query letter."),
  links: z.partialRecord(z.enum(links), z.string()).describe("Into Grafana, and the runbook."),
  acknowledged: z.strictObject({ by: z.string(), at: ms, comment: z.string() }).nullable(),
});
export type Alarm = z.infer<typeof alarm>;

export const quantity = z.strictObject({
  quantity: z.string(),
  domain,
  kind: z.enum(["gauge", "counter", "state"]),
  unit: z.string().describe("UCUM"),
  display: z.string().describe("The unit as people read it."),
  plausible: z.tuple([z.number(), z.number()]),
  en: z.string(),
  zh: z.string(),
  states: z.record(z.string(), bothLanguages).optional().describe("value → what it means, where that is so everywhere"),
  hj212: z.string().optional(),
  sl651: z.string().optional(),
});

export const session = z.strictObject({
  open: z.boolean().describe("No tokens are configured: everybody on this machine may do everything."),
  access: z.enum(["read", "operate"]).nullable(),
  name: z.string().nullable(),
});
export type Session = z.infer<typeof session>;

export const health = z.strictObject({
  status: z.enum(["ok", "degraded"]),
  at: ms,
  startedAt: ms,
  gateways: z.number(),
  gatewaysOnline: z.number(),
  troubles: z.array(z.string()).describe("What is wrong now, for people."),
});
