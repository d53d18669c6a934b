import type { VaisalaProfile } from "@weir/device-profiles/schema.ts";
import { vaisalaDialect, vaisalaQuery } from "@weir/device-profiles/text/vaisala.ts";
import { type OwnWay, settingsOfLink } from "../discover.ts";
import { textWay } from "../text-discover.ts";

/** As they are shipped. */
const address = "0";

/** How a polled transmitter is asked at the address that it ships with; undefined for one that speaks by itself. */
export function vaisalaWay({
  id,
  model,
  mode,
  checksum,
  timeout,
  gap,
  points,
  link,
}: VaisalaProfile): OwnWay | undefined {
  if (mode !== "polled") return undefined;
  const text = {
    dialect: vaisalaDialect({ checksum }, address),
    request: ({ message }: { readonly message: string }) => vaisalaQuery(address, message, checksum),
    ends: undefined,
    timeoutMs: timeout,
    gapMs: gap,
    name: model,
  };
  return textWay(text, points[0]!.at, { id, model, address, settings: settingsOfLink(link) });
}
