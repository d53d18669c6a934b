import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommandLine, UsageError } from "@weir/config/command-line.ts";
import { demonstrate, type Outcome } from "./demonstrate.ts";
import { startProcesses } from "./processes.ts";
import { accountTable, claimLines, timeline } from "./show.ts";

const help = `New firmware for three small nodes over the line that they share, while they are read: without hardware, in a minute.

usage: npm run demo:firmware [-- options]

Three nodes run their images in a simulator, on one RS-485 line with a gateway that reads each once a second, and a cloud: processes of
their own. One bundle, signed with two keys, goes to all three: two are ordered by the cloud, one by a technician beside the gateway. On
one node the new image hangs. What became of each is asked of the nodes, and of what the cloud has stored.

  --port-base <port>  first of the 4 ports it uses on 127.0.0.1 (default 4900: the console)
  --data <folder>     a new or an empty folder, where everything is kept: keys, bundle, configuration, readings
  --json              the result for programs, on standard output; progress goes to standard error
  --verbose           what cloud, gateway and line say as well
  --help

examples:
  npm run demo:firmware
  npm run --silent demo:firmware -- --json
  npm run demo:firmware -- --data /tmp/firmware --verbose

Exit code: 0 all that it says in the end is so; 1 something is not; 2 the command was not understood.`;

const options = {
  "port-base": { type: "string", default: "4900" },
  data: { type: "string" },
  json: { type: "boolean", default: false },
  verbose: { type: "boolean", default: false },
} as const;
type Given = { readonly data?: string | undefined; readonly json: boolean; readonly verbose: boolean };

const byHand = new Error("stopped by hand");
const longestMinutes = 5;
const width = "technician".length;

const terminal = { out: (text: string) => console.log(text), err: (text: string) => console.error(text) };
process.exitCode = await runCommandLine(process.argv.slice(2), terminal, {
  name: "demo:firmware",
  help,
  options,
  dispatch: (words, given) => {
    if (words.length > 0) throw new UsageError(`takes options alone, not ${words.join(" ")}`);
    const portBase = Number(given["port-base"]);
    if (!Number.isInteger(portBase) || portBase < 1024 || portBase > 65_500)
      throw new UsageError(`--port-base is a port from 1024 to 65500, not ${given["port-base"]}`);
    return show(given, portBase);
  },
});

async function show(given: Given, portBase: number): Promise<number> {
  const { json, verbose } = given;
  const begun = performance.now();
  const say = (who: string, what: string) => {
    const line = `${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${who.padEnd(width)} │ ${what}`;
    if (json) terminal.err(line);
    else terminal.out(line);
  };
  const data = emptyFolder(given.data);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort(byHand));
  const tooLong = new Error(`not over within ${longestMinutes} minutes`);
  const timer = setTimeout(() => stop.abort(tooLong), longestMinutes * 60_000);
  const stopped = new Promise<never>((_, reject) =>
    stop.signal.addEventListener("abort", () => reject(stop.signal.reason)),
  );
  const processes = startProcesses(
    say,
    (name) => verbose || name === "technician",
    (why) => stop.abort(new Error(why)),
  );
  const wait = async (ms: number) => void (await sleep(ms, undefined, { signal: stop.signal }));
  try {
    const outcome = await Promise.race([demonstrate({ data, portBase, processes, say, wait }), stopped]);
    const code = tell(outcome, json);
    if (given.data !== undefined)
      say("weir", `to look at it again: npx weir-cloud run ${join(data, "cloud/cloud.yaml")}`);
    return code;
  } catch (error) {
    const why: unknown = stop.signal.aborted ? stop.signal.reason : error;
    for (const [name, line] of verbose || why === byHand ? [] : processes.tails()) say(name, line);
    throw why;
  } finally {
    clearTimeout(timer);
    await processes.stop();
    if (given.data === undefined) rmSync(data, { recursive: true, force: true });
  }
}

function tell({ span, ...outcome }: Outcome, json: boolean): number {
  const { nodes, claims } = outcome;
  if (json) terminal.out(JSON.stringify(outcome));
  else terminal.out(`\n${accountTable(nodes)}\n\n${timeline(nodes, span)}\n\n${claimLines(claims)}`);
  return claims.every(({ holds }) => holds) ? 0 : 1;
}

/** Throws when something is in it. */
function emptyFolder(folder: string | undefined): string {
  if (folder === undefined) return mkdtempSync(join(tmpdir(), "weir-firmware-demo-"));
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length === 0) return resolve(folder);
  throw new UsageError(`--data ${folder}: something is in it already, and the demonstration begins with nothing`);
}
