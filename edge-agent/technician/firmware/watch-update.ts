import type { Terminal } from "@weir/config/command-line.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { isFinal } from "@weir/wire/firmware/update-state.ts";
import type { EdgeConfig } from "../../config.ts";
import { leaveOrder, takeRefusal } from "../../firmware/orders.ts";
import type { UpdateStatus } from "../../firmware/run-update.ts";
import type { CommandOptions } from "../command.ts";
import { languageGiven } from "../language.ts";
import { askHealthPage } from "../watch/from-agent.ts";
import { stepText } from "./words.ts";

export type WatchOptions = {
  readonly config: EdgeConfig;
  readonly path: string;
  readonly device: string;
  readonly text: string;
};

const lookEveryMs = 500;
/** Of the agent's folder, which it looks into every second. */
const takenWithinMs = 15_000;

/** Orders an update and tells each step, until it is over: 0 when the new image has confirmed itself. Ctrl-C leaves it going on. */
export async function watchUpdate(
  { config, path, device, text }: WatchOptions,
  { json, lang }: CommandOptions,
  { out, err }: Terminal,
): Promise<number> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const ask = askHealthPage(config);
  const begun = systemClock.now();
  takeRefusal(path, device);
  leaveOrder(path, device, "bundle", text);
  let before = "";
  while (!stop.signal.aborted) {
    await systemClock.sleep(lookEveryMs, stop.signal);
    const faults = takeRefusal(path, device);
    if (faults) {
      for (const fault of faults) err(`${device}: ${fault}`);
      return 1;
    }
    const status = await ask(stop.signal).catch(() => undefined);
    const update = status?.firmware.find((each) => each.device === device && isOfThis(each, begun));
    if (!update) {
      if (systemClock.now() - begun < takenWithinMs) continue;
      err("the agent does not take the order up; look into its log");
      return 1;
    }
    const step = json ? JSON.stringify(update) : stepText(update, languageGiven(lang));
    if (step !== before) out(step);
    before = step;
    if (update.state === "confirmed") return 0;
    if (isFinal(update)) return 1;
  }
  err(`the update of ${device} goes on; weir-edge firmware … status shows how far it is`);
  return 1;
}

/** Begun now, or under way already. */
const isOfThis = (update: UpdateStatus, begun: number) => update.acceptedAt >= begun - 1000 || !isFinal(update);
