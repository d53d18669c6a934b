import type { Profile } from "@weir/device-profiles/schema.ts";
import { framedSpeaker } from "./framed.ts";
import type { Speaker } from "./line-bus.ts";
import { nmeaSpeaker } from "./nmea.ts";
import { sdi12Speaker } from "./sdi12.ts";
import { textSpeaker } from "./text.ts";
import { vaisalaSpeaker } from "./vaisala.ts";

/** An instrument on a line, as its protocol's speaker needs to know it. */
export type SpeakerOptions = {
  /** For faults. */
  readonly name: string;
  readonly profile: Profile;
  /** As the district gives it; what it looks like is the protocol's business. */
  readonly address: string | undefined;
  /** The value of a metric now, in the quantity's unit. */
  readonly show: (metric: string) => number;
  /** ms from an arbitrary origin; for what takes its time. */
  readonly monotonic: () => number;
};

/** Protocols that are neither Modbus nor meters. To add one: its speaker here, which gives undefined for a profile of another protocol. */
const makers: readonly ((options: SpeakerOptions) => Speaker | undefined)[] = [
  sdi12Speaker,
  framedSpeaker,
  nmeaSpeaker,
  vaisalaSpeaker,
  textSpeaker,
];

/** undefined for an instrument that does not hang on such a line. */
export function createSpeaker(options: SpeakerOptions): Speaker | undefined {
  for (const make of makers) {
    const speaker = make(options);
    if (speaker) return speaker;
  }
  return undefined;
}
