#!/usr/bin/env node
import { systemClock } from "@weir/wire/clock.ts";
import { weirSim } from "./commands/weir-sim.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
process.once("disconnect", () => stop.abort());

process.exitCode = await weirSim(process.argv.slice(2), {
  clock: systemClock,
  signal: stop.signal,
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
