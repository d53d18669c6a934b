import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeConfig } from "@weir/cloud/store/test-influxd.ts";
import { type Program, startProgram } from "./program.ts";
import { until } from "./until.ts";

/** Debian's mosquitto on a port of 127.0.0.1, open to everybody. Resolves once it says that it runs. */
export async function startMosquitto(port: number, folder: string): Promise<Program> {
  const config = join(folder, "mosquitto.conf");
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const broker = startProgram(["/usr/sbin/mosquitto", "-c", config]);
  await broker.says(/running/, 20_000);
  return broker;
}

/** Debian's mosquitto_sub: one line a message, `<topic> <retained> <payload as hex>`. Resolves once it is subscribed. */
export async function startMosquittoSub(port: number, filter: string): Promise<Program> {
  const subscriber = ["mosquitto_sub", "-d", "-p", String(port), "-t", filter, "-F", "message: %t %r %x"];
  const listener = startProgram(["stdbuf", "-oL", ...subscriber]);
  await listener.says(/^Subscribed/, 20_000);
  return listener;
}

/** Debian's influxdb 1.6.7, with its files in the folder. It also takes the port behind. Resolves once it answers. */
export async function startInfluxd(port: number, folder: string): Promise<Program> {
  mkdirSync(folder, { recursive: true });
  const influxd = startProgram(["influxd", "-config", writeConfig(folder, { http: port, rpc: port + 1 })]);
  await until("influxd answers", async () => (await fetch(`http://127.0.0.1:${port}/ping`)).ok, 30_000);
  return influxd;
}
