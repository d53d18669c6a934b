import { parseArgs } from "node:util";
import { formatTable } from "@weir/config/table.ts";
import { createRandom } from "../sim/test-random.ts";
import { type Cut, findMoments, runWithCuts, type Scene } from "./power-cuts.ts";
import { randomCuts, setScenes } from "./scenes.ts";

const help = `Cuts the power of simulated nodes while they are updated, and looks at what is left of each.

usage: npm run power-cuts -- [options]

  --runs <n>    at random moments, one to four cuts each (default 2000)
  --every <n>   of the moments at which something is written take every n-th (default 1: all)
  --again <n>   after every n-th run update the node once more, the whole way (default 10)
  --seed <n>    of the random runs (default 1)
  --json        the result as JSON, each wrong run with its seed and cuts
  --help

Exit code: 0 when nothing went wrong, 1 when a node was left as it must never be.`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "2000" },
    every: { type: "string", default: "1" },
    again: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

type Group = { readonly scene: Scene; readonly when: string };
type Run = Group & { readonly cuts: readonly Cut[]; readonly seed: number };

/** Every moment of the short update and its trial, and of a roll-back; then as many random runs as were asked for. */
async function plan(count: number, every: number, firstSeed: number): Promise<readonly Run[]> {
  const scenes = await setScenes();
  const runs: Run[] = [];
  for (const scene of [scenes.begunSlight, scenes.begunSlightHanging]) {
    const { moments } = await findMoments(scene);
    for (const [n, afterMs] of moments.entries())
      if (n % every === 0)
        runs.push({ scene, when: "at every write, and right behind it", cuts: [{ afterMs, offMs: 40 }], seed: n });
  }
  const random = [scenes.begunAll, scenes.begunAllHanging, scenes.slight, scenes.begunAll, scenes.allHanging];
  const lasting = new Map<Scene, number>();
  for (const scene of new Set(random)) lasting.set(scene, (await findMoments(scene)).lastsMs);
  for (let n = 0; n < count; n++) {
    const scene = random[n % random.length]!;
    const seed = firstSeed * 1_000_000 + n;
    runs.push({
      scene,
      when: "one to four, at random",
      cuts: randomCuts(createRandom(seed), lasting.get(scene)!),
      seed,
    });
  }
  return runs;
}

if (values.help) {
  console.log(help);
  process.exit(0);
}
const [count, every, again, seed] = [values.runs, values.every, values.again, values.seed].map(Number) as [
  number,
  number,
  number,
  number,
];
if (![count, every, again, seed].every(Number.isInteger) || every < 1 || again < 1) {
  console.error(`${help}\n\nevery number is a whole one; --every and --again at least 1`);
  process.exit(2);
}

const runs = await plan(count, every, seed);
const rows = new Map<
  string,
  { scene: string; when: string; runs: number; cuts: number; confirmed: number; back: number; wrong: number }
>();
const wrong: {
  readonly scene: string;
  readonly seed: number;
  readonly cuts: readonly Cut[];
  readonly what: readonly string[];
}[] = [];
const begun = performance.now();
let told = begun;
for (const [n, { scene, when, cuts, seed }] of runs.entries()) {
  const verdict = await runWithCuts(scene, { cuts, random: createRandom(seed + 1), again: n % again === 0 });
  const key = `${scene.name} ${when}`;
  const row = rows.get(key) ?? { scene: scene.name, when, runs: 0, cuts: 0, confirmed: 0, back: 0, wrong: 0 };
  rows.set(key, row);
  row.runs++;
  row.cuts += cuts.length;
  if (verdict.end === "confirmed") row.confirmed++;
  if (verdict.end === "rolled-back") row.back++;
  if (verdict.wrong.length > 0) {
    row.wrong++;
    wrong.push({ scene: scene.name, seed, cuts, what: verdict.wrong });
  }
  if (performance.now() - told > 2000) {
    told = performance.now();
    const left = ((told - begun) / (n + 1)) * (runs.length - n - 1);
    if (!values.json)
      console.error(`${n + 1} of ${runs.length} runs, ${wrong.length} wrong; ${Math.ceil(left / 1000)} s left`);
  }
}
const perMinute = Math.round((runs.length / (performance.now() - begun)) * 60_000);
if (values.json) console.log(JSON.stringify({ runs: runs.length, perMinute, rows: [...rows.values()], wrong }));
else {
  const head = ["pages that differ", "power cuts", "runs", "cuts", "confirmed", "rolled back", "wrong"];
  const body = [...rows.values()].map((row) => Object.values(row).map(String));
  console.log(formatTable([head, ...body]));
  for (const { scene, seed, cuts, what } of wrong.slice(0, 20))
    console.log(`${scene}, seed ${seed}, ${JSON.stringify(cuts)}: ${what.join("; ")}`);
  console.log(`${runs.length} runs, ${perMinute} a minute, ${wrong.length} wrong`);
}
process.exitCode = wrong.length > 0 ? 1 : 0;
