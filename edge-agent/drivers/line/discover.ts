import type { LineProfile } from "@weir/device-profiles/schema.ts";
import { lineDialect, requestText, unescapeText } from "@weir/device-profiles/text/line.ts";
import { type OwnWay, settingsOfLink } from "../discover.ts";
import { textWay } from "../text-discover.ts";

/** How an instrument with lines of its own is asked; undefined for one that speaks by itself or must be called by an address. */
export function lineWay(profile: LineProfile): OwnWay | undefined {
  const { id, model, messages, ends, timeout, gap, points, link } = profile;
  const at = points[0]!.at;
  const send = messages[at.message]?.send;
  if (send === undefined || JSON.stringify(messages).includes("{address}")) return undefined;
  const text = {
    dialect: lineDialect(messages),
    request: () => requestText(send),
    ends: ends === undefined ? undefined : unescapeText(ends),
    timeoutMs: timeout,
    gapMs: gap,
    name: model,
  };
  return textWay(text, at, { id, model, settings: settingsOfLink(link) });
}
