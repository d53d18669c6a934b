import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../config.ts";
import { lineOf } from "../../drivers/discover.ts";
import type { Found } from "./found.ts";
import type { LineTransport } from "./plan.ts";
import { writeFound } from "./write-config.ts";

const profiles = loadProfiles();
const serial: LineTransport = { kind: "serial", path: "/dev/serial/by-id/usb-1", ...lineOf("9600 8N1") };
const about = { transport: serial, gateway: "gw-1", day: "2026-11-24" };

function found(
  place: Partial<Found>,
  ids: readonly string[],
  settings = "9600 8N1",
  certain = ids.length === 1,
): Found {
  const candidates = ids.map((id) => ({ profile: profiles.get(id)!, score: 5, reasons: [], named: false }));
  return {
    protocol: candidates[0]?.profile.protocol ?? "modbus",
    settings: lineOf(settings),
    named: { texts: {}, verdict: { candidates, ties: candidates, certain } },
    ...place,
  };
}

function configOf(text: string) {
  const file = join(mkdtempSync(join(tmpdir(), "weir-scan-")), "edge.yaml");
  writeFileSync(file, text);
  return readConfig(file);
}

const meter = found({ address: "321200045810" }, ["light/generic-dlt645-2007-three-phase"], "2400 8E1");
const power = found({ unit: 5 }, ["light/eastron-sdm630"]);
const level = found({ unit: 6 }, ["water/keller-xline"]);

describe("a new configuration", () => {
  test("is one that the agent takes, with the settings of most as those of the line", () => {
    const { text, added } = writeFound(undefined, [power, level, meter], about);
    const { buses, devices } = configOf(text);
    expect(added).toEqual(["power-meter-5", "level-probe-6", "power-meter-5810"]);
    expect(buses[0]?.transport).toMatchObject({
      kind: "serial",
      path: "/dev/serial/by-id/usb-1",
      baud: 9600,
      parity: "none",
    });
    expect(devices.map(({ id, unit, address, line }) => [id, unit ?? address, line])).toEqual([
      ["power-meter-5", 5, undefined],
      ["level-probe-6", 6, undefined],
      ["power-meter-5810", "321200045810", { baud: 2400, parity: "even" }],
    ]);
  });

  test("has as comments what is not certain: no value is read with a profile that was guessed", () => {
    const odd = found({ unit: 7 }, ["water/cnemc-tn", "water/cnemc-tp"]);
    const unknown = found({ unit: 8 }, []);
    const perhaps = found({ unit: 9 }, ["air/jxct-wind-speed"], "9600 8N1", false);
    const { text, added, open } = writeFound(undefined, [power, odd, unknown, perhaps], about);
    expect(added).toEqual(["power-meter-5"]);
    expect(open).toBe(3);
    expect(text).toContain("# Modbus unit 7 at 9600 8N1: take the line that is right");
    expect(text).toMatch(/# {3}- \{ id: \S+-7, bus: line-1, unit: 7, profile: water\/cnemc-tp \} # .* · .*总磷/);
    expect(text).toContain("# Modbus unit 8 at 9600 8N1 answers; no profile fits");
    expect(text).toContain("# Modbus unit 9 at 9600 8N1: perhaps this one");
    expect(configOf(text).devices).toHaveLength(1);
  });

  test("is good as soon as one of its comments is taken, where nothing was certain", () => {
    const perhaps = found({ unit: 9 }, ["air/jxct-wind-speed"], "9600 8N1", false);
    const { text } = writeFound(undefined, [perhaps], about);
    expect(configOf(text.replace(/^ {2}# {3}- /m, "  - ")).devices).toMatchObject([{ unit: 9 }]);
  });

  test.each([
    ["tcp", "tcp: 10.0.0.7:502"],
    ["raw-tcp", "raw_tcp: 10.0.0.7:502"],
  ] as const)("names a %s bus as such", (kind, expected) => {
    const { text } = writeFound(undefined, [{ ...power, settings: undefined }], {
      ...about,
      transport: { kind, host: "10.0.0.7", port: 502 },
    });
    expect(text).toContain(expected);
    expect(configOf(text).devices).toHaveLength(1);
  });
});

test("a line of RFC 2217 is written with its settings, and found again", () => {
  const transport: LineTransport = { kind: "rfc2217", host: "10.0.0.7", port: 7001, ...lineOf("9600 8N1") };
  const { text } = writeFound(undefined, [meter], { ...about, transport });
  expect(configOf(text).buses[0]?.transport).toMatchObject({ kind: "rfc2217", port: 7001, baud: 2400, parity: "even" });
  expect(writeFound(text, [meter], { ...about, transport }).known).toEqual(["power-meter-5810"]);
});

describe("a configuration that is there", () => {
  const before = `# the cabinet at the east sluice
site: hailing-water # do not change
gateway: gw-1

buses:
  - name: rs485-1 # blue wire
    serial: { path: /dev/serial/by-id/usb-1, baud: 2400, parity: even }

devices:
  # the old level probe
  - { id: east-level, bus: rs485-1, unit: 6, profile: water/keller-xline, serial: { baud: 9600, parity: none } }

uplink: { url: "mqtt://10.0.0.1" }
`;

  test("keeps every line and comment; what is on the same port goes to its bus, with the settings that differ", () => {
    const { text, added, known } = writeFound(before, [power, level, meter], about);
    for (const line of before.split("\n")) expect(text.split("\n")).toContain(line);
    expect(added).toEqual(["power-meter-5", "power-meter-5810"]);
    expect(known).toEqual(["east-level"]);
    const { buses, devices } = configOf(text);
    expect(buses).toHaveLength(1);
    expect(devices.map(({ id, line }) => [id, line])).toEqual([
      ["east-level", { baud: 9600, parity: "none" }],
      ["power-meter-5", { baud: 9600, parity: "none" }],
      ["power-meter-5810", undefined],
    ]);
  });

  test("gives a bus and devices names that are still free", () => {
    const other = { ...about, transport: { ...serial, path: "/dev/ttyS1" } };
    const once = writeFound(before, [power], other).text;
    const { text, bus, added } = writeFound(once, [power], { ...about, transport: { ...serial, path: "/dev/ttyS2" } });
    expect([bus, ...added]).toEqual(["line-2", "power-meter-5-2"]);
    expect(configOf(text).buses).toHaveLength(3);
  });

  test.each(["a: [", "just words"])("that is none (%s) is refused", (text) => {
    expect(() => writeFound(text, [power], about)).toThrow("is no configuration");
  });
});
