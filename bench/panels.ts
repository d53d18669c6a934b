/**
 * Every panel's queries over 30 days of one city, from the tier that the board's own link chooses, against Debian's influxd 1.6.7 or the server
 * at INFLUX_URL (2.x with INFLUX_TOKEN and INFLUX_ORG).
 *
 * 300 instruments, 50 a domain, ten quantities each (those that the panels ask for first): the 1 h tier for 30 days, raw once a minute
 * for the last six hours, of which the panels without a tier ask what they show now. A panel's queries are asked one after the other, as
 * Grafana does, each panel three times, all devices chosen. The limit is 300 ms.
 *
 * usage: npm run bench -- panels [--instruments 300] [--json]
 */
import { parseArgs } from "node:util";
import type { Tier } from "@weir/cloud/store/store.ts";
import { openTestInflux } from "@weir/cloud/store/test-influx.ts";
import { ask, openDashboard, questionsOf } from "@weir/grafana/check/ask.ts";
import { type FileDashboard, panelsOf } from "@weir/grafana/check/lint.ts";
import { dashboards } from "@weir/grafana/generate.ts";
import { quantitiesOf } from "@weir/grafana/rest.ts";
import { kindIn, waters } from "@weir/wire/kind.ts";
import { type Domain, type Quantity, quantities } from "@weir/wire/quantities.ts";

const { values } = parseArgs({
  options: { instruments: { type: "string", default: "300" }, json: { type: "boolean" } },
});
const instruments = Number(values.instruments);
const limitMs = 300;
const [minute, hour] = [60_000, 3_600_000];
const influx = await openTestInflux();
const database = await influx.create();
const now = Date.now();

const boards = Object.values(dashboards() as Readonly<Record<string, FileDashboard>>).filter(
  ({ uid }) => !uid.endsWith("-en"),
);
const asked = quantitiesOf(
  boards.flatMap((board) =>
    panelsOf(board)
      .filter(({ type }) => type !== "table")
      .flatMap(({ targets = [] }) => targets.map(({ query }) => query)),
  ),
);
const domains = ["water", "air", "pipe", "light", "hazmat", "gateway"] as const satisfies readonly Domain[];
const fieldsOf = (domain: Domain): readonly Quantity[] =>
  [...asked].filter((name) => quantities[name].domain === domain);

/** The fields of the nth instrument of a domain: ten in a row, so that every field has several instruments. */
function of(domain: Domain, n: number): readonly Quantity[] {
  const all = fieldsOf(domain);
  return Array.from({ length: Math.min(10, all.length) }, (_, k) => all[(n * 3 + k) % all.length]!);
}

/** Instruments in water stand in all kinds of it. */
const kindOf = (domain: Domain, n: number) =>
  domain === "water" ? kindIn("bench", waters[n % waters.length]!) : "bench";

try {
  const points = (await fill(undefined, 6 * hour, minute)) + (await fill("1h", 720 * hour, hour));
  const rows = await measure();
  report(points, rows);
} finally {
  await influx.end();
}

/** Writes readings or a tier; resolves with the number of values. */
async function fill(tier: Tier | undefined, lengthMs: number, stepMs: number): Promise<number> {
  let written = 0;
  let lines: string[] = [];
  const send = async () => {
    await database.send(lines.join("\n"), tier);
    lines = [];
  };
  for (let at = now - lengthMs; at < now; at += stepMs)
    for (const domain of domains)
      for (let n = 0; n < instruments / domains.length; n++) {
        const fields = of(domain, n).map((name) => `${name}=${5 + Math.sin(at / hour + n)}`);
        const facts = "data_age=30,device_online=1";
        lines.push(
          `${domain},site=site-${n % 4},device=${domain}-${n},kind=${kindOf(domain, n)} ${fields.join(",")} ${at}`,
        );
        if (domain !== "gateway")
          lines.push(`gateway,site=site-${n % 4},device=${domain}-${n},kind=${kindOf(domain, n)} ${facts} ${at}`);
        written += fields.length + 2;
        if (lines.length >= 5000) await send();
      }
  await send();
  return written;
}

type Row = { readonly board: string; readonly panel: string; readonly ms: number };

async function measure(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const range = { from: now - 720 * hour, to: now, points: 1000 };
  for (const board of boards) {
    const tiered = board.templating.list.some(({ name }) => name === "tier");
    const single = board.uid === "weir-point";
    const chosen = {
      tier: "1h",
      ...(single && { site: ["site-0"], device: ["water-0"], domain: "water", field: of("water", 0)[0]! }),
    };
    const recent = { ...range, from: now - 6 * hour };
    const opened = await openDashboard(board, range, (question) => ask(database.reader, question), chosen);
    for (const panel of panelsOf(board).filter(({ targets = [] }) => targets.length > 0)) {
      const overTime = tiered && panel.targets!.some(({ policy }) => policy !== "default");
      const questions = questionsOf(panel, { ...opened, ...(overTime ? range : recent) });
      for (let n = 0; n < 3; n++) {
        const start = performance.now();
        for (const question of questions) await ask(database.reader, question); // one after the other, as Grafana does
        rows.push({ board: board.uid, panel: panel.title, ms: performance.now() - start });
      }
    }
  }
  return rows;
}

function report(points: number, rows: readonly Row[]): void {
  const sorted = rows.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  const panels = [...Map.groupBy(rows, ({ board, panel }) => `${board}  ${panel}`)]
    .map(([panel, times]) => ({ panel, ms: times.map(({ ms }) => ms).sort((a, b) => a - b)[times.length >> 1]! }))
    .sort((a, b) => b.ms - a.ms);
  const slowest = panels.slice(0, 5);
  const result = { points, panels: panels.length, p50: at(0.5), p95: at(0.95), max: at(1) };
  if (values.json) console.log(JSON.stringify({ ...result, slowest }));
  else {
    console.log(`${panels.length} panels over ${points} values of ${instruments} instruments, ${influx.name}`);
    const figures = `p50 ${at(0.5).toFixed(0)} ms   p95 ${at(0.95).toFixed(0)} ms   longest ${at(1).toFixed(0)} ms`;
    console.log(`${figures}   limit ${limitMs} ms; slowest panels, median of three:`);
    for (const { panel, ms } of slowest) console.log(`  ${ms.toFixed(0).padStart(5)} ms  ${panel}`);
  }
  if (result.p95 > limitMs) process.exitCode = 1;
}
