#!/usr/bin/env node
import { run } from "./run.ts";

process.stdout.on("error", () => process.exit()); // the reader of a pipe went away
process.exitCode = run(process.argv.slice(2), { out: console.log, err: console.error });
