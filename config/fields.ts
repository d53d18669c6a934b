import { z } from "zod";

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const sizeUnits = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

const amount = <Units extends Record<string, number>>(text: string, units: Units): number => {
  const unit = text.replace(/[\d.]/g, "");
  return Math.round(Number.parseFloat(text) * units[unit]!);
};

/** `500ms`, `5s`, `2m`, `1h`, `30d` → milliseconds. */
export const duration = z
  .string("write a duration with its unit, such as 500ms, 5s, 2m or 1h")
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, "expected a duration such as 500ms, 5s, 2m, 1h or 30d")
  .transform((text) => amount(text, durationUnits));

/** `256KiB`, `500MiB`, `2GiB` → bytes. */
export const size = z
  .string("write a size with its unit, such as 256KiB, 500MiB or 2GiB")
  .regex(/^\d+(\.\d+)?(KiB|MiB|GiB)$/, "expected a size such as 256KiB, 500MiB or 2GiB")
  .transform((text) => amount(text, sizeUnits));

/** A name that becomes one level of an MQTT topic (Sparkplug B 3.0, chapter 4: no `+`, `#`, `/`). */
export const name = z
  .string()
  .regex(
    /^[^+#/\s\p{C}]{1,64}$/u,
    "expected up to 64 characters without blanks, `+`, `#` and `/`: it becomes a level of an MQTT topic",
  );

/** `host:port` → its two parts. IPv6 as `[::1]:502`. Port 0 asks the system for a free one where something listens. */
export const address = z
  .string()
  .regex(/^([^\s:[\]]+|\[[0-9a-f:.]+\]):\d{1,5}$/i, {
    error: "expected host:port, such as 192.168.1.20:502 or [::1]:502",
    abort: true,
  })
  .refine((text) => Number(text.slice(text.lastIndexOf(":") + 1)) <= 65535, "expected a port up to 65535")
  .transform((text) => ({
    host: text.slice(0, text.lastIndexOf(":")).replace(/^\[|\]$/g, ""),
    port: Number(text.slice(text.lastIndexOf(":") + 1)),
  }));

export type HostPort = z.output<typeof address>;
