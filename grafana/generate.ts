import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { alertingFiles } from "./alerting/files.ts";
import { alertsPage, runbooksPage } from "./alerting/pages.ts";
import { seenInCity, seenInFleet } from "./alerting/seen.ts";
import { dashboardOf, uidOf } from "./board.ts";
import { boards } from "./boards.ts";
import { demoMap } from "./map/demo.ts";
import { dataSource, providers } from "./provisioning.ts";
import type { Board, Language } from "./shape.ts";

export const languages: readonly Language[] = ["zh", "en"];

/** Dashboards of boards by path below this folder. Pure. */
export function dashboards(from: readonly Board[] = boards): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    languages.flatMap((language) =>
      from.map((board) => [`dashboards/${language}/${uidOf(board.name, language)}.json`, dashboardOf(board, language)]),
    ),
  );
}

/** Everything that is written into this folder, by path below it (docs/generate.ts). */
export function generated(): Readonly<Record<string, string>> {
  const json = Object.entries(dashboards()).map(([path, dashboard]) => [
    path,
    `${JSON.stringify(dashboard, null, 1)}\n`,
  ]);
  return {
    ...Object.fromEntries(json),
    "provisioning/datasources/weir.yaml": dataSource,
    "provisioning/dashboards/weir.yaml": providers,
    ...alertingFiles(),
    ...demoMap(),
    "../docs/runbooks.md": runbooksPage(),
    "../docs/alerts.md": alertsPage({ ...seenInCity, ...seenInFleet }),
  };
}

/** Writes all of it. */
export function write(): void {
  for (const [path, text] of Object.entries(generated())) {
    const file = join(import.meta.dirname, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

if (import.meta.main) write();
