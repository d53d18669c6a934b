import { readFileSync } from "node:fs";
import type { Bundle } from "@weir/wire/firmware/bundle.ts";
import { checkBundle, kindOf } from "@weir/wire/firmware/check-bundle.ts";
import { parseTrustedKeys, type Rotation, rotate } from "@weir/wire/firmware/keys.ts";
import { readBundle } from "@weir/wire/firmware/read-bundle.ts";
import type { EdgeConfig } from "../config.ts";
import type { Memory } from "./shelf.ts";

/** A device that is to be updated, and the bus it is on. */
export type Target = {
  readonly device: EdgeConfig["devices"][number];
  readonly bus: EdgeConfig["buses"][number];
};

export type Judged =
  | {
      readonly bundle: Bundle;
      readonly target: Target;
      readonly warnings: readonly string[];
      readonly rotations: readonly Rotation[];
    }
  | { readonly faults: readonly string[] };

export type JudgeOptions = {
  readonly config: Pick<EdgeConfig, "devices" | "buses" | "firmware">;
  readonly memory: Memory;
  readonly now: number;
  readonly clockTrusted: boolean;
};

/** Whether a bundle may be installed on a device of this gateway; if not, everything that speaks against it. Reads the file of trusted keys; throws as that does. */
export function judgeBundle(id: string, text: string, { config, memory, now, clockTrusted }: JudgeOptions): Judged {
  const device = config.devices.find((each) => each.id === id);
  const bus = config.buses.find(({ name }) => name === device?.bus);
  if (!device || !bus) return { faults: [`this gateway has no device ${id}`] };
  const faults: string[] = [];
  const { firmware } = config;
  if (!firmware)
    faults.push("this gateway installs no firmware: its edge.yaml has no `firmware` with the keys it trusts");
  if (device.profile.protocol !== "modbus" || !["serial", "raw-tcp", "rfc2217"].includes(bus.transport.kind))
    faults.push(`${id} is no node on a serial line: boot485 is reached through serial, raw_tcp or rfc2217`);
  const read = readBundle(text);
  if ("faults" in read) faults.push(...read.faults);
  if (!firmware || "faults" in read) return { faults };
  const { bundle } = read;
  const { manifest } = bundle;
  if (manifest.model !== device.profile.model)
    faults.push(`it is for a ${manifest.model}, and ${id} is a ${device.profile.model}`);
  const { trusted } = rotate(parseTrustedKeys(readFileSync(firmware.keys, "utf8"), firmware.keys), memory.rotations);
  const checked = checkBundle(bundle, { trusted, floor: memory.floors[kindOf(bundle)], now, clockTrusted });
  faults.push(...checked.faults);
  if (faults.length > 0) return { faults };
  return { bundle, target: { device, bus }, warnings: checked.warnings, rotations: checked.rotations };
}
