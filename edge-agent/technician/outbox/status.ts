import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { Terminal } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { formatRanges } from "@weir/wire/range-text.ts";
import type { Damage } from "../../outbox/damage.ts";
import { type Forecast, forecastOf, rateWindowMs } from "../../outbox/forecast.ts";
import type { Inspection } from "../../outbox/inspect.ts";
import type { CommandOptions } from "../command.ts";
import { counted, moment, size, span } from "./units.ts";

/** Sizes, ages, and when it will be full. */
export function showStatus(
  inspection: Inspection,
  { path, limit }: { readonly path: string; readonly limit: number },
  { json }: CommandOptions,
  out: Terminal["out"],
): number {
  const now = systemClock.now();
  const status = inspection.status();
  const { bavail, bsize } = statfsSync(dirname(path));
  const free = bavail * bsize;
  const forecast = forecastOf({
    now,
    oldestAt: status.oldest?.appendedAt,
    bytes: status.bytes,
    recentBytes: inspection.waitingSince(now - rateWindowMs).bytes,
    limitBytes: limit,
    freeBytes: free,
  });
  const damage = inspection.damage();
  if (json) out(JSON.stringify({ path, limitBytes: limit, diskFreeBytes: free, ...status, damage, forecast }));
  else out(formatTable([...rowsOf(status, { path, limit, free, forecast, now }), ...damage.map(damageRow)]));
  return status.dropped + status.quarantined + damage.length === 0 ? 0 : 1;
}

const mostShown = 20;

type Around = {
  readonly path: string;
  readonly limit: number;
  readonly free: number;
  readonly forecast: Forecast | undefined;
  readonly now: number;
};

function rowsOf(status: ReturnType<Inspection["status"]>, { path, limit, free, forecast, now }: Around): string[][] {
  const { records, samples, bytes, oldest, appended, confirmed, dropped, droppedSamples, quarantined } = status;
  const ageOf = (at: number) => `${span(now - at)} ago, ${moment(at)}`;
  const share = `${((100 * bytes) / limit).toFixed(1)} %`;
  return [
    ["outbox", path],
    ["epoch", String(status.epoch)],
    [
      "waiting",
      `${counted(records, "record")} with ${counted(samples, "sample")}, ${size(bytes)} of ${size(limit)} (${share})`,
    ],
    ["oldest", oldest ? `${ageOf(oldest.appendedAt)}, offset ${oldest.offset}` : "nothing waits"],
    ["full", forecast ? fullText(forecast, now) : "not foreseen: nothing piles up"],
    ["since creation", `${appended} appended, ${confirmed} confirmed by the cloud`],
    [
      "dropped",
      dropped === 0
        ? "none"
        : `${counted(dropped, "record")} with ${counted(droppedSamples, "sample")}: the limit was reached; raise outbox.limit or repair the uplink`,
    ],
    [
      "quarantine",
      quarantined === 0 ? "empty" : `${counted(quarantined, "record")}: weir-edge outbox … quarantine shows why`,
    ],
    ["file", `${size(status.fileBytes)}; the disk has ${size(free)} left`],
  ];
}

function damageRow({ at, cause, aside, former, records, unreadable }: Damage): string[] {
  const lost = formatRanges(unreadable).slice(0, mostShown).join(" ");
  const more = unreadable.length > mostShown ? " …" : "";
  const what = [
    `${moment(at)}: ${cause}`,
    `${counted(records, "record")} carried over`,
    ...(lost ? [`not readable: offsets ${lost}${more} of epoch ${former.epoch}`] : []),
    ...(aside ? [`the old file is ${aside}`] : []),
    ...(!aside && !lost ? [`gone: offsets ${former.first} to ${former.next - 1} of epoch ${former.epoch}`] : []),
    "what the cloud has not stored of the rest is lost: its ledger counts it. Check the disk or card (dmesg, smartctl)",
  ];
  return ["damage", what.join("; ")];
}

function fullText({ bytesPerHour, fullAt }: Forecast, now: number): string {
  const pace = `${size(bytesPerHour)} an hour`;
  if (fullAt <= now) return `now, at ${pace}: outbox.when_full decides what gives way`;
  return `in ${span(fullAt - now)} at ${pace}, should nothing be delivered`;
}
