#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/weir")); // types are stripped once: a start takes half the time
const { stopSignal } = await import("@weir/config/stop-signal.ts");
const { systemClock } = await import("@weir/wire/clock.ts");
const { runCommand } = await import("./commands/command.ts");

process.stdout.on("error", () => process.exit()); // the reader of a pipe went away
const terminal = { out: console.log, err: console.error };
process.exitCode = await runCommand(process.argv.slice(2), terminal, { clock: systemClock, signal: stopSignal() });
