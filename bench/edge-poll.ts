/**
 * The polling path of the edge agent at the size of Neuron's published test: 500 devices × 30 points, each read every second
 * over a connection of its own from a Modbus TCP server in another process. Everything from schedule to emitted sample.
 * usage: node bench/edge-poll.ts [devices] [seconds]
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { startPolling } from "@weir/edge-agent/poll/poll.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { floatProfile } from "./float-profile.ts";

const deviceCount = Number(process.argv[2] ?? 500);
const seconds = Number(process.argv[3] ?? 20);
const pointCount = 30;

const profile = floatProfile(pointCount, "1s");

const peer = spawn(process.execPath, [join(import.meta.dirname, "modbus-peer.ts")], {
  stdio: ["ignore", "pipe", "inherit"],
});
const port = await new Promise<number>((resolve) =>
  createInterface(peer.stdout).once("line", (line) => resolve(Number(line))),
);

let points = 0;
let bad = 0;
const stop = new AbortController();
const polling = startPolling({
  buses: Array.from({ length: deviceCount }, (_, i) => ({
    name: `host-${i}`,
    transport: { kind: "tcp", host: "127.0.0.1", port },
    connectTimeoutMs: 5000,
  })),
  devices: Array.from({ length: deviceCount }, (_, i) => ({ id: `device-${i}`, bus: `host-${i}`, unit: 1, profile })),
  clock: systemClock,
  random: Math.random,
  signal: stop.signal,
  emit: async (_device, _kind, samples) => {
    points += samples.length;
    for (const { quality } of samples) if (quality !== "good") bad++;
  },
});

await systemClock.sleep(4000, stop.signal);
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const skippedBefore = polling.status().devices.reduce((sum, device) => sum + device.skippedCycles, 0);
const [pointsBefore, cpuBefore, startedAt] = [points, process.cpuUsage(), performance.now()];
await systemClock.sleep(seconds * 1000, stop.signal);
const took = (performance.now() - startedAt) / 1000;
const cpu = process.cpuUsage(cpuBefore);
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
const read = points - pointsBefore;
const skipped = polling.status().devices.reduce((sum, device) => sum + device.skippedCycles, 0) - skippedBefore;

const figure = (name: string, value: string) => console.log(`${name.padEnd(34)}${value.padStart(12)}`);
console.log(`${deviceCount} devices × ${pointCount} points, every second, one connection each, ${took.toFixed(0)} s`);
figure("points/s", (read / took).toFixed(0));
figure("  asked for", String(deviceCount * pointCount));
figure("points not good", String(bad));
figure("skipped cycles", String(skipped));
figure("share of one core", `${((100 * cpuSeconds) / took).toFixed(1)} %`);
figure("CPU-seconds per million points", ((1e6 * cpuSeconds) / read).toFixed(2));
figure("resident memory", `${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`);
const ms = (nanoseconds: number) => `${(nanoseconds / 1e6 - 5).toFixed(1)} ms`;
figure("event loop late, p50", ms(delay.percentile(50)));
figure("event loop late, p99", ms(delay.percentile(99)));
figure("event loop late, worst", ms(delay.max));

await polling.stop();
peer.kill();
