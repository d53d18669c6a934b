#!/usr/bin/env node
import { launch } from "@weir/config/launch.js";

// The instruments of `npm start`: as `weir-sim run`, with the nodes of districts.ts.
await launch("npm start", async () => {
  const { runCommand } = await import("@weir/simulators/commands/command.ts");
  const { stopSignal } = await import("@weir/config/stop-signal.ts");
  const { systemClock } = await import("@weir/wire/clock.ts");
  const { districts } = await import("./districts.ts");
  const signal = stopSignal();
  return (args, terminal) => runCommand(["run", ...args], terminal, { clock: systemClock, signal, districts });
});
