import { infoOf } from "@weir/wire/quantities.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Device, Reading } from "../../api/answers.ts";
import { askSeries, type Series } from "../ask.ts";
import { after } from "../clock.ts";
import { useLanguage } from "../context.ts";
import { formatAge, formatTime } from "../model/age.ts";
import { type Columns, columnsOf } from "../model/columns.ts";
import { nameMetric, showValue } from "../model/number.ts";
import { Failure } from "./notice.tsx";
import { drawPlot } from "./plot.ts";
import { Age, Value } from "./reading.tsx";

export const ranges = {
  range15m: "-15m",
  range1h: "-1h",
  range6h: "-6h",
  range24h: "-24h",
  range7d: "-7d",
  range30d: "-30d",
} as const;
export type Range = keyof typeof ranges;

type Props = { readonly device: Device; readonly reading: Reading; readonly range: Range; readonly now: number };

/** The past of one series. Loads when it comes into view, and again as new windows are complete. */
export function Chart({ device, reading, range, now }: Props) {
  const { language, say } = useLanguage();
  const info = infoOf(reading.metric);
  const frame = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState(false);
  const [series, setSeries] = useState<Series>();
  const [why, setWhy] = useState("");
  const [index, setIndex] = useState<number>();
  const [attempt, setAttempt] = useState(0);
  const { site, device: name } = device;
  const { metric, staleAfterMs } = reading;

  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setSeen(entry?.isIntersecting === true), {
      rootMargin: "300px",
    });
    if (frame.current) observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (!seen) return;
    const gone = new AbortController();
    let cancel = () => {};
    const load = async () => {
      try {
        const answer = await askSeries({ site, device: name, metric, from: ranges[range] }, gone.signal);
        setSeries(answer);
        setWhy("");
        cancel = after(Math.min(60_000, Math.max(5000, answer.everyMs)), () => void load());
      } catch (error) {
        if (gone.signal.aborted) return;
        setWhy(error instanceof Error ? error.message : String(error));
        cancel = after(15_000, () => void load());
      }
    };
    void load();
    return () => {
      gone.abort();
      cancel();
    };
  }, [seen, site, name, metric, range, attempt]);

  const states = device.states[metric];
  const stepped = info?.kind === "state";
  const columns =
    series &&
    columnsOf(
      series.buckets,
      { ...series, gapMs: staleAfterMs },
      info?.kind === "gauge" || info === undefined ? "mean" : "last",
    );
  const at = index === undefined ? undefined : columns?.at[index];
  const bucket = at === undefined ? undefined : series?.buckets.find((each) => each.at / 1000 === at);
  const show = (value: number) => {
    const { text, unit } = showValue(value, info, states, language);
    return unit === "" ? text : `${text} ${unit}`;
  };

  return (
    <section class="chart" ref={frame} id={`chart-${metric}`}>
      <header>
        <h3>{nameMetric(metric, info, language)}</h3>
        {bucket ? (
          <p class="pointed">
            <time>{formatTime(bucket.at, now, language)}</time>{" "}
            {bucket.mean === null ? say("noValue") : <b>{show(stepped ? bucket.last! : bucket.mean)}</b>}
            {!stepped && bucket.min !== null && bucket.max !== null && bucket.min !== bucket.max && (
              <small>
                {show(bucket.min)} – {show(bucket.max)}
              </small>
            )}
            {bucket.bad > 0 && <small class="is-bad">{say("chartBad", { n: bucket.bad })}</small>}
            {bucket.uncertain > 0 && (
              <small class="is-uncertain">{say("chartUncertain", { n: bucket.uncertain })}</small>
            )}
          </p>
        ) : (
          <p>
            <Value reading={reading} device={device} now={now} /> <Age reading={reading} now={now} />
          </p>
        )}
      </header>
      {columns && series ? (
        <Drawing
          key={`${language}${range}`}
          columns={columns}
          series={series}
          stepped={stepped}
          nameOf={(value) => (states ? (states[String(value)]?.[language] ?? "") : undefined)}
          onPoint={setIndex}
        />
      ) : (
        <div class="plot">{why === "" && <p class="loading">{say("loading")}</p>}</div>
      )}
      {series && series.buckets.length === 0 && <p class="plot-empty">{say("chartEmpty")}</p>}
      {series && <small class="window">{say("chartWindow", { every: formatAge(series.everyMs, language) })}</small>}
      {why !== "" && <Failure why={why} retry={() => setAttempt(attempt + 1)} />}
    </section>
  );
}

type DrawingProps = {
  readonly columns: Columns;
  readonly series: Series;
  readonly stepped: boolean;
  readonly nameOf: (value: number) => string | undefined;
  readonly onPoint: (index: number | undefined) => void;
};

function Drawing({ columns, series, stepped, nameOf, onPoint }: DrawingProps) {
  const { language } = useLanguage();
  const frame = useRef<HTMLDivElement>(null);
  const [scheme, setScheme] = useState(0);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => setScheme((count) => count + 1);
    dark.addEventListener("change", redraw);
    return () => dark.removeEventListener("change", redraw);
  }, []);
  // Drawn anew with each answer of the server, not with each tick of the page: the series is what it depends on.
  useEffect(() => {
    if (frame.current === null) return;
    return drawPlot({ element: frame.current, columns, range: series, stepped, language, nameOf, onPoint });
  }, [series, scheme]);
  return <div class="plot" ref={frame} />;
}
