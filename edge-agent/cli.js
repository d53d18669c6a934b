#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { launch } from "@weir/config/launch.js";

setFlagsFromString("--memory-saver-mode"); // 120 instead of 210 MB with 500 devices: docs/decisions/0005-lean-agent.md
await launch("weir-edge", async () => (await import("./technician/command.ts")).runCommand);
