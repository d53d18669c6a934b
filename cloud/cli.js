#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/weir")); // types are stripped once: a start takes half the time
process.stdout.on("error", () => process.exit()); // the reader of a pipe went away
const { runCommand } = await import("./admin/command.ts");
process.exitCode = await runCommand(process.argv.slice(2), { out: console.log, err: console.error });
