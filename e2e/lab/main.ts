/** `npm run chaos`: see help. */
import { runCommandLine, UsageError, type Values } from "@weir/config/command-line.ts";
import { list } from "@weir/config/spelling.ts";
import { formatTable } from "@weir/config/table.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { faults, faultsHere } from "./faults.ts";
import { type Outcome, runExperiment } from "./laboratory.ts";

const help = `The fault laboratory: gateways, cloud and instruments as real processes, one seeded fault a round, and what the gateways promised
compared with what the store holds.

usage: npm run chaos -- [options]

  --rounds <n>    faults to strike (default 60)
  --seed <n>      draws the same faults in the same order again (default: the time)
  --only <names>  of these faults instead of all that this machine can do, with commas: ${Object.keys(faults).join(", ")}
  --peers         with Mosquitto as broker and InfluxDB 1.x as store, which have faults of their own
  --plain         gateways that get no receipts (uplink.host: plain): what that weaker promise costs is counted, fault by fault
  --every <n>     rounds between two comparisons (default 20; with --plain 1)

examples:
  npm run chaos -- --rounds 1000
  npm run chaos -- --peers --rounds 100
  npm run chaos -- --plain --rounds 60
  npm run chaos -- --seed 7 --only disk-full,kill-gateway

Exit code: 0 nothing is missing, doubled, altered, invented or disordered; 1 something is; 2 the command was not understood.`;

const options = {
  rounds: { type: "string", default: "60" },
  seed: { type: "string" },
  only: { type: "string" },
  peers: { type: "boolean" },
  plain: { type: "boolean" },
  every: { type: "string" },
} as const;

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  { out: console.log, err: console.error },
  { name: "chaos", help, options, dispatch },
);

async function dispatch(words: readonly string[], values: Values<typeof options>): Promise<number> {
  if (words.length > 0) throw new UsageError(`"${words[0]}" is not understood`);
  const count = (name: "rounds" | "every" | "seed", value: string) =>
    /^[1-9]\d*$/.test(value) ? Number(value) : raise(`--${name} ${value}: expected a whole number from 1 on`);
  const only = values.only?.split(",");
  const unknown = only?.filter((name) => !(name in faults)) ?? [];
  if (unknown.length > 0) raise(`--only: there is no ${list(unknown)}; there are ${list(Object.keys(faults))}`);
  const { peers = false, plain = false } = values;
  const left = Object.keys(faults).filter((name) => ["cc", "openssl"].includes(faults[name]!.needs ?? ""));
  const missing = left.filter((name) => !(only ?? faultsHere({ peers, plain })).includes(name));
  const rounds = count("rounds", values.rounds);
  const seed = count("seed", values.seed ?? String(systemClock.now()));
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  console.log(`seed ${seed}, ${rounds} rounds`);
  if (!only && missing.length > 0) console.log(`left out: ${list(missing)} (a C compiler or openssl is not installed)`);
  const outcome = await runExperiment({
    ...{ seed, rounds, peers, plain, signal: stop.signal },
    compareEvery: count("every", values.every ?? (plain ? "1" : "20")),
    ...(only && { only }),
    tell({ round, fault, compared }) {
      if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${round} of ${rounds}: ${fault} `);
      if (compared)
        console.log(
          `${process.stdout.isTTY ? "\r\x1b[K" : ""}round ${round}: ${compared.promised} samples promised, ${compared.missing.length} missing, ${compared.doubled.length} doubled, ${compared.altered.length} altered, ${compared.invented.length} invented, ${compared.disordered.length} disordered`,
        );
    },
  });
  console.log(`\n${plain ? plainTableOf(outcome) : tableOf(outcome)}`);
  return 0;
}

function tableOf({ struck, verdict }: Outcome): string {
  const rows = [...struck].sort().map(([name, times]) => [name, faults[name]!.what, String(times)]);
  const { promised, unpromised, stored, rejected, sentTwice, lost, givenUp } = verdict;
  return `${formatTable([["fault", "what happens", "rounds"], ...rows])}

${promised} samples were promised, ${unpromised} were not. Of the outboxes as they are now ${stored} records have been stored,\n${sentTwice} of which came more than once, and ${rejected} are in quarantine.
Damaged disks have cost ${lost} records, full outboxes have given up ${givenUp}, as their gateways say and the ledger counts.
Missing, doubled, altered, invented, disordered: none.`;
}

function plainTableOf({ struck, cost, verdict }: Outcome): string {
  const rows = [...struck]
    .sort()
    .map(([name, times]) => [name, faults[name]!.what, String(times), String(cost.get(name) ?? 0)]);
  const { promised, stored, sentTwice, missing } = verdict;
  return `${formatTable([["fault", "what happens", "rounds", "samples lost"], ...rows])}

Of ${promised} samples that were on disk ${missing.length} are in no store. ${stored} records arrived, ${sentTwice} times more than once.
Altered, invented, disordered: none.`;
}

function raise(message: string): never {
  throw new UsageError(message);
}
