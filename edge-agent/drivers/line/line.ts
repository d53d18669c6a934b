import type { LineProfile } from "@weir/device-profiles/schema.ts";
import { lineDialect, requestText, unescapeText } from "@weir/device-profiles/text/line.ts";
import type { Driver } from "../driver.ts";
import { connectByLines } from "../text-lines.ts";

/** Instruments that speak lines of their own, laid out by their profile, on serial lines and serial servers. */
export const line: Driver<LineProfile> = {
  open: ({ profile, address, timeoutMs }, bus) => {
    const { messages, ends } = profile;
    const isAsked = Object.values(messages).some(({ send }) => send !== undefined);
    return connectByLines(
      {
        dialect: lineDialect(messages, address),
        request: isAsked ? ({ message }) => requestText(messages[message]!.send!, address) : undefined,
        ends: ends === undefined ? undefined : unescapeText(ends),
        timeoutMs,
        gapMs: profile.gap,
        name: [profile.vendor, profile.model, address].filter(Boolean).join(" "),
      },
      bus,
    );
  },
};
