import { formatTable } from "@weir/config/table.ts";
import type { Clock } from "@weir/wire/clock.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { formatAge, formatNumber, metricName } from "../../health/words.ts";
import type { Board, Change, WatchedDevice, WatchedPoint } from "./board.ts";
import { valueText } from "./table.ts";
import type { View } from "./view.ts";
import { qualityWords, sayWhy, words } from "./words.ts";

type Out = (text: string) => void;

/** Told apart where a reading is one of the agent and where it was asked for now. */
export type Told = { readonly board: Board; readonly clock: Clock; readonly source: "agent" | "instruments" };

/** For a person's file or pipe: a line for each change of a value or its quality, and of a device. */
export function plainView(out: Out, { board, clock }: Told, language: "en" | "zh"): View {
  const at = (ms: number) => new Date(ms).toISOString();
  const say = words[language];
  return {
    tell(change) {
      const trouble = board.trouble();
      if (change.change === "source")
        out(`${at(clock.now())}  ${trouble === undefined ? say.agent : sayWhy(trouble, language)}`);
      else if (change.change === "state") {
        const { state, why } = change.device.now;
        out(
          `${at(clock.now())}  ${change.device.id}  ${say[state]}${state === "up" || !why ? "" : `: ${sayWhy(why, language)}`}`,
        );
      } else if (change.changed) out(readingLine(change.device, change.point, at, language));
    },
    draw: () => {},
    close: () => {},
  };
}

function readingLine({ id }: WatchedDevice, point: WatchedPoint, at: (ms: number) => string, language: "en" | "zh") {
  const { at: when, quality, why } = point.newest!;
  const judged = `${qualityWords[language][quality]}${why === undefined || why === quality ? "" : ` (${sayWhy(why, language)})`}`;
  return [at(when), id, metricName(point.metric, language), valueText(point, language), judged].join("  ");
}

/** For a program: every reading and every change, a JSON object a line. */
export function jsonView(out: Out, { board, source }: Told): View {
  out(JSON.stringify({ event: "start", source, devices: board.devices.map(({ id }) => id) }));
  return {
    tell: (change) => out(JSON.stringify(plainOf(change, board))),
    draw: () => {},
    close: () => {},
  };
}

function plainOf(change: Change, board: Board): object {
  if (change.change === "source") return { event: "source", why: board.trouble() ?? null };
  const { device } = change;
  if (change.change === "state")
    return { event: "state", device: device.id, state: device.now.state, why: device.now.why };
  const { metric, at, value, quality, raw, why } = change.point.newest!;
  return { event: "reading", device: device.id, metric, at, value, unit: infoOf(metric)?.unit, quality, raw, why };
}

/** What there was, for a program. */
export function jsonSummary({ devices }: Board, elapsedMs: number): string {
  const points = devices.flatMap(({ id, points }) =>
    points.map(({ metric, readings, good, least, most, newest }) => {
      return { device: id, metric, readings, good, min: least, max: most, quality: newest?.quality ?? null };
    }),
  );
  return JSON.stringify({ event: "summary", elapsedMs: Math.round(elapsedMs), points });
}

/** What there was, for a person: a row a point. */
export function summary({ devices }: Board, elapsedMs: number, language: "en" | "zh"): string {
  const say = words[language];
  const edge = (value: number | undefined) => (value === undefined ? "-" : formatNumber(value));
  const rows = devices.flatMap((device) =>
    device.points.map((point) => [
      device.id,
      metricName(point.metric, language),
      String(point.readings),
      String(point.good),
      edge(point.least),
      edge(point.most),
      valueText(point, language),
      point.newest ? qualityWords[language][point.newest.quality] : say.never,
    ]),
  );
  const heading = [say.device, say.point, say.readings, say.goodOnes, say.least, say.most, say.value, say.quality];
  return `${say.watched} ${formatAge(elapsedMs, language)}\n\n${formatTable([heading, ...rows])}`;
}
