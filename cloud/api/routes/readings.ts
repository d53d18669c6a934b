import { infoOf } from "@weir/wire/quantities.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { bucket, reading, sample, source } from "../answers.ts";
import type { Ground } from "../api.ts";
import { keyOf } from "../changes.ts";
import { badRequest } from "../fault.ts";
import { mostBuckets, parseDuration, parseZone, windowFor } from "../moment.ts";
import { rangeOf, rangeQuery } from "../range.ts";
import { addRoute, within } from "../route.ts";
import { domainName, gatewayName, siteName } from "./inventory.ts";

const every = z
  .string()
  .refine((text) => text === "auto" || (parseDuration(text) ?? 0) >= 1, "is not a window")
  .default("auto")
  .describe("auto, or a duration of at least 1ms such as 10s, 5m, 1h, 1d");
const zone = z
  .string()
  .refine((text) => parseZone(text) !== undefined, "is not a zone")
  .default("Z")
  .describe("where days begin at midnight: an offset from UTC such as +08:00 for Asia/Shanghai, or Z");
const seriesOf = {
  site: z.string().min(1).describe("a site's name, see /api/v1/sites"),
  device: z.string().min(1).describe("a device's name, see /api/v1/devices"),
  metric: z.string().min(1).describe("quantity or quantity/channel, as /api/v1/devices lists"),
};
const storeTimeoutMs = 15_000;

/** Values: the latest of every series, and the past of one. */
export function addReadings(app: FastifyInstance, { deps, city }: Ground): void {
  const { clock, latest, store } = deps;

  addRoute(app, {
    method: "GET",
    url: "/api/v1/latest",
    summary: "The newest reading of every series",
    access: "read",
    query: z.strictObject({
      domain: domainName,
      site: siteName,
      gateway: gatewayName,
      device: z.string().min(1).optional().describe("a device's name, see /api/v1/devices"),
      metric: z.string().min(1).optional().describe("quantity or quantity/channel"),
      quality: z.enum(["good", "uncertain", "bad"]).optional().describe("good, uncertain or bad"),
    }),
    answer: z.strictObject({ at: z.number(), readings: z.array(reading) }),
    handle: ({ query }) => {
      const domains = new Map(city.devices().map((each) => [keyOf(each.site, each.device), each.domain]));
      const domainOf = (each: { readonly site: string; readonly device: string; readonly metric: string }) =>
        domains.get(keyOf(each.site, each.device)) ?? infoOf(each.metric)?.domain;
      const matches = (each: ReturnType<typeof latest.all>[number]) =>
        (["site", "gateway", "device", "metric", "quality"] as const).every(
          (field) => query[field] === undefined || query[field] === each[field],
        ) &&
        (query.domain === undefined || query.domain === domainOf(each));
      return { at: clock.now(), readings: latest.all().filter(matches).map(city.reading) };
    },
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/series",
    summary:
      "The past of one series in windows: mean, min, max, last, count, uncertain, bad. A window without points is left out. Read from roll-ups of 5 minutes or an hour where they say the same",
    access: "read",
    query: z.strictObject({ ...seriesOf, ...rangeQuery("-1h"), every, zone }),
    answer: z.strictObject({
      at: z.number(),
      from: z.number(),
      to: z.number(),
      everyMs: z.number(),
      buckets: z.array(bucket),
      sources: z.array(source),
    }),
    handle: async ({ query }, signal) => {
      const now = clock.now();
      const range = rangeOf(query, now);
      const everyMs =
        query.every === "auto"
          ? windowFor(range.to - range.from, store.shortestWindow(range.from))
          : parseDuration(query.every)!;
      const windows = (range.to - range.from) / everyMs;
      if (windows > mostBuckets) {
        const message = `${query.every} cuts the range into ${Math.ceil(windows)} windows; at most ${mostBuckets}: use auto, a longer window or a shorter range`;
        throw badRequest([{ where: "query.every", message }]);
      }
      const { site, device, metric } = query;
      const utcOffsetMs = parseZone(query.zone)!;
      const { buckets, sources } = await within(clock, storeTimeoutMs, signal, (waiting) =>
        store.series({ site, device, metric, ...range, everyMs, utcOffsetMs }, waiting),
      );
      return { at: now, ...range, everyMs, buckets: [...buckets], sources: [...sources] };
    },
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/raw",
    summary: "Stored points of one series as they are, ascending by time; at most `limit`, from the start of the range",
    access: "read",
    query: z.strictObject({
      ...seriesOf,
      ...rangeQuery("-1h"),
      limit: z.coerce
        .number<string>()
        .int()
        .min(1)
        .max(10_000)
        .default(1000)
        .describe("a whole number from 1 to 10000"),
    }),
    answer: z.strictObject({
      at: z.number(),
      from: z.number(),
      to: z.number(),
      samples: z.array(sample),
      more: z.boolean().describe("The range holds more: ask again from the last sample's time plus 1."),
    }),
    handle: async ({ query }, signal) => {
      const now = clock.now();
      const range = rangeOf(query, now);
      const { site, device, metric, limit } = query;
      const samples = await within(clock, storeTimeoutMs, signal, (waiting) =>
        store.raw({ site, device, metric, ...range, limit: limit + 1 }, waiting),
      );
      return {
        at: now,
        ...range,
        samples: samples.slice(0, limit).map((each) => ({ ...each })),
        more: samples.length > limit,
      };
    },
  });
}
