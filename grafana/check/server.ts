/**
 * `npm run test:grafana`: a real, provisioned Grafana against what it was provisioned with. Asks for every dashboard, sends every panel's
 * queries through `/api/ds/query`, reads every rule's health, and takes a screenshot of each board with headless Chromium.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { alertingFiles } from "../alerting/files.ts";
import { dashboards } from "../generate.ts";
import { filled, openDashboard, questionsOf, type Series, type View } from "./ask.ts";
import { type FileDashboard, type FilePanel, panelsOf } from "./lint.ts";
import { screenshots } from "./screenshot.ts";

export type Grafana = {
  /** `http://127.0.0.1:3000`. */
  readonly url: string;
  /** `Authorization`: a service account's token or user and password. */
  readonly authorization: string;
};

type Answer = {
  readonly results: Readonly<Record<string, { readonly error?: string; readonly frames?: readonly unknown[] }>>;
};

/** All that a server has wrong, one sentence each; `told` gets what is being looked at. Rejects when it cannot be reached. */
export async function faultsOfServer(grafana: Grafana, told: (line: string) => void): Promise<readonly string[]> {
  const files = Object.values(dashboards() as Readonly<Record<string, FileDashboard>>);
  const health = await call<{ database?: string; version?: string }>(grafana, "/api/health");
  told(`Grafana ${health.version ?? "?"}, database ${health.database ?? "?"}`);
  const faults: string[] = [];
  for (const file of files) faults.push(...(await faultsOfBoard(grafana, file, told)));
  faults.push(...(await faultsOfRules(grafana, told)));
  return faults;
}

async function faultsOfBoard(
  grafana: Grafana,
  file: FileDashboard,
  told: (line: string) => void,
): Promise<readonly string[]> {
  type Loaded = {
    readonly dashboard: FileDashboard;
    readonly meta: { readonly provisioned?: boolean; readonly folderUid?: string };
  };
  const loaded = await call<Loaded>(grafana, `/api/dashboards/uid/${file.uid}`).catch((error: Error) => error);
  if (loaded instanceof Error)
    return [`${file.uid}: ${loaded.message}; is grafana/dashboards mounted, and is no uid or title there twice?`];
  const faults: string[] = [];
  if (loaded.meta.provisioned !== true)
    faults.push(`${file.uid}: is there, but not from provisioning; somebody has imported it by hand`);
  const numbers = (dashboard: FileDashboard) =>
    panelsOf(dashboard)
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .join(" ");
  if (numbers(loaded.dashboard) !== numbers(file))
    faults.push(`${file.uid}: has other panels than the file; it was loaded from an older one`);
  const to = Date.now();
  const range = { from: to - 6 * 3_600_000, to, points: 500 };
  const view = await openDashboard(file, range, (question) => tagsThroughGrafana(grafana, question.q));
  let answered = 0;
  let empty = 0;
  const panels = panelsOf(file).filter(({ targets = [] }) => targets.length > 0);
  for (const panel of panels) {
    const found = await askPanel(grafana, panel, view);
    for (const fault of found.faults) faults.push(`${file.uid}: panel ${panel.id} (${panel.title}): ${fault}`);
    if (found.frames > 0) answered++;
    else empty++;
  }
  told(`${file.uid}: ${panels.length} panels, ${answered} answered, ${empty} empty`);
  return faults;
}

/** One panel's queries in one request, as the panel itself sends them: variables filled, `$timeFilter` and `$__interval` left to the backend. */
async function askPanel(grafana: Grafana, panel: FilePanel, view: View) {
  const faults: string[] = [];
  questionsOf(panel, view); // throws when anything is left unresolved
  const body = {
    from: String(view.from),
    to: String(view.to),
    queries: panel.targets!.map((target) => ({
      ...target,
      query: filled(target.query, view),
      policy: filled(target.policy, view),
      intervalMs: 60_000,
      maxDataPoints: view.points,
    })),
  };
  const answer = await call<Answer>(grafana, "/api/ds/query", body).catch((error: Error) => error);
  if (answer instanceof Error) return { faults: [answer.message], frames: 0 };
  for (const [refId, { error }] of Object.entries(answer.results))
    if (error !== undefined) faults.push(`query ${refId}: ${error}`);
  return { faults, frames: Object.values(answer.results).reduce((sum, { frames = [] }) => sum + frames.length, 0) };
}

/** A variable's query by the data source's proxy. */
async function tagsThroughGrafana(grafana: Grafana, q: string): Promise<readonly Series[]> {
  const parameters = new URLSearchParams({ db: "weir", epoch: "ms", q });
  type Tags = { readonly results?: readonly { readonly series?: readonly Series[] }[] };
  const answer = await call<Tags>(grafana, `/api/datasources/proxy/uid/weir/query?${parameters}`);
  return answer.results?.[0]?.series ?? [];
}

async function faultsOfRules(grafana: Grafana, told: (line: string) => void): Promise<readonly string[]> {
  type Rules = {
    readonly data: {
      readonly groups: readonly {
        readonly rules: readonly {
          readonly uid?: string;
          readonly name: string;
          readonly health: string;
          readonly lastError?: string;
        }[];
      }[];
    };
  };
  const { data } = await call<Rules>(grafana, "/api/prometheus/grafana/api/v1/rules");
  const rules = data.groups.flatMap((group) => group.rules);
  const wanted = [
    ...Object.values(alertingFiles())
      .join("\n")
      .matchAll(/^\s*-? *uid: "?(weir-[a-z0-9-]+)"?$/gm),
  ].map((match) => match[1]!);
  told(
    `${rules.length} rules, ${rules.filter(({ health }) => health === "ok").length} healthy; ${wanted.length} provisioned`,
  );
  const there = new Set(rules.map(({ uid }) => uid));
  return [
    ...(there.has(undefined) ? [] : wanted.filter((uid) => !there.has(uid)).map((uid) => `rule ${uid}: is not there`)),
    ...rules
      .filter(({ health }) => health === "error")
      .map(({ name, lastError = "no reason given" }) => `rule ${name}: ${lastError}`),
  ];
}

async function call<T>({ url, authorization }: Grafana, path: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(path, url), {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok && !text.startsWith('{"results"'))
    throw new Error(`${path.split("?")[0]} answers ${response.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text) as T;
}

/** What the environment says of the server; undefined when GRAFANA_URL is not set. */
export function grafanaOf(environment: Readonly<Record<string, string | undefined>>): Grafana | undefined {
  const {
    GRAFANA_URL: url,
    GRAFANA_TOKEN: token,
    GRAFANA_USER: user = "admin",
    GRAFANA_PASSWORD: password = "",
  } = environment;
  if (url === undefined) return undefined;
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  return { url, authorization: token === undefined ? `Basic ${basic}` : `Bearer ${token}` };
}

if (import.meta.main) {
  const grafana = grafanaOf(process.env);
  if (!grafana) {
    console.error("set GRAFANA_URL, and GRAFANA_TOKEN or GRAFANA_USER and GRAFANA_PASSWORD (see grafana/README.md)");
    process.exitCode = 2;
  } else {
    const faults = await faultsOfServer(grafana, (line) => console.log(line));
    const folder = join(process.cwd(), "grafana-screenshots");
    mkdirSync(folder, { recursive: true });
    const uids = Object.values(dashboards() as Readonly<Record<string, FileDashboard>>).map(({ uid }) => uid);
    faults.length === 0 && (await screenshots(grafana, uids, folder, (line) => console.log(line)));
    for (const fault of faults) console.error(fault);
    console.log(faults.length === 0 ? "nothing wrong" : `${faults.length} faults`);
    process.exitCode = faults.length === 0 ? 0 : 1;
  }
}
