/**
 * One serial line at 9600 baud with 30 instruments of ten floats each, on the agent's own serial port: a pseudo-terminal of socat
 * before a line of the simulator, which takes the time that the bytes take. How much of the line is used when more is asked of it
 * than it can carry; how late readings are, in the calm and with one instrument dead; and how long after the adapter is back all
 * instruments have been read. Each beside its limit. Needs socat.
 * usage: node bench/line.ts [--seconds 45] [--seed n]     seconds of the calm and of the dead part each
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { msPerByteAt, silenceMs } from "@weir/edge-agent/drivers/line-timing.ts";
import { type Polling, startPolling } from "@weir/edge-agent/poll/poll.ts";
import { serveBus } from "@weir/simulators/modbus/bus.ts";
import type { Unit } from "@weir/simulators/modbus/pdu.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { floatProfile } from "./float-profile.ts";
import { createRandom } from "./random.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "45" }, seed: { type: "string", default: "7" } },
});
const seconds = Number(values.seconds);
const baud = 9600;
const turnaroundMs = 20;
const instruments = 30;
const floats = 10;
const periodMs = 5000;
const saturatedMs = 1000;
const unpluggedMs = 8000;
const never = new AbortController().signal;

const requestBytes = 8;
const replyBytes = 5 + 4 * floats;
const exchangeMs = (requestBytes + replyBytes) * msPerByteAt(baud) + turnaroundMs + silenceMs(baud);
const roundMs = instruments * exchangeMs;

const profile = floatProfile(floats, "5s");

const folder = mkdtempSync(join(tmpdir(), "weir-bench-line-"));
const path = join(folder, "usb-adapter");
const units = new Map<number, Unit>();
for (let unit = 1; unit <= instruments; unit++)
  units.set(unit, { read: (_table, _start, count) => new Uint16Array(count), write: () => undefined });
const port = await serveBus(
  {
    ...{ name: "line", kind: "raw-tcp", host: "127.0.0.1", port: 0, units, clock },
    timing: { baud, turnaroundMs },
    deliver: (_unit, bytes) => ({ bytes, delayMs: 0, overtaken: false, reset: false, echo: false, byteGapMs: 0 }),
  },
  never,
);

async function plugIn(): Promise<ChildProcess> {
  const socat = spawn("socat", ["-d", "-d", `pty,raw,echo=0,link=${path}`, `tcp:127.0.0.1:${port},nodelay`]);
  await new Promise<void>((resolve, reject) => {
    socat.once("error", (cause) => reject(new Error("socat cannot be started: install the Debian package", { cause })));
    socat.stderr.on("data", (text) => /starting data transfer loop/.test(String(text)) && resolve());
  });
  return socat;
}

function unplug(adapter: ChildProcess): Promise<unknown> {
  const gone = new Promise((resolve) => adapter.once("exit", resolve));
  adapter.kill("SIGTERM");
  return gone;
}

type Watch = {
  readonly polling: Polling;
  /** Resolves with the time when the line is open again. */
  untilUp(): Promise<number>;
  /** ms from when a reading was due until it was there, of every cycle that was good; emptied to begin anew. */
  readonly lags: { readonly device: string; readonly ms: number }[];
  /** Resolves when each of these has been read once more. */
  allRead(devices: readonly string[]): Promise<void>;
};

function watch(everyMs: number): Watch {
  const random = createRandom(Number(values.seed));
  const devices = Array.from({ length: instruments }, (_, i) => ({
    ...{ id: `unit-${i + 1}`, bus: "line", unit: i + 1 },
    profile,
    everyMs,
  }));
  const lags: { device: string; ms: number }[] = [];
  let up = (_at: number) => {};
  const waiting = new Set<string>();
  const phases: number[] = [];
  let all = () => {};
  const startedAt = clock.monotonic();
  const polling = startPolling({
    ...{ devices, clock, signal: never },
    buses: [
      {
        name: "line",
        transport: { kind: "serial", path, baud, dataBits: 8, parity: "none", stopBits: 1 },
        connectTimeoutMs: 2000,
      },
    ],
    random: () => {
      const share = random();
      if (phases.length < instruments) phases.push(share * everyMs);
      return share;
    },
    report: ({ event }) => event === "link-up" && up(clock.monotonic()),
    emit: async (device, _kind, samples) => {
      if (samples.some(({ quality }) => quality !== "good")) return;
      const due = startedAt + phases[devices.findIndex(({ id }) => id === device)]!;
      lags.push({ device, ms: (clock.monotonic() - due) % everyMs });
      waiting.delete(device);
      if (waiting.size === 0) all();
    },
  });
  return {
    ...{ polling, lags },
    untilUp: () =>
      new Promise((resolve) => {
        up = resolve;
      }),
    allRead: (devices) => {
      for (const device of devices) waiting.add(device);
      return new Promise((resolve) => {
        all = resolve;
      });
    },
  };
}

const quantile = (numbers: readonly number[], share: number) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
};
const skipped = ({ polling }: Watch) =>
  polling.status().devices.reduce((sum, { skippedCycles }) => sum + skippedCycles, 0);
const figure = (name: string, value: string, limit: string) =>
  console.log(`${name.padEnd(62)}${value.padStart(12)}   ${limit}`);
const ms = (value: number) => `${value.toFixed(0)} ms`;
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const names = Array.from({ length: instruments }, (_, i) => `unit-${i + 1}`);

let adapter = await plugIn();
try {
  console.log(
    `${instruments} instruments × ${floats} floats at ${baud} baud; an exchange is ${requestBytes} + ${replyBytes} bytes, ${turnaroundMs} ms to think and T3.5: ${exchangeMs.toFixed(1)} ms, a round ${(roundMs / 1000).toFixed(2)} s`,
  );

  const full = watch(saturatedMs);
  await full.allRead(names);
  const before = full.polling.status().buses[0]!;
  await clock.sleep(20_000, never);
  const after = full.polling.status().buses[0]!;
  const rate = (after.requests - before.requests) / 20;
  await full.polling.stop();
  console.log(`\nevery ${saturatedMs / 1000} s, more than the line can carry`);
  figure(
    "exchanges/s",
    rate.toFixed(2),
    `${(1000 / exchangeMs).toFixed(2)} when nothing but bytes, thinking and T3.5 takes time`,
  );
  figure("  of the limit", percent((rate * exchangeMs) / 1000), "100 %");
  figure("time-outs and damaged frames", String(after.timeouts + after.crcErrors + after.frameErrors), "0");

  const calm = watch(periodMs);
  await calm.allRead(names);
  calm.lags.length = 0;
  await clock.sleep(seconds * 1000, never);
  const calmLags = calm.lags.map(({ ms }) => ms);
  console.log(`\nevery ${periodMs / 1000} s, due at random phases, ${seconds} s`);
  figure(
    "line in use",
    percent(calm.polling.status().buses[0]!.utilisation),
    `${percent(roundMs / periodMs)} by the sum of the exchanges`,
  );
  figure("reading late, median", ms(quantile(calmLags, 0.5)), `${ms(exchangeMs)} with the line to itself`);
  figure("reading late, worst", ms(Math.max(...calmLags)), "");
  figure("cycles skipped", String(skipped(calm)), "0");

  const [dead, ...others] = names;
  units.delete(1);
  calm.lags.length = 0;
  const skippedBefore = skipped(calm);
  const timeoutsBefore = calm.polling.status().buses[0]!.timeouts;
  await clock.sleep(seconds * 1000, never);
  const otherLags = calm.lags.filter(({ device }) => device !== dead).map(({ ms }) => ms);
  const timeouts = calm.polling.status().buses[0]!.timeouts - timeoutsBefore;
  const timeoutMs = profile.timeout + (requestBytes + replyBytes) * msPerByteAt(baud);
  console.log(`\none of them dead, ${seconds} s, ${timeouts} time-outs of ${ms(timeoutMs)}`);
  figure("the others late, median", ms(quantile(otherLags, 0.5)), `${ms(quantile(calmLags, 0.5))} in the calm`);
  figure("the others late, p99", ms(quantile(otherLags, 0.99)), `${ms(quantile(calmLags, 0.99))} in the calm`);
  figure(
    "the others late, worst",
    ms(Math.max(...otherLags)),
    `${ms(Math.max(...calmLags) + timeoutMs)}: the worst in the calm and one time-out`,
  );
  figure("cycles of the others skipped", String(skipped(calm) - skippedBefore - skippedOf(dead!)), "0");

  await unplug(adapter);
  await clock.sleep(unpluggedMs, never);
  const backAt = clock.monotonic();
  const open = calm.untilUp();
  const read = calm.allRead(others);
  adapter = await plugIn();
  const openAt = await open;
  await read;
  const readAt = clock.monotonic();
  const meanwhile = others.length * exchangeMs * ((readAt - openAt) / periodMs);
  console.log(`\nunplugged for ${unpluggedMs / 1000} s, then plugged in again`);
  figure("open again after", ms(openAt - backAt), "1000 ms between two tries, and what opening takes");
  figure(
    "all that are alive read, after",
    ms(readAt - backAt),
    `${ms(1000 + timeoutMs + roundMs + meanwhile)}: that, the dead one's time-out, a round, and the cycles that fall due meanwhile`,
  );
  await calm.polling.stop();

  function skippedOf(device: string): number {
    return calm.polling.status().devices.find((each) => each.device === device)!.skippedCycles;
  }
} finally {
  await unplug(adapter);
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
