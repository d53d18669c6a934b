import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { formatFault } from "./fault.ts";
import { address, duration, size } from "./fields.ts";
import { parseYaml } from "./yaml-file.ts";

const schema = z.strictObject({
  port: z.int().min(1).max(10),
  listen: address.prefault("127.0.0.1:80"),
  every: duration.prefault("5s"),
  mode: z.enum(["fast", "slow"]).default("fast"),
  lines: z.array(z.strictObject({ name: z.string() })).default([]),
});

const faultsOf = (text: string, further?: (input: unknown) => { path: string[]; message: string }[]) => {
  const parsed = parseYaml(text, "x.yaml", schema, further);
  return "faults" in parsed ? parsed.faults.map(formatFault) : [];
};

describe("a YAML file read against its schema", () => {
  test("gives values in ms and bytes, with defaults", () => {
    expect(parseYaml("port: 3", "x.yaml", schema)).toEqual({
      value: { port: 3, listen: { host: "127.0.0.1", port: 80 }, every: 5000, mode: "fast", lines: [] },
    });
  });

  test("is refused with every fault at once: syntax of values, unknown keys, missing keys and further checks, each with its line", () => {
    const text = "port: 11\nlisten: nowhere\nmode: fats\nlines:\n  - nmae: a\n";
    expect(faultsOf(text, () => [{ path: ["mode"], message: "clashes with port" }])).toEqual([
      "x.yaml:1: port: 11 is too big; use at most 10",
      'x.yaml:2: listen: "nowhere": expected host:port, such as 192.168.1.20:502 or [::1]:502',
      'x.yaml:3: mode: "fats" is not known; did you mean "fast"?',
      "x.yaml:3: mode: clashes with port",
      "x.yaml:5: lines.0.name: is missing (a string); add it.",
      'x.yaml:5: lines.0.nmae: unknown key; did you mean "name"?',
    ]);
  });

  test("says where the YAML itself is broken and what to look at", () => {
    expect(faultsOf("port: 3\nport: 4\n")).toContainEqual(expect.stringMatching(/^x\.yaml:2: .*unique.*remove one/));
  });

  test("never throws, whatever the text", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseYaml(text, "x.yaml", schema)));
  });
});

describe("a field", () => {
  test.each([
    ["500ms", 500],
    ["1.5s", 1500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["30d", 2_592_000_000],
  ])("duration %s is %i ms", (text, ms) => expect(duration.parse(text)).toBe(ms));

  test.each([
    ["256KiB", 262_144],
    ["2GiB", 2_147_483_648],
  ])("size %s is %i bytes", (text, bytes) => expect(size.parse(text)).toBe(bytes));

  test.each(["5", "s", "-5s", "5 s", "5sec"])("duration %j is refused", (text) =>
    expect(duration.safeParse(text).success).toBe(false),
  );

  test.each([
    ["10.0.0.5:502", { host: "10.0.0.5", port: 502 }],
    ["plc.local:0", { host: "plc.local", port: 0 }],
    ["[::1]:502", { host: "::1", port: 502 }],
  ])("address %s has its two parts", (text, parts) => expect(address.parse(text)).toEqual(parts));

  test.each(["10.0.0.5", ":502", "a:70000", "a b:5", "::1:502"])("address %j is refused", (text) =>
    expect(address.safeParse(text).success).toBe(false),
  );
});
