import type { VaisalaProfile } from "@weir/device-profiles/schema.ts";
import { vaisalaDialect, vaisalaQuery } from "@weir/device-profiles/text/vaisala.ts";
import type { Driver } from "../driver.ts";
import { connectByLines } from "../text-lines.ts";

/** Vaisala's ASCII, polled with or without check characters, or by itself, on serial lines and serial servers. */
export const vaisala: Driver<VaisalaProfile> = {
  open: ({ profile, address = "0", timeoutMs }, line) =>
    connectByLines(
      {
        dialect: vaisalaDialect(profile, address),
        request:
          profile.mode === "polled" ? ({ message }) => vaisalaQuery(address, message, profile.checksum) : undefined,
        ends: undefined,
        timeoutMs,
        gapMs: profile.gap,
        name: `${profile.vendor} ${profile.model} ${address}`,
      },
      line,
    ),
};
