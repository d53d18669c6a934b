#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/weir")); // types are stripped once: a start takes half the time
const { systemClock } = await import("@weir/wire/clock.ts");
const { weirSim } = await import("./commands/weir-sim.ts");

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
process.once("disconnect", () => stop.abort()); // whoever started us has gone
if (process.connected === false) stop.abort(); // … while this program was loading
process.channel?.unref();
process.stdout.on("error", () => process.exit()); // the reader of a pipe went away

process.exitCode = await weirSim(process.argv.slice(2), {
  clock: systemClock,
  signal: stop.signal,
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
