import { names } from "@weir/wire/names.ts";
import type { Payload } from "@weir/wire/sparkplug/payload.ts";

/** What a birth says about the thing itself. */
export type Birth = { readonly kind?: string; readonly model?: string; readonly profile?: string };

/** `Device/Kind` and its properties `Model` and `Profile`; empty for a birth without them. Pure. */
export function birthOf({ metrics }: Payload): Birth {
  const about = metrics.find(({ name }) => name === names.deviceKind);
  const text = (value: unknown, key: keyof Birth): Birth => (typeof value === "string" ? { [key]: value } : {});
  const { Model, Profile } = about?.properties ?? {};
  return { ...text(about?.value, "kind"), ...text(Model?.value, "model"), ...text(Profile?.value, "profile") };
}

/** Which session an NBIRTH begins; undefined where it does not say. Pure. */
export function bdSeqOf({ metrics }: Payload): number | undefined {
  const value = metrics.find(({ name }) => name === names.bdSeq)?.value;
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : undefined;
}
