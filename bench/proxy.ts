/**
 * What other masters cost the agent: cycles skipped and how late readings are on one 9600-baud line and on one TCP host, first alone,
 * then while a client asks through the Modbus proxy as fast as it is answered, in the same run. Simulator, agent and proxy share this
 * process, the client is one of its own.
 * usage: node bench/proxy.ts [--seconds 15] [--seed n]     seconds of each of the four parts
 */
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { startPolling } from "@weir/edge-agent/poll/poll.ts";
import { startProxies } from "@weir/edge-agent/proxy/proxies.ts";
import { serveBus } from "@weir/simulators/modbus/bus.ts";
import type { Unit } from "@weir/simulators/modbus/pdu.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { floatProfile } from "./float-profile.ts";
import { freePorts, startProgram } from "./program.ts";
import { createRandom } from "./random.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "15" },
    seed: { type: "string", default: "7" },
    client: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const never = new AbortController().signal;
const baud = 9600;
const periodMs = 2000;
const places = {
  line: { kind: "raw-tcp", title: `line of ${baud} baud`, instruments: 12, timing: { baud, turnaroundMs: 20 } },
  host: { kind: "tcp", title: "TCP host, 5 ms to think", instruments: 40, timing: { baud: 1e9, turnaroundMs: 5 } },
} as const;

if (values.client === undefined) {
  await measure("line");
  await measure("host");
  process.exit();
} else hammer(Number(values.client));

/** Reads ten registers again and again, the next as soon as the last is answered; tells once a second how often it was. */
function hammer(port: number): void {
  const request = Buffer.from([0, 0, 0, 0, 0, 6, 1, 3, 0, 0, 0, 10]);
  const replyBytes = 9 + 2 * 10;
  const exceptionBytes = 9;
  let answers = 0;
  let refusals = 0;
  const socket = connect(port, "127.0.0.1", () => socket.write(request));
  socket.on("data", (bytes) => {
    if (bytes.length === replyBytes) answers++;
    else if (bytes.length === exceptionBytes) refusals++;
    else throw new Error(`a reply of ${bytes.length} bytes`);
    socket.write(request);
  });
  setInterval(() => console.log(JSON.stringify({ answers, refusals })), 1000);
}

async function measure(name: keyof typeof places): Promise<void> {
  const { kind, title, instruments, timing } = places[name];
  const units = new Map<number, Unit>();
  for (let unit = 1; unit <= instruments; unit++)
    units.set(unit, { read: (_table, _start, count) => new Uint16Array(count), write: () => undefined });
  const deliver = (_unit: number | string, bytes: Uint8Array) => {
    return { bytes, delayMs: 0, overtaken: false, reset: false, echo: false, byteGapMs: 0 };
  };
  const port = await serveBus({ name, kind, host: "127.0.0.1", port: 0, units, clock, timing, deliver }, never);
  const [door = 0] = await freePorts(1);

  const devices = Array.from({ length: instruments }, (_, i) => {
    return { id: `unit-${i + 1}`, bus: name, unit: i + 1, profile: floatProfile(10, "2s"), everyMs: periodMs };
  });
  const random = createRandom(Number(values.seed));
  const phases: number[] = [];
  const lags: number[] = [];
  const startedAt = clock.monotonic();
  const polling = startPolling({
    ...{ devices, clock, signal: never },
    buses: [{ name, transport: { kind, host: "127.0.0.1", port }, connectTimeoutMs: 2000 }],
    random: () => {
      const share = random();
      if (phases.length < instruments) phases.push(share * periodMs);
      return share;
    },
    emit: async (device, _kind, samples) => {
      if (samples.some(({ quality }) => quality !== "good")) throw new Error(`${device} gave a value that is not good`);
      const due = startedAt + phases[devices.findIndex(({ id }) => id === device)]!;
      lags.push((clock.monotonic() - due) % periodMs);
    },
  });
  const proxies = startProxies({
    configs: [{ bus: name, listen: { host: "127.0.0.1", port: door }, write: false, clients: 4, waitMs: 2000 }],
    ...{ reach: polling.reach, clock, random: Math.random },
    log: { info: () => {}, warn: () => {} },
  });
  const skipped = () => polling.status().devices.reduce((sum, { skippedCycles }) => sum + skippedCycles, 0);
  const watch = async () => {
    lags.length = 0;
    const before = skipped();
    await clock.sleep(seconds * 1000, never);
    const sorted = lags.toSorted((a, b) => a - b);
    const quantile = (share: number) => `${sorted[Math.floor(share * sorted.length)]!.toFixed(1)} ms`;
    const use = `${(100 * polling.status().buses[0]!.utilisation).toFixed(0)} %`;
    return [String(skipped() - before), quantile(0.5), quantile(0.99), use];
  };

  await clock.sleep(2 * periodMs, never);
  const alone = await watch();
  const client = startProgram([import.meta.filename, "--client", String(door)]);
  await client.says("answers");
  const told = (): { answers: number; refusals: number } => JSON.parse(client.lines.at(-1)!);
  const before = told();
  const shared = await watch();
  const after = told();
  await client.stop();
  await proxies.close();
  await polling.stop();

  console.log(`${title}: ${instruments} instruments × 10 floats every ${periodMs / 1000} s, ${seconds} s each`);
  console.log(`${"".padEnd(36)}${"alone".padStart(12)}${"with a client".padStart(16)}`);
  for (const [i, row] of ["cycles skipped", "reading late, p50", "  p99", "line in use"].entries())
    console.log(`${row.padEnd(36)}${alone[i]!.padStart(12)}${shared[i]!.padStart(16)}`);
  const rate = (what: "answers" | "refusals") => ((after[what] - before[what]) / seconds).toFixed(1);
  console.log(`${"the client's answers/s".padEnd(36)}${"".padStart(12)}${rate("answers").padStart(16)}`);
  console.log(`${"  told busy/s".padEnd(36)}${"".padStart(12)}${rate("refusals").padStart(16)}\n`);
}
