import { toRaw } from "@weir/device-profiles/interpret.ts";
import type { ProfilePoint } from "@weir/device-profiles/schema.ts";
import type { Reply } from "@weir/wire/command.ts";
import { commandReason } from "@weir/wire/command-reason.ts";
import { isSaidNo, LinkError } from "../drivers/driver.ts";
import type { PolledDevice } from "./device.ts";
import { layOut } from "./reading.ts";

export type WriteOrder = { readonly id: string; readonly metric: string; readonly value: number };

/**
 * Carries out one command. refused: nothing was written. failed: it may have been. done: what the device says afterwards.
 * Never rejects.
 */
export async function writePoint(device: PolledDevice, { id, metric, value }: WriteOrder): Promise<Reply> {
  const { points } = layOut(device.config.profile.points);
  const point = points.find((placed) => placed.metric === metric)?.point;
  if (!point?.write) return { id, status: "refused", why: whyNot(device, metric, point !== undefined) };
  const set = layOut([point]);
  try {
    const raw = toRaw(point, value, await decimalsOf(point, device));
    await device.write(set.points[0]!, raw);
  } catch (error) {
    return { id, status: mayHaveHappened(error) ? "failed" : "refused", why: (error as Error).message };
  }
  const reading = await device.readBack(set);
  if (reading.value === null)
    return { id, status: "failed", why: commandReason("noReadBack", { metric, code: reading.why ?? "no-value" }) };
  return { id, status: "done", readBack: reading.value };
}

/** How many decimals the device gives this point now. Throws RangeError when it does not say. */
async function decimalsOf({ decimals }: ProfilePoint, device: PolledDevice): Promise<number> {
  if (!decimals) return 0;
  const [result] = await device.fetch([decimals]);
  if (!result || "error" in result)
    throw new RangeError(commandReason("noDecimals", { code: result?.error ?? "no-value" }));
  if (decimals.mask === undefined) return result.raw;
  const lowestBit = 31 - Math.clz32(decimals.mask & -decimals.mask);
  return (result.raw & decimals.mask) >>> lowestBit;
}

/** A device that answers with an exception has not done it; after silence or a broken reply nobody knows. */
function mayHaveHappened(error: unknown): boolean {
  return error instanceof LinkError && !isSaidNo(error.code) && error.code !== "refused";
}

function whyNot({ config }: PolledDevice, metric: string, known: boolean): string {
  const writable = layOut(config.profile.points.filter((point) => point.write)).points.map((placed) => placed.metric);
  if (writable.length === 0) return commandReason("nothingWritable", { device: config.id });
  return commandReason(known ? "readOnly" : "noMetric", { device: config.id, metric, writable: writable.join(", ") });
}
