import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import {
  ask,
  type Database,
  durationOf,
  type Frame,
  framesOf,
  openDashboard,
  questionsOf,
  type View,
} from "@weir/grafana/check/ask.ts";
import type { FileDashboard, FilePanel } from "@weir/grafana/check/lint.ts";
import { chromium } from "playwright-core";
import { build } from "vite";

const version = "13.2.3";
const folder = join(import.meta.dirname, `../../node_modules/.cache/grafana-ui-${version}`);
const width = 1600;

/** A panel with what its queries were answered, and the range that they were asked for. */
export type Answered = { readonly panel: FilePanel; readonly frames: readonly Frame[]; readonly range: Span };
type Span = Pick<View, "from" | "to">;

export type Studio = {
  /** Writes a PNG of the board. Resolves with what could not be asked or drawn, one sentence each. */
  picture(file: FileDashboard, database: Database, span: Span, path: string): Promise<readonly string[]>;
  close(): Promise<void>;
};

/** Grafana's components in a browser. Throws an Error that says how to get them when they are not there: 409 MB, and no dependency of ours. */
export async function openStudio(told: (line: string) => void): Promise<Studio> {
  if (!existsSync(join(folder, "node_modules/@grafana/ui")))
    throw new Error(
      `@grafana/ui is needed: npm install --prefix ${folder} --ignore-scripts --legacy-peer-deps @grafana/ui@${version} react@19 react-dom@19`,
    );
  told("bundling Grafana's components, half a minute");
  for (const file of ["index.html", "page.js"]) copyFileSync(join(import.meta.dirname, file), join(folder, file));
  await build({
    ...{ root: folder, base: "./", configFile: false, logLevel: "silent" },
    build: { outDir: "page", emptyOutDir: true, minify: false, target: "esnext" },
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"],
  });

  return {
    async picture(file, database, span, path) {
      const faults: string[] = [];
      const answered = await answersOf(file, database, span, faults);
      const page = await browser.newPage({ viewport: { width, height: 1000 } });
      page.on("pageerror", ({ message }) => faults.push(message));
      await page.goto(`file://${join(folder, "page/index.html")}`);
      const board = { title: file.title, panels: answered, width };
      const { height, failed } = (await page.evaluate(`draw(${JSON.stringify(board)})`)) as {
        height: number;
        failed: readonly string[];
      };
      await page.setViewportSize({ width, height });
      await page.screenshot({ path });
      await page.close();
      return [...faults, ...failed];
    },
    close: () => browser.close(),
  };
}

/** Each panel that is open, its queries answered; what was not is told in `faults`, and its panel stays empty. */
async function answersOf(
  file: FileDashboard,
  database: Database,
  span: Span,
  faults: string[],
): Promise<readonly Answered[]> {
  // A server knows only its own time.
  const asked = ({ q, rp }: { readonly q: string; readonly rp: string | undefined }) =>
    ask(database, { q: q.replaceAll("now()", `${span.to}ms`), rp });
  const view = await openDashboard(file, { ...span, points: 800 }, asked);
  const answered: Answered[] = [];
  for (const panel of file.panels) {
    const { timeFrom } = panel;
    const range = timeFrom === undefined ? span : { from: span.to - durationOf(timeFrom), to: span.to };
    const frames: Frame[] = [];
    for (const question of questionsOf(panel, view))
      try {
        frames.push(...framesOf(await asked(question), question));
      } catch (error) {
        faults.push(`${panel.title}: ${(error as Error).message}`);
      }
    answered.push({ panel, frames, range });
  }
  return answered;
}
