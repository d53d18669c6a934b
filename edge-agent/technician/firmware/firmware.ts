import { existsSync, readFileSync } from "node:fs";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { list } from "@weir/config/spelling.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { describeNode } from "@weir/wire/firmware/identity.ts";
import { usualDeadlines } from "@weir/wire/firmware/update.ts";
import { type EdgeConfig, readConfig } from "../../config.ts";
import { judgeBundle } from "../../firmware/judge.ts";
import { leaveOrder } from "../../firmware/orders.ts";
import { statusOf } from "../../firmware/run-update.ts";
import { openShelf, type Shelf } from "../../firmware/shelf.ts";
import type { CommandOptions } from "../command.ts";
import { languageGiven } from "../language.ts";
import { pickDevices } from "../pick.ts";
import { askHealthPage, isRunning } from "../watch/from-agent.ts";
import { watchUpdate } from "./watch-update.ts";
import { statusTable } from "./words.ts";

const verbs = ["status", "check", "update", "cancel", "retry"];

type Scene = { readonly config: EdgeConfig; readonly path: string; readonly shelf: Shelf };

/** See firmwareHelp. */
export async function firmware(
  file: string,
  [verb, ...rest]: readonly string[],
  options: CommandOptions,
  terminal: Terminal,
): Promise<number> {
  if (verb === undefined || !verbs.includes(verb))
    throw new UsageError(`firmware takes ${list(verbs)}${verb === undefined ? "" : `, not "${verb}"`}`);
  const [device = "", bundle, ...more] = rest;
  const words = verb === "status" ? 0 : verb === "check" || verb === "update" ? 2 : 1;
  if (rest.length !== words || more.length > 0)
    throw new UsageError(`firmware ${verb} takes ${["nothing more", "a device", "a device and a bundle"][words]}`);
  const config = readConfig(file);
  if (!config.firmware)
    throw new Error(`${file}: this gateway installs no firmware: it has no \`firmware\` with the keys it trusts`);
  const { path } = config.firmware;
  const scene: Scene = { config, path, shelf: openShelf(path) };
  if (verb === "status") return showStatus(scene, options, terminal);
  pickDevices(config, [device]);
  if (verb === "check") return check(scene, device, bundle!, options, terminal);
  if (!(await isRunning(config, askHealthPage(config), new AbortController().signal))) {
    terminal.err("no agent runs with this file, and it is the agent that updates: start it with weir-edge run");
    terminal.err("without an agent: weir-firmware flash <bundle> --bus --unit <address> --port <port>");
    return 1;
  }
  if (verb === "update") {
    if (check(scene, device, bundle!, options, terminal) !== 0) return 1;
    return watchUpdate({ ...scene, device, text: readFileSync(bundle!, "utf8") }, options, terminal);
  }
  leaveOrder(path, device, verb as "cancel" | "retry", "");
  terminal.out(`the agent is told: ${verb} ${device}; weir-edge firmware ${file} status shows what it does`);
  return 0;
}

function showStatus({ shelf }: Scene, { json, lang }: CommandOptions, { out }: Terminal): number {
  const updates = shelf.jobs().map((job) => statusOf(job, usualDeadlines));
  if (json) out(JSON.stringify(updates));
  else out(updates.length === 0 ? "no update yet" : statusTable(updates, systemClock.now(), languageGiven(lang)));
  return updates.every(({ state }) => state !== "parked" && state !== "rolled-back" && state !== "refused") ? 0 : 1;
}

function check(
  { config, shelf }: Scene,
  device: string,
  bundle: string,
  { json }: CommandOptions,
  { out, err }: Terminal,
): number {
  if (!existsSync(bundle)) throw new Error(`${bundle}: there is no such file; weir-firmware bundle makes one`);
  const ground = { config, memory: shelf.memory(), now: systemClock.now(), clockTrusted: config.clock === "trust" };
  const judged = judgeBundle(device, readFileSync(bundle, "utf8"), ground);
  if ("faults" in judged) {
    if (json) out(JSON.stringify({ device, bundle, faults: judged.faults }));
    else for (const fault of judged.faults) err(`${bundle}: ${fault}`);
    return 1;
  }
  const what = describeNode(judged.bundle.manifest);
  for (const warning of judged.warnings) err(`${bundle}: ${warning}`);
  out(
    json
      ? JSON.stringify({ device, bundle, what, faults: [] })
      : `${bundle}: ${what}, and ${device} may be brought to it`,
  );
  return 0;
}
