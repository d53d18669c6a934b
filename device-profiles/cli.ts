#!/usr/bin/env node
import { runCommand } from "./command.ts";

process.stdout.on("error", () => process.exit()); // the reader of a pipe went away
process.exitCode = await runCommand(process.argv.slice(2), { out: console.log, err: console.error });
