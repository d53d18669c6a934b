import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { Terminal } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { formatRanges } from "@weir/wire/range-text.ts";
import { sayCause } from "../../outbox/causes.ts";
import type { Damage } from "../../outbox/damage.ts";
import { type Forecast, forecastOf, rateWindowMs } from "../../outbox/forecast.ts";
import type { Inspection } from "../../outbox/inspect.ts";
import type { CommandOptions } from "../command.ts";
import type { Language } from "../language.ts";
import { moment, size, span } from "./units.ts";
import { words } from "./words.ts";

/** Sizes, ages, and when it will be full. */
export function showStatus(
  inspection: Inspection,
  { path, limit }: { readonly path: string; readonly limit: number },
  { json, language }: Pick<CommandOptions, "json"> & { readonly language: Language },
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
  else {
    const around = { path, limit, free, forecast, now, language };
    out(formatTable([...rowsOf(status, around), ...damage.map((one) => damageRow(one, language))]));
  }
  return status.dropped + status.quarantined + damage.length === 0 ? 0 : 1;
}

const mostShown = 20;

type Around = {
  readonly path: string;
  readonly limit: number;
  readonly free: number;
  readonly forecast: Forecast | undefined;
  readonly now: number;
  readonly language: Language;
};

function rowsOf(status: ReturnType<Inspection["status"]>, around: Around): string[][] {
  const { path, limit, free, forecast, now, language } = around;
  const { records, samples, bytes, oldest, appended, confirmed, dropped, droppedSamples, quarantined } = status;
  const say = words[language];
  const share = say.share(size(bytes), size(limit), `${((100 * bytes) / limit).toFixed(1)} %`);
  const since = (at: number) => say.ago(span(now - at, language), moment(at));
  return [
    [say.outbox, path],
    [say.epoch, String(status.epoch)],
    [say.waiting, say.holding(records, samples) + say.comma + share],
    [say.oldest, oldest ? since(oldest.appendedAt) + say.comma + say.offset(oldest.offset) : say.nothingWaits],
    [say.full, forecast ? fullText(forecast, around) : say.notForeseen],
    [say.created, say.sinceCreation(appended, confirmed)],
    [say.dropped, dropped === 0 ? say.none : say.holding(dropped, droppedSamples) + say.colon + say.limitReached],
    [say.quarantine, quarantined === 0 ? say.empty : say.held(quarantined) + say.colon + say.showsWhy],
    [say.file, say.diskLeft(size(status.fileBytes), size(free))],
  ];
}

function damageRow({ at, cause, aside, former, records, unreadable }: Damage, language: Language): string[] {
  const say = words[language];
  const lost = formatRanges(unreadable).slice(0, mostShown).join(" ");
  const more = unreadable.length > mostShown ? " …" : "";
  const what = [
    moment(at) + say.colon + sayCause(cause, language),
    say.carriedOver(records),
    ...(lost ? [say.unreadable(`${lost}${more}`, former.epoch)] : []),
    ...(aside ? [say.aside(aside)] : []),
    ...(!aside && !lost ? [say.gone(former.first, former.next - 1, former.epoch)] : []),
    say.checkDisk,
  ];
  return [say.damage, what.join(say.semicolon)];
}

function fullText({ bytesPerHour, fullAt }: Forecast, { now, language }: Around): string {
  const say = words[language];
  return fullAt <= now ? say.fullNow(size(bytesPerHour)) : say.fullIn(span(fullAt - now, language), size(bytesPerHour));
}
