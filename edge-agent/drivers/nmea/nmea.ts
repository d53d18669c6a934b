import type { NmeaProfile } from "@weir/device-profiles/schema.ts";
import { nmeaChecksum, nmeaDialect } from "@weir/device-profiles/text/nmea.ts";
import type { Driver } from "../driver.ts";
import { connectByLines } from "../text-lines.ts";

/** NMEA 0183, by itself or asked sentence by sentence, on serial lines and serial servers. An address is a talker: `WI`. */
export const nmea: Driver<NmeaProfile> = {
  open: ({ profile, address, timeoutMs }, line) =>
    connectByLines(
      {
        dialect: nmeaDialect(profile, address),
        request: profile.query === undefined ? undefined : ({ sentence }) => encodeQuery(profile.query!, sentence),
        ends: undefined,
        timeoutMs,
        gapMs: profile.gap,
        name: [profile.vendor, profile.model, address].filter(Boolean).join(" "),
      },
      line,
    ),
};

/** `$--WIQ,{sentence}` → `$--WIQ,XDR*2D` and CR LF. */
export function encodeQuery(query: string, sentence: string): string {
  const text = query.replaceAll("{sentence}", sentence);
  return `${text}*${nmeaChecksum(text.slice(1))}\r\n`;
}
