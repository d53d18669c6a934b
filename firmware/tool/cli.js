#!/usr/bin/env node
import { launch } from "@weir/config/launch.js";

await launch("weir-firmware", async () => (await import("./command.ts")).runCommand);
