import { execFileSync, spawnSync } from "node:child_process";
import { systemClock } from "@weir/wire/clock.ts";
import { lockStore } from "../oracle.ts";
import type { Bench } from "./bench.ts";
import { givenUpBetween } from "./given-up.ts";

/** Makes one thing go wrong for a while and puts it right again. `ms`: how long it lasts. */
export type Fault = {
  /** For the report. */
  readonly what: string;
  /**
   * cc: a C compiler, for a disk that forgets (power.ts). openssl: certificates, for a road with TLS (doors.ts).
   * own: the cloud's own broker and store. peers: Mosquitto as broker and InfluxDB as store. receipts: a host that gives them.
   */
  readonly needs?: "cc" | "openssl" | "own" | "peers" | "receipts";
  strike(bench: Bench, ms: number): Promise<void>;
};

const never = new AbortController().signal;
const wait = (ms: number) => systemClock.sleep(ms, never);
/** A process may write no file beyond this size: less than its outbox has, more than a file of the oracle. */
const tightFileBytes = 65_536;
const setFileLimit = (pid: number, limit: string) =>
  execFileSync("prlimit", ["--pid", String(pid), `--fsize=${limit}:`]);

/** Records pile up, the gateway dies, its file or its log is changed, and it comes back. */
async function damaged(bench: Bench, ms: number, change: Parameters<Bench["spoil"]>[2]): Promise<void> {
  const { gateway, network } = bench.gateway();
  network.cut();
  await wait(ms);
  await bench.kill(gateway);
  bench.spoil(gateway, "", change);
  bench.spoil(gateway, "-wal", change);
  await bench.start(gateway);
  network.mend();
}

const yearMs = 365.25 * 86_400_000;

/** Everything the laboratory can do to the road of a reading. */
export const faults: Readonly<Record<string, Fault>> = {
  "kill-gateway": { what: "SIGKILL of a gateway", strike: (bench) => bench.restart(bench.gateway().gateway) },
  "kill-cloud": { what: "SIGKILL of the cloud: broker, ingest and store", strike: (bench) => bench.restart("cloud") },
  "kill-cloud-unstored": {
    what: "SIGKILL of the cloud while its database takes no writes",
    needs: "own",
    async strike(bench, ms) {
      const store = lockStore(bench.storeFile);
      try {
        await wait(ms);
        await bench.kill("cloud");
      } finally {
        store.close();
      }
      bench.keepAsItIs("cloud");
      await bench.start("cloud");
    },
  },
  "kill-instruments": { what: "SIGKILL of all instruments", strike: (bench) => bench.restart("simulator") },
  "kill-both": {
    what: "SIGKILL of a gateway and the cloud at once",
    async strike(bench) {
      const { gateway } = bench.gateway();
      await Promise.all([bench.kill(gateway), bench.kill("cloud")]);
      await Promise.all([bench.start("cloud"), bench.start(gateway)]);
    },
  },
  "power-gateway": {
    what: "a power cut at a gateway: what its disk was not asked to keep is gone or torn",
    needs: "cc",
    async strike(bench) {
      const { gateway } = bench.gateway();
      await bench.cutPower(gateway);
      await bench.start(gateway);
    },
  },
  "power-both": {
    what: "a power cut at a gateway and the cloud at once",
    needs: "cc",
    async strike(bench) {
      const { gateway } = bench.gateway();
      await bench.cutPower(gateway, "cloud");
      await Promise.all([bench.start("cloud"), bench.start(gateway)]);
    },
  },
  "stop-gateway": {
    what: "a gateway stands still (SIGSTOP) and goes on",
    strike: (bench, ms) => bench.freeze(bench.gateway().gateway, ms),
  },
  "stop-cloud": {
    what: "the cloud stands still (SIGSTOP) and goes on",
    strike: (bench, ms) => bench.freeze("cloud", ms),
  },
  "slow-store": {
    what: "the database takes no writes for a while",
    needs: "own",
    async strike(bench, ms) {
      // Else ours would be the last connection, which tidies up when it closes, on a disk that forgets nothing.
      await bench.running("cloud");
      const store = lockStore(bench.storeFile);
      await wait(ms);
      store.close();
    },
  },
  "kill-database": {
    what: "SIGKILL of InfluxDB",
    needs: "peers",
    async strike(bench, ms) {
      await bench.kill("influxd");
      await wait(ms);
      await bench.start("influxd");
    },
  },
  "stop-database": {
    what: "InfluxDB stands still (SIGSTOP) and goes on",
    needs: "peers",
    strike: (bench, ms) => bench.freeze("influxd", ms),
  },
  "kill-broker": {
    what: "SIGKILL of Mosquitto",
    needs: "peers",
    async strike(bench, ms) {
      await bench.kill("mosquitto");
      await wait(ms / 2);
      await bench.start("mosquitto");
    },
  },
  "stop-broker": {
    what: "Mosquitto stands still (SIGSTOP) and goes on",
    needs: "peers",
    strike: (bench, ms) => bench.freeze("mosquitto", ms),
  },
  reset: { what: "every connection of a gateway is reset", strike: async (bench) => bench.gateway().network.reset() },
  "half-open": {
    what: "a connection swallows all bytes and never ends",
    async strike(bench, ms) {
      bench.gateway().network.swallow();
      await wait(ms);
    },
  },
  cut: {
    what: "a gateway has no network",
    async strike(bench, ms) {
      const { network } = bench.gateway();
      network.cut();
      await wait(ms);
      network.mend();
    },
  },
  "no-names": {
    what: "a gateway finds no host name (DNS)",
    async strike(bench, ms) {
      const { gateway, network } = bench.gateway();
      bench.names(gateway, false);
      network.reset();
      await wait(ms);
      bench.names(gateway, true);
    },
  },
  "wrong-certificate": {
    what: "somebody else answers in the broker's name, with a certificate that nobody vouches for (TLS)",
    needs: "openssl",
    async strike(bench, ms) {
      const { gateway, network } = bench.gateway();
      bench.impersonate(gateway, true);
      network.reset();
      await wait(ms);
      bench.impersonate(gateway, false);
      network.reset();
    },
  },
  weather: {
    what: "latency, jitter, loss and a thin line at once",
    async strike(bench, ms) {
      const { network } = bench.gateway();
      network.set({ latencyMs: 150, jitterMs: 200, loss: 0.05, bytesPerSecond: 20_000 });
      await wait(2 * ms);
      network.mend();
    },
  },
  "disk-full": {
    what: "a gateway's disk takes no more",
    async strike(bench, ms) {
      const { gateway } = bench.gateway();
      setFileLimit(bench.pid(gateway), String(tightFileBytes));
      await wait(ms);
      setFileLimit(bench.pid(gateway), "unlimited");
    },
  },
  "disk-full-kill": {
    what: "a gateway's disk takes no more, and then SIGKILL",
    async strike(bench, ms) {
      const { gateway } = bench.gateway();
      setFileLimit(bench.pid(gateway), String(tightFileBytes));
      await wait(ms);
      await bench.restart(gateway);
    },
  },
  "outbox-full": {
    what: "a gateway's outbox reaches its limit: the oldest gives way, or every second, or the new",
    needs: "receipts",
    async strike(bench, ms) {
      const { gateway, network } = bench.gateway();
      await bench.running(gateway);
      network.cut();
      await bench.kill(gateway);
      const before = bench.holding(gateway);
      bench.tighten(gateway, true);
      await bench.start(gateway);
      await bench.running(gateway);
      await wait(ms);
      await bench.kill(gateway);
      const after = bench.holding(gateway);
      bench.giveUp(gateway, after.epoch, givenUpBetween(before, after));
      bench.tighten(gateway, false);
      await bench.start(gateway);
      network.mend();
    },
  },
  "disk-read-only": {
    what: "a gateway's disk can only be read, as after a fault of its file system",
    needs: "cc",
    async strike(bench, ms) {
      const { gateway } = bench.gateway();
      bench.readOnly(gateway, true);
      await wait(ms);
      bench.readOnly(gateway, false);
    },
  },
  "disk-read-only-kill": {
    what: "a gateway's disk can only be read, and then SIGKILL while it is so",
    needs: "cc",
    async strike(bench, ms) {
      const { gateway } = bench.gateway();
      bench.readOnly(gateway, true);
      await wait(ms / 2);
      await bench.restart(gateway);
      await wait(ms);
      bench.readOnly(gateway, false);
    },
  },
  "flip-bits": {
    what: "a gateway loses power with records waiting, and bits of its outbox have flipped",
    async strike(bench, ms) {
      await damaged(bench, ms, (bytes, drawn) => {
        for (let flips = 1 + drawn(3); flips > 0; flips--) bytes[drawn(bytes.length)]! ^= 1 << drawn(8);
        return bytes;
      });
    },
  },
  "cut-file": {
    what: "a gateway loses power with records waiting, and the file of its outbox or its log ends early",
    async strike(bench, ms) {
      await damaged(bench, ms, (bytes, drawn) => bytes.subarray(0, drawn(bytes.length)));
    },
  },
  "clock-absurd": {
    what: "a gateway's clock is in the year 2226: no store takes its readings, they go to quarantine",
    async strike(bench, ms) {
      const { gateway } = bench.gateway();
      await bench.running(gateway);
      bench.skew(gateway, 200 * yearMs);
      await wait(ms / 2);
      bench.skew(gateway, 0);
    },
  },
  "no-time": {
    what: "a gateway boots without the time, by decades; it is told later",
    needs: "own",
    async strike(bench, ms) {
      const { gateway } = bench.gateway();
      await bench.kill(gateway);
      bench.skew(gateway, -20 * yearMs);
      bench.synchronised(gateway, false);
      await bench.start(gateway);
      await bench.running(gateway);
      await wait(ms);
      bench.skew(gateway, 0);
      bench.synchronised(gateway, true);
    },
  },
  "no-time-kill": {
    what: "a gateway boots without the time, by decades, and dies before it is told",
    needs: "own",
    async strike(bench, ms) {
      const { gateway } = bench.gateway();
      await bench.kill(gateway);
      bench.skew(gateway, 20 * yearMs);
      bench.synchronised(gateway, false);
      await bench.start(gateway);
      await bench.running(gateway);
      await wait(ms);
      await bench.kill(gateway);
      bench.skew(gateway, 0);
      bench.synchronised(gateway, true);
      await bench.start(gateway);
    },
  },
  "clock-step": {
    what: "a gateway's clock is wrong by hours and then set right",
    async strike(bench, ms) {
      const { gateway } = bench.gateway();
      await bench.running(gateway);
      bench.skew(gateway);
      await wait(ms);
      bench.skew(gateway, 0);
    },
  },
};

/**
 * The names of those that this machine can do. `peers`: with Mosquitto and InfluxDB instead of the cloud's own broker and store;
 * `plain`: with a host that gives no receipts.
 */
export function faultsHere({ peers, plain }: { readonly peers: boolean; readonly plain: boolean }): readonly string[] {
  const has = {
    ...{ own: !peers, peers, receipts: !plain },
    cc: spawnSync("cc", ["--version"]).status === 0,
    openssl: spawnSync("openssl", ["version"]).status === 0,
  };
  return Object.keys(faults).filter((name) => {
    const { needs } = faults[name]!;
    return needs === undefined || has[needs];
  });
}
