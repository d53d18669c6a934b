import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Child, start } from "./children.ts";
import { buildConsole } from "./console.ts";
import { layOut } from "./layout.ts";
import { portsInUse } from "./ports.ts";
import { firstReadings } from "./watch.ts";

const help = `A small living city on this machine: simulated instruments, two gateways and a cloud, each a process of its own.

usage: npm start [-- options]

  --port-base <port>  first of the 64 ports it uses on 127.0.0.1 (default 4800: the console)
  --data <folder>     where gateways and cloud keep what they have (default .weir/demo)
  --speed <factor>    how fast time passes in the simulated world (default 1)
  --fresh             forget the data of earlier runs first
  --help

examples:
  npm start
  npm start -- --speed 60
  npm start -- --port-base 6400 --data /tmp/city --fresh

Ctrl-C stops everything. The next start goes on where this one stopped.`;

const { values: options } = parseArgs({
  options: {
    "port-base": { type: "string", default: "4800" },
    data: { type: "string", default: ".weir/demo" },
    speed: { type: "string", default: "1" },
    fresh: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const portBase = Number(options["port-base"]);
const speed = Number(options.speed);
if (!Number.isInteger(portBase) || portBase < 1024 || portBase > 65_471)
  refuse(`--port-base ${options["port-base"]}: expected a port from 1024 to 65471`);
if (!(speed > 0)) refuse(`--speed ${options.speed}: expected a factor such as 1 or 60`);

const data = resolve(options.data);
if (options.fresh) rmSync(data, { recursive: true, force: true });
mkdirSync(data, { recursive: true });

const began = performance.now();
const plan = await layOut({ data, portBase, speed });
const taken = await portsInUse(plan.ports);
if (taken.length > 0)
  refuse(
    `port ${taken.join(", ")} of 127.0.0.1 is in use: is another city running? Stop it, or choose others: npm start -- --port-base 6400`,
  );
const width = Math.max(...plan.programs.map(({ name }) => name.length));
await buildConsole(print);

const children: Child[] = [];
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));

console.log(plan.summary);
for (const program of plan.programs) {
  const child = start(program, print);
  children.push(child);
  void child.gone.then((how) => {
    if (stopping) return;
    print(program.name, `stopped unexpectedly: ${how}; stopping the others`);
    void stop(1);
  });
}
print("weir", `processes: ${children.map(({ name, pid }) => `${name} ${pid}`).join(", ")}`);
const seconds = await firstReadings(plan.console, began);
if (!stopping) print("weir", `readings are on the page, ${seconds} s after the start: ${plan.console}`);

/** Gateways first, so that what they have just read is still taken; the city last. */
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  print("weir", "stopping");
  let clean = true;
  for (const child of children.toReversed()) {
    if (await child.stop(5000)) continue;
    clean = false;
    print(child.name, "did not stop within 5 s and was killed");
  }
  process.exit(clean ? code : 1);
}

function print(name: string, line: string): void {
  console.log(`${name.padEnd(width)} │ ${line}`);
}

function refuse(message: string): never {
  console.error(message);
  process.exit(1);
}
