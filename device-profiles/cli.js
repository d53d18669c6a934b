#!/usr/bin/env node
import { launch } from "@weir/config/launch.js";

await launch("weir-profile", async () => (await import("./command.ts")).runCommand);
