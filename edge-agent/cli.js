#!/usr/bin/env -S node --max-semi-space-size=1
// The small young generation keeps an agent lean: docs/decisions/0005-lean-agent.md
import { launch } from "@weir/config/launch.js";

await launch("weir-edge", async () => (await import("./technician/command.ts")).runCommand);
