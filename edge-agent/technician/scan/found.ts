import type { Sighting } from "../../drivers/discover.ts";
import type { LineSettings, LinkError } from "../../drivers/driver.ts";
import { keyOf } from "./estimate.ts";
import type { Named } from "./name.ts";
import type { Pass, Protocol } from "./plan.ts";

/** An instrument that answered. */
export type Found = Sighting & {
  readonly protocol: Protocol;
  /** undefined: the line sets them itself. */
  readonly settings: LineSettings | undefined;
  readonly named?: Named;
  /** It answers whatever unit number it is called by. */
  readonly anyUnit?: boolean;
};

/** Something answered that could not be understood. */
export type Odd = {
  readonly protocol: Protocol;
  readonly settings: LineSettings | undefined;
  readonly who: string;
  /**
   * several: more answered together than could be told apart. talks: bytes come without a question. broken: no whole answer.
   * unset: the line does not take these settings.
   */
  readonly what: "several" | "talks" | "broken" | "unset";
};

export type ScanEvent =
  | {
      readonly event: "pass";
      readonly protocol: Protocol;
      readonly settings: LineSettings | undefined;
      readonly what: string;
    }
  | { readonly event: "progress"; readonly asked: number; readonly elapsedMs: number; readonly remainingMs: number }
  | ({ readonly event: "found" } & Found)
  | ({ readonly event: "named" } & Found)
  | ({ readonly event: "odd" } & Odd);

export type ScanResult = {
  readonly found: readonly Found[];
  readonly odd: readonly Odd[];
  readonly asked: number;
  readonly elapsedMs: number;
  /** Why it ended before its time: stopped, or the link went away. */
  readonly ended?: LinkError;
};

/** Meters have addresses of their own in the world; a unit number is one on its line at its settings. */
export function foundKey(
  { protocol, settings }: Pick<Pass, "protocol" | "settings">,
  { unit, address }: Sighting,
): string {
  return address === undefined ? `${protocol} ${unit ?? ""} ${keyOf(settings)}` : `${protocol} ${address}`;
}
