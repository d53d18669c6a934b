#!/usr/bin/env node
import { launch } from "@weir/config/launch.js";

await launch("weir-sim", async () => {
  const { runCommand } = await import("./commands/command.ts");
  const { stopSignal } = await import("@weir/config/stop-signal.ts");
  const { systemClock } = await import("@weir/wire/clock.ts");
  return (args, terminal) => runCommand(args, terminal, { clock: systemClock, signal: stopSignal() });
});
