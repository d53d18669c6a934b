import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { NmeaAddress } from "@weir/device-profiles/schema.ts";
import { nmeaDialect } from "@weir/device-profiles/text/nmea.ts";
import { createSpeaker } from "@weir/simulators/lines/speakers.ts";
import { expect, test } from "vitest";

/** Debian's python3-nmea2. */
function pynmea2(args: readonly string[], input = ""): unknown {
  const script = join(import.meta.dirname, "testdata/pynmea2-peer.py");
  return JSON.parse(execFileSync("/usr/bin/python3", [script, ...args], { input, encoding: "utf8" }));
}

const dialect = nmeaDialect({ checksum: "required" });
const at = (sentence: string, rest: Partial<NmeaAddress>): NmeaAddress => ({ sentence, ...rest });
const read = (line: string, address: NmeaAddress) => {
  const message = dialect.take(line, address);
  return typeof message === "object" ? message.rawAt(address) : message;
};
const perMetre: Readonly<Record<string, number>> = { K: 3.6, M: 1, N: 3600 / 1852 };

type Made = { readonly line: string; readonly put: readonly string[] };

test("pynmea2: a thousand sentences of its making are read as it meant them", () => {
  const made = pynmea2(["write", "7"]) as readonly Made[];
  expect(made).toHaveLength(1000);
  for (const { line, put } of made) {
    const told = put.map(Number);
    if (line.includes("MWV")) {
      const [angle = 0, speed = 0] = told;
      const isValid = put[3] === "A";
      expect(read(line, at("MWV", { field: 1 })), line).toEqual(isValid ? angle : Number.NaN);
      const found = read(line, at("MWV", { field: 3, as: "m/s" }));
      if (isValid) expect(found, line).toBeCloseTo(speed / perMetre[put[2]!]!, 5);
      else expect(found, line).toBeNaN();
    } else if (line.includes("MDA")) {
      const [bar = 0, ...others] = told;
      expect(read(line, at("MDA", { field: 3, as: "kPa" })), line).toBeCloseTo(100 * bar, 5);
      const places = [at("MDA", { field: 5, as: "Cel" }), at("MDA", { field: 9 }), at("MDA", { field: 13, as: "deg" })];
      expect([...places, at("MDA", { field: 19, as: "m/s" })].map((place) => read(line, place))).toEqual(others);
      expect(read(line, at("MDA", { field: 7, as: "Cel" })), "the empty water temperature").toBeNaN();
    } else if (line.includes("MTW")) expect(read(line, at("MTW", { field: 1, as: "Cel" })), line).toBe(told[0]);
    else if (line.includes("DBT")) expect(read(line, at("DBT", { field: 3, as: "m" })), line).toBe(told[0]);
    else {
      expect(read(line, at("XDR", { transducer: "P", as: "kPa" })), line).toBeCloseTo(100 * told[0]!, 5);
      expect(read(line, at("XDR", { transducer: "C", name: "TEMP", as: "Cel" })), line).toBe(told[1]);
    }
  }
});

test("pynmea2: it reads the sentences of every simulated talker, checksums included", () => {
  const talkers = [...loadProfiles().values()].filter(({ protocol }) => protocol === "nmea");
  expect(talkers.length).toBeGreaterThanOrEqual(3);
  const said = talkers.flatMap((profile) => {
    const show = (metric: string) => profile.examples[0]!.samples[metric]!;
    const speaker = createSpeaker({ name: profile.id, profile, address: undefined, show, monotonic: () => 0 })!;
    return Buffer.from(speaker.speak!.say()).toString("latin1").trim().split("\r\n");
  });
  const found = pynmea2(["read"], said.join("\n")) as readonly { talker: string; type: string; fields: string[] }[];
  expect(found.map(({ talker, type }) => talker + type).sort()).toEqual(["SDDBT", "WIMDA", "WIMWV", "YXMTW"]);
  expect(found.map(({ fields }) => fields.join(","))).toEqual(said.map((line) => line.slice(7, -3)));
});
