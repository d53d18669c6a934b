/**
 * The real agent on one core at the size of Neuron's published test, 500 devices × 30 points, each read, reported and receipted
 * every second, with the simulator and a cloud on sqlite in other processes; then its memory with ten devices.
 * usage: node bench/edge-agent.ts [--devices 500] [--few 10] [--seconds 30] [--flags=--optimize-for-size]…
 * --flags: of Node, for the agent, beside what weir-edge sets itself; several are run one after the other.
 */
import { parseArgs } from "node:util";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { fleetPoints, openRoad, type Road } from "./road.ts";

const { values: options } = parseArgs({
  options: {
    devices: { type: "string", default: "500" },
    few: { type: "string", default: "10" },
    seconds: { type: "string", default: "30" },
    flags: { type: "string", multiple: true, default: [""] },
  },
});
const settleMs = 8000;
const fewMs = 15_000;
const never = new AbortController().signal;
const limits = { many: 130, few: 90 };
/** Neuron 2.x by its own published test of the same 500 × 30 points at 1 s, of a core and MB. */
const neuron = { cpu: 124.3, memory: 100 };

for (const text of options.flags) {
  const flags = text.split(" ").filter(Boolean);
  console.log(`node ${process.version} ${text}`);
  await (await openRoad({ devices: 1, flags })).end(); // fills the compile cache: a start on a new machine takes 15 MB more
  await measureMany(Number(options.devices), flags);
  if (Number(options.few) > 0) await measureFew(Number(options.few), flags);
}

async function measureMany(devices: number, flags: readonly string[]): Promise<void> {
  const road = await openRoad({ devices, flags });
  try {
    await clock.sleep(settleMs, never);
    const before = await look(road);
    await clock.sleep(Number(options.seconds) * 1000, never);
    const after = await look(road);
    const { now, peak } = road.agent.memory();
    const seconds = (after.at - before.at) / 1000;
    const rate = (of: (at: Look) => number) => `${((of(after) - of(before)) / seconds).toFixed(0)}`;
    const cpu = after.cpu - before.cpu;
    const share = (program: "cpu" | "cloud" | "fleet") => (100 * (after[program] - before[program])) / seconds;
    const read = after.read - before.read;

    console.log(`  ${devices} devices × ${fleetPoints} points, a connection each, ${seconds.toFixed(0)} s`);
    if (road.notPinned) console.log(`  the agent is not kept on one core: ${road.notPinned}`);
    row("points/s asked", String(devices * fleetPoints));
    row(
      "  read",
      rate((at) => at.read),
    );
    row(
      "  appended",
      rate((at) => at.appended),
    );
    row(
      "  receipted",
      rate((at) => at.receipted),
    );
    row("cycles skipped", String(after.skipped - before.skipped), "limit 0");
    row("CPU-seconds per million points", ((1e6 * cpu) / read).toFixed(2));
    row("share of one core", `${share("cpu").toFixed(1)} %`, `limit 100 %; Neuron published ${neuron.cpu} %`);
    row("resident memory at the end", `${now.toFixed(0)} MB`);
    row("resident memory, highest", `${peak.toFixed(0)} MB`, `limit ${limits.many}; Neuron about ${neuron.memory}`);
    row("beside it: cloud, simulator", `${share("cloud").toFixed(0)} %, ${share("fleet").toFixed(0)} % of a core`);
  } finally {
    await road.end();
  }
}

async function measureFew(devices: number, flags: readonly string[]): Promise<void> {
  const road = await openRoad({ devices, flags });
  try {
    await clock.sleep(fewMs, never);
    const { now, peak } = road.agent.memory();
    console.log(`  ${devices} devices, after ${fewMs / 1000} s`);
    row("resident memory", `${now.toFixed(0)} MB`);
    row("resident memory, highest", `${peak.toFixed(0)} MB`, `limit ${limits.few}`);
  } finally {
    await road.end();
  }
}

type Look = Awaited<ReturnType<typeof look>>;

/** Every request asks for all points of a device, and a record holds all of them: anything else would show as fewer samples appended. */
async function look({ agent, cloud, fleet, metrics }: Road) {
  const count = await metrics();
  return {
    at: clock.monotonic(),
    read: (count("bus_requests") - count("bus_errors")) * fleetPoints,
    appended: count("device_samples"),
    receipted: count("outbox_confirmed_records") * fleetPoints,
    skipped: count("device_skipped_cycles"),
    ...{ cpu: agent.cpuSeconds(), cloud: cloud.cpuSeconds(), fleet: fleet.cpuSeconds() },
  };
}

function row(name: string, value: string, beside = ""): void {
  console.log(`  ${name.padEnd(34)}${value.padStart(14)}   ${beside}`.trimEnd());
}
