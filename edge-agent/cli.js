#!/usr/bin/env -S node --max-semi-space-size=1
// JavaScript, and a small young generation: a start without the type stripper and a lean heap save an agent 40 of 115 MB (bench/edge-agent.ts).
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/weir"));
process.stdout.on("error", () => process.exit()); // the reader of a pipe went away
const { runCommand } = await import("./technician/command.ts");
process.exitCode = await runCommand(process.argv.slice(2), { out: console.log, err: console.error });
