#!/usr/bin/env node
import { launch } from "@weir/config/launch.js";

await launch("weir-cloud", async () => (await import("./admin/command.ts")).runCommand);
