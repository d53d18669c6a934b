import { modbusProfile as schema } from "@weir/device-profiles/schema/modbus.ts";
import type { ModbusProfile } from "@weir/device-profiles/schema.ts";

type Input = Readonly<Record<string, unknown>>;

/** For tests: a profile with these points; what is left out is what the schema says. */
export function testProfile(points: readonly Input[], rest: Input = {}): ModbusProfile {
  const parsed = schema.parse({
    model: "T-1",
    vendor: "Test",
    names: { en: "test device", zh: "测试设备" },
    domain: "light",
    kind: "power-meter",
    source: "made up for tests",
    protocol: "modbus",
    points,
    examples: [{ note: "none", registers: "holding 0000: 00 00", samples: {} }],
    ...rest,
  });
  return { ...parsed, id: "light/test" };
}

/** For tests: n points of one word in a row, `voltage/1` at register `from`, and so on. */
export function wordPoints(count: number, from = 0, rest: Input = {}): readonly Input[] {
  return Array.from({ length: count }, (_, i) => ({
    quantity: "voltage",
    channel: String(i + 1),
    at: { table: "holding", register: from + i, type: "u16" },
    ...rest,
  }));
}
