import { z } from "zod";
import { texts } from "./texts.ts";

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const sizeUnits = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

const amount = <Units extends Record<string, number>>(text: string, units: Units): number => {
  const unit = text.replace(/[\d.]/g, "");
  return Math.round(Number.parseFloat(text) * units[unit]!);
};

/** `500ms`, `5s`, `2m`, `1h`, `30d` → milliseconds. */
export const duration = z
  .string(texts.durationUnit.en)
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, texts.duration.en)
  .transform((text) => amount(text, durationUnits));

/** `256KiB`, `500MiB`, `2GiB` → bytes. */
export const size = z
  .string(texts.sizeUnit.en)
  .regex(/^\d+(\.\d+)?(KiB|MiB|GiB)$/, texts.size.en)
  .transform((text) => amount(text, sizeUnits));

/** A name that becomes one level of an MQTT topic (Sparkplug B 3.0, chapter 4: no `+`, `#`, `/`). */
export const name = z.string().regex(/^[^+#/\s\p{C}]{1,64}$/u, texts.name.en);

/** `host:port` → its two parts. IPv6 as `[::1]:502`. Port 0 asks the system for a free one where something listens. */
export const address = z
  .string()
  .regex(/^([^\s:[\]]+|\[[0-9a-f:.]+\]):\d{1,5}$/i, {
    error: texts.hostPort.en,
    abort: true,
  })
  .refine((text) => Number(text.slice(text.lastIndexOf(":") + 1)) <= 65535, texts.port.en)
  .transform((text) => ({
    host: text.slice(0, text.lastIndexOf(":")).replace(/^\[|\]$/g, ""),
    port: Number(text.slice(text.lastIndexOf(":") + 1)),
  }));

export type HostPort = z.output<typeof address>;
