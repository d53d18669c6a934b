import { profile as schema } from "@weir/device-profiles/schema.ts";

/** An instrument of so many 32-bit floats, one behind the other, polled at `every`. */
export const floatProfile = (floats: number, every: string) => ({
  id: "light/bench",
  ...schema.parse({
    ...{ model: "bench", vendor: "bench", names: { en: "bench", zh: "bench" }, domain: "light" },
    ...{ kind: "power-meter", source: "none", protocol: "modbus", every },
    points: Array.from({ length: floats }, (_, i) => ({
      quantity: "voltage",
      channel: String(i + 1),
      at: { table: "holding", register: i * 2, type: "f32" },
    })),
    examples: [{ note: "none", registers: "holding 0000: 00 00", samples: {} }],
  }),
});
