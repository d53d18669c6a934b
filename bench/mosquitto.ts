import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cpuSecondsOf, freePorts } from "./program.ts";

/** Debian's Mosquitto on loopback, letting everybody in and queueing without a limit, as a broker between gateways and cloud. */
export async function startMosquitto(folder: string) {
  const [port] = (await freePorts(1)) as [number];
  const file = join(folder, `mosquitto-${port}.conf`);
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nuser root\n`);
  const child = spawn("mosquitto", ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(new Error(`mosquitto: ${error.message}; install the package mosquitto`)));
    child.once("exit", (code) => reject(new Error(`mosquitto ended with ${code}`)));
  });
  ended.catch(() => {});
  const running = new Promise<void>((resolve) =>
    child.stderr!.on("data", (text) => String(text).includes(" running") && resolve()),
  );
  await Promise.race([running, ended]);
  return { port, cpuSeconds: () => cpuSecondsOf(child.pid!), stop: () => void child.kill() };
}
