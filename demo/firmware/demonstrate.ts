import { buildConsole } from "../console.ts";
import { portsInUse } from "../ports.ts";
import { type Account, accountOf, type Claim, claimsOf, type Span } from "./account.ts";
import { type Cloud, cloudAt } from "./cloud.ts";
import { firstReadings, follow, levelsOf, type Wait } from "./follow.ts";
import { hanging, layOut, nodes, type Scene, technicianOrders } from "./layout.ts";
import type { Processes, Say } from "./processes.ts";
import { askVersion, giveKeys, makeBundle } from "./tool.ts";

export type Outcome = {
  /** Of the bundle. */
  readonly version: string;
  readonly nodes: readonly Account[];
  /** Records of the gateway. */
  readonly ledger: { readonly stored: number; readonly missing: number };
  readonly claims: readonly Claim[];
  /** Of the first and the last reading, epoch ms. */
  readonly span: Span;
};

export type Stage = {
  /** Where everything is kept: empty. */
  readonly data: string;
  readonly portBase: number;
  readonly processes: Processes;
  readonly say: Say;
  readonly wait: Wait;
};

/** From an empty folder to what became of three nodes. */
export async function demonstrate({ data, portBase, processes, say, wait }: Stage): Promise<Outcome> {
  const scene = await layOut(data, portBase);
  const taken = await portsInUse(scene.ports);
  if (taken.length > 0)
    throw new Error(`port ${taken.join(", ")} of 127.0.0.1 is in use; choose others: --port-base 6400`);
  await buildConsole(say);
  const version = await makeBundle(scene, (what) => say("tool", what));
  const since = Date.now();
  const cloud = cloudAt(scene);
  const [before] = await Promise.all([
    prepareNodes(scene, { processes, say }),
    processes.launch(scene.cloud, /weir-cloud runs/),
  ]);
  say("cloud", `runs; its console: ${scene.console}`);
  const agent = await processes.launch(scene.agent, /weir-edge runs/);
  say("gateway", "runs, and reads each node once a second");
  await firstReadings(cloud, since, wait);
  const news = (what: string) => say("store", what);
  news(`has readings of ${nodes.map(({ id }) => id).join(", ")}`);

  await Promise.all([order(scene, cloud, { processes, say }), follow(cloud, since, { say: news, wait })]);
  const ledger = await settled(cloud, wait);
  const stories = await Promise.all(
    nodes.map(async ({ id, by }) => {
      const [levels, states, progress] = await Promise.all([
        levelsOf(cloud, id, since),
        cloud.stored(id, "firmware_state", since),
        cloud.stored(id, "firmware_progress", since),
      ]);
      return { id, by, levels, states, progress };
    }),
  );
  await processes.stop(agent);
  const after = await askAll(scene, say);

  const accounts = stories.map((story, n) => accountOf({ ...story, before: before[n]!, after: after[n]! }));
  const times = stories.flatMap(({ levels }) => levels.map(({ at }) => at));
  return {
    ...{ version, ledger, nodes: accounts },
    claims: claimsOf(accounts, { hanging, version, missing: ledger.missing }),
    span: { from: Math.min(...times), to: Math.max(...times) },
  };
}

/** Nodes as they come from the bench: each has its own key. Gives what each runs. */
async function prepareNodes(scene: Scene, { processes, say }: Pick<Stage, "processes" | "say">) {
  await processes.launch(scene.line, /Ctrl-C ends it/);
  await giveKeys(scene, (what) => say("tool", what));
  return askAll(scene, say);
}

async function askAll(scene: Scene, say: Say): Promise<readonly string[]> {
  const versions: string[] = [];
  for (const { id, unit } of nodes) {
    const version = await askVersion(scene, unit);
    say("line", `${id} runs ${version}`);
    versions.push(version);
  }
  return versions;
}

/** One after the other, as people order; the gateway puts them in turn. */
async function order(scene: Scene, cloud: Cloud, { processes, say }: Pick<Stage, "processes" | "say">): Promise<void> {
  for (const { id, by } of nodes) {
    if (by === "cloud") {
      await cloud.order(id, scene.files.bundle);
      say("cloud", `has ordered the update of ${id}, and the gateway has accepted it`);
      continue;
    }
    say("technician", `weir-edge firmware edge.yaml update ${id} level.bundle`);
    const how = await processes.run(technicianOrders(scene, id));
    if (how !== "exit code 0") throw new Error(`weir-edge firmware edge.yaml update ${id} level.bundle: ${how}`);
  }
}

/** What the cloud says of the gateway's records, once none is missing, or after ten seconds. */
async function settled(cloud: Cloud, wait: Wait): ReturnType<Cloud["ledger"]> {
  for (let looks = 0; ; looks++) {
    const ledger = await cloud.ledger();
    if (ledger.missing === 0 || looks === 20) return ledger;
    await wait(500);
  }
}
