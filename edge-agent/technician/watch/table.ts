import { cut, pad, width, wrap } from "@weir/config/table.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { formatAge, formatNumber, metricName } from "../../health/words.ts";
import type { Language } from "../language.ts";
import type { Board, WatchedDevice, WatchedPoint } from "./board.ts";
import { type Mark, marks, qualityWords, sayWhy, words } from "./words.ts";

export type Look = {
  readonly language: Language;
  /** Of the terminal. */
  readonly columns: number;
  /** Epoch ms. */
  readonly now: number;
  /** Puts a colour around a text without changing its width; leaves it alone where colours are not wanted. */
  readonly paint: (text: string, mark: Mark | "strong") => string;
};

const gap = "  ";
const indent = "  ";
/** A name is not cut shorter than this as long as another column can go. */
const leastName = 12;
const mostWhyLines = 3;

/** Every device with its points, in lines that fit the columns: a heading row, then a block a device. Pure. */
export function tableLines({ devices }: Pick<Board, "devices">, look: Look): readonly string[] {
  const blocks = devices.map((device) => ({ device, rows: device.points.map((point) => cellsOf(point, look)) }));
  const { language, columns } = look;
  const { quality, point, value, age, least, most } = words[language];
  const heading = [quality, point, value, age, least, most];
  const widths = fitWidths([heading, ...blocks.flatMap(({ rows }) => rows.map(({ cells }) => cells))], columns);
  return [
    lineOf(heading, widths, columns),
    ...blocks.flatMap(({ device, rows }) => [
      ...deviceLines(device, look),
      ...rows.map(({ cells, mark }) =>
        paintQuality(lineOf(cells, widths, columns), widths[0]!, (text) => look.paint(text, mark)),
      ),
    ]),
  ];
}

/** Colours the first column of a line. */
function paintQuality(line: string, columns: number, paint: (text: string) => string): string {
  const [, blanks = "", first = ""] = new RegExp(`^( *)(.{0,${columns}}?)(?=  |$)`, "u").exec(line) ?? [];
  return `${blanks}${paint(first)}${line.slice(blanks.length + first.length)}`;
}

type Row = { readonly mark: Mark; readonly cells: readonly string[] };

function cellsOf(point: WatchedPoint, { language, now }: Look): Row {
  const { newest, least, most, metric } = point;
  const mark = newest?.quality ?? "none";
  const word = newest ? qualityWords[language][newest.quality] : words[language].never;
  const why = newest?.why === undefined || newest.why === "doubted" ? "" : ` (${sayWhy(newest.why, language)})`;
  const edge = (value: number | undefined) => (value === undefined ? "" : formatNumber(value));
  return {
    mark,
    cells: [
      `${marks[mark]} ${word}${why}`,
      metricName(metric, language),
      valueText(point, language),
      newest ? formatAge(now - newest.at, language) : "",
      edge(least),
      edge(most),
    ],
  };
}

/** `7.12 pH`, or for a state its number and what it means; `-` where there is no value. */
export function valueText({ newest, metric, point }: WatchedPoint, language: Language): string {
  const value = newest?.value ?? null;
  if (value === null) return "-";
  const info = infoOf(metric);
  const own = Object.values(point.states ?? {}).find((state) => state.value === value);
  const state = own?.[language] ?? (info?.kind === "state" ? info.states?.[value]?.[language] : undefined);
  return `${formatNumber(value)} ${state ?? info?.display ?? ""}`.trim();
}

function deviceLines(device: WatchedDevice, { language, columns, now, paint }: Look): readonly string[] {
  const say = words[language];
  const { state, lastReplyAt, cycleMs, why } = device.now;
  const mark = state === "up" ? "good" : state === "down" ? "bad" : "none";
  const heading = [
    `${device.id} ${device.title[language]}`,
    `${marks[mark]} ${say[state]}`,
    lastReplyAt === undefined ? "" : `${say.reply} ${formatAge(now - lastReplyAt, language)} ${say.ago}`,
    cycleMs === undefined
      ? ""
      : `${say.cycle} ${cycleMs < 1000 ? `${Math.round(cycleMs)} ms` : formatAge(cycleMs, language)}`,
    device.bus,
  ].filter((part) => part !== "");
  const isTroubled = state !== "up" || device.points.some(({ newest }) => newest?.quality === "bad");
  const lines =
    why === undefined || !isTroubled ? [] : wrap(printable(sayWhy(why, language)), columns - 2 * indent.length);
  return [
    "",
    paint(cut(printable(heading.join(" | ")), columns), "strong"),
    ...lines
      .slice(0, mostWhyLines)
      .map(
        (line) => `${indent}${indent}${paint(cut(line, columns - 2 * indent.length), mark === "good" ? "bad" : mark)}`,
      ),
  ];
}

/** What comes from an instrument must not steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ");
}

/** What is made narrower, one after the other, and down to how many columns; 0 leaves it out: min and max, names, why, values, ages. */
const sacrifices: readonly (readonly [column: number, least: number])[] = [
  [5, 0],
  [4, 0],
  [1, leastName],
  [0, 6],
  [2, 8],
  [1, 4],
];

/** Widths that fit, as far as sacrifices go. */
function fitWidths(rows: readonly (readonly string[])[], columns: number): readonly number[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => width(row[i]!))));
  const excess = () =>
    widths.reduce((sum, each) => sum + (each === 0 ? 0 : each + gap.length), indent.length - gap.length) - columns;
  for (const [column, least] of sacrifices) {
    if (excess() <= 0) break;
    const natural = widths[column]!;
    widths[column] = least === 0 ? 0 : Math.min(natural, Math.max(least, natural - excess()));
  }
  return widths;
}

function lineOf(cells: readonly string[], widths: readonly number[], columns: number): string {
  const shown = cells.flatMap((cell, i) => (widths[i] === 0 ? [] : [pad(cut(cell, widths[i]!), widths[i]!)]));
  return cut(`${indent}${shown.join(gap)}`.trimEnd(), columns);
}
