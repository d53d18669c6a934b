import uPlot from "uplot";
import { now } from "../clock.ts";
import type { Columns } from "../model/columns.ts";
import type { Language } from "../model/language.ts";
import { formatNumber } from "../model/number.ts";

export type PlotOptions = {
  readonly element: HTMLElement;
  readonly columns: Columns;
  /** Epoch ms. */
  readonly range: { readonly from: number; readonly to: number };
  readonly stepped: boolean;
  readonly language: Language;
  /** State names for the axis, where there are any. */
  readonly nameOf: (value: number) => string | undefined;
  /** Called with the index under the pointer, or undefined when it has left. */
  readonly onPoint: (index: number | undefined) => void;
};

const height = 176;

/** Draws one series: a band from least to greatest, a line, hatched gaps, and marks for bad and uncertain windows. Returns its end. */
export function drawPlot(options: PlotOptions): () => void {
  const { element, columns, range, stepped, language, nameOf, onPoint } = options;
  const style = getComputedStyle(element);
  const colour = (name: string) => resolveColour(element, name);
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: colour("ink-2"), font, grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  const line = { stroke: colour("accent"), width: 1.6, points: { size: 4 } };
  const plot = new uPlot(
    {
      width: Math.max(200, element.clientWidth),
      height,
      padding: [10, 8, 0, 0],
      legend: { show: false },
      cursor: { drag: { setScale: false }, points: { size: 7 } },
      scales: {
        x: { time: true, range: () => [range.from / 1000, range.to / 1000] },
        y: { range: (_plot, low, high) => padded(low, high, stepped) },
      },
      axes: [
        { ...axis, size: 26, space: 64, values: (_plot, splits) => labelTimes(splits, range, language) },
        {
          ...axis,
          size: 52,
          ...(stepped ? { incrs: [1, 2, 5, 10, 20, 50, 100, 1000, 10_000] } : {}),
          values: (_plot, splits, _axis, _space, step) =>
            splits.map(
              (value) => nameOf(value) ?? (stepped && !Number.isInteger(value) ? "" : formatStep(value, step)),
            ),
        },
      ],
      series: [
        {},
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
        stepped ? { ...line, paths: uPlot.paths.stepped!({ align: 1 }) } : line,
      ],
      bands: stepped ? [] : [{ series: [2, 1], fill: colour("accent-wash") }],
      hooks: {
        drawClear: [(self) => hatch(self, columns.gaps, colour("gap"))],
        draw: [
          (self) => {
            for (const at of spaced(self, columns.uncertain)) triangle(self, at, colour("uncertain"));
            for (const at of spaced(self, columns.bad)) cross(self, at, colour("bad"));
          },
        ],
        setCursor: [(self) => onPoint(self.cursor.idx ?? undefined)],
      },
    },
    [columns.at, columns.min, columns.max, columns.middle],
    element,
  );
  const observer = new ResizeObserver(() => plot.setSize({ width: Math.max(200, element.clientWidth), height }));
  observer.observe(element);
  return () => {
    observer.disconnect();
    plot.destroy();
  };
}

/** A canvas takes no CSS variables. */
function resolveColour(element: HTMLElement, name: string): string {
  const probe = element.appendChild(document.createElement("i"));
  probe.style.color = `var(--${name})`;
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function padded(low: number | null, high: number | null, stepped: boolean): [number, number] {
  if (low === null || high === null) return [0, 1];
  if (stepped) return [Math.min(0, low) - 0.15, Math.max(1, high) + 0.15];
  const pad = high === low ? Math.max(Math.abs(high) * 0.05, 0.5) : (high - low) * 0.1;
  return [low >= 0 && low - pad < 0 ? 0 : low - pad, high + pad];
}

function labelTimes(splits: readonly number[], { from, to }: PlotOptions["range"], language: Language): string[] {
  const days = to - from > 2 * 86_400_000;
  const seconds = splits.length > 1 && splits[1]! - splits[0]! < 60;
  const clock = { hour: "2-digit", minute: "2-digit", hour12: false } as const;
  const format = new Intl.DateTimeFormat(
    language === "zh" ? "zh-CN" : "en-GB",
    days ? { month: "numeric", day: "numeric" } : seconds ? { ...clock, second: "2-digit" } : clock,
  );
  let before = "";
  return splits.map((at) => {
    const text = at * 1000 > now() + 86_400_000 ? "" : format.format(at * 1000);
    const shown = text === before ? "" : text;
    before = text;
    return shown;
  });
}

/** An axis number with as many decimals as its step needs. */
function formatStep(value: number, step: number): string {
  const decimals = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)));
  const fine = Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6;
  return Math.abs(value) >= 1e6 ? formatNumber(value) : value.toFixed(fine ? decimals + 1 : decimals);
}

/** Of moments too near to be told apart only the first. */
function spaced({ valToPos }: uPlot, moments: readonly number[]): number[] {
  let last = Number.NEGATIVE_INFINITY;
  return moments.filter((at) => {
    const x = valToPos(at, "x");
    if (x - last < 13) return false;
    last = x;
    return true;
  });
}

function hatch({ ctx, bbox, valToPos }: uPlot, gaps: Columns["gaps"], colour: string): void {
  ctx.save();
  for (const [from, to] of gaps) {
    const left = Math.max(bbox.left, valToPos(from, "x", true));
    const right = Math.min(bbox.left + bbox.width, valToPos(to, "x", true));
    if (right - left < 1) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += 8 * devicePixelRatio) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

function triangle({ ctx, bbox, valToPos }: uPlot, at: number, colour: string): void {
  const [x, y, size] = [valToPos(at, "x", true), bbox.top + bbox.height, 4 * devicePixelRatio];
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(x, y - 2 * size);
  ctx.lineTo(x + size, y);
  ctx.lineTo(x - size, y);
  ctx.fill();
}

function cross({ ctx, bbox, valToPos }: uPlot, at: number, colour: string): void {
  const [x, y, size] = [valToPos(at, "x", true), bbox.top + bbox.height - 4 * devicePixelRatio, 3.5 * devicePixelRatio];
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x - size, y - size);
  ctx.lineTo(x + size, y + size);
  ctx.moveTo(x + size, y - size);
  ctx.lineTo(x - size, y + size);
  ctx.stroke();
}
