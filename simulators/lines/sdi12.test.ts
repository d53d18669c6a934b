import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { describe, expect, test } from "vitest";
import type { Speaker } from "./line-bus.ts";
import { checkCharacters, sdi12Speaker } from "./sdi12.ts";

const profiles = loadProfiles();
const values: Readonly<Record<string, number>> = {
  water_depth: 1.234,
  water_temperature: -0.25,
  conductivity: 412,
  dissolved_oxygen: 8.24,
  oxygen_saturation: 91.4,
  air_temperature: 23.45,
  relative_humidity: 61.2,
  dew_point: 15.55,
};

function sensor(id: string, address = "0") {
  const clock = virtualClock();
  const show = (metric: string) => values[metric] ?? 0;
  const profile = profiles.get(id) as Profile;
  const speaker = sdi12Speaker({ name: id, profile, address, show, monotonic: clock.monotonic })!;
  return { clock, ask: (command: string) => said(speaker, command) };
}

function said(speaker: Speaker, command: string): string | undefined {
  const hearing = speaker.hear!(Buffer.from(command, "latin1"));
  if (hearing === "more") return "more";
  const { reply } = hearing;
  return reply && Buffer.from(reply).toString("latin1");
}

describe("a simulated SDI-12 sensor", () => {
  test("says who it is, and keeps silent for another address", () => {
    const { ask } = sensor("water/meter-hydros-21", "7");
    expect(ask("7!")).toBe("7\r\n");
    expect(ask("?!")).toBe("7\r\n");
    expect(ask("7I!")).toBe("713WEIRSIM HYDROS1.0\r\n");
    expect(ask("0I!")).toBeUndefined();
    expect(ask("7X")).toBe("more");
  });

  test("measures concurrently: nothing before its time, then the values of its profile", async () => {
    const { ask, clock } = sensor("water/meter-hydros-21");
    expect(ask("0C!")).toBe("000203\r\n");
    await clock.advance(1900);
    expect(ask("0D0!")).toBe("0+1234-0.25+412\r\n");
    expect(ask("0D1!")).toBe("0\r\n");
  });

  test("gives up a C when it is asked anything before its time", async () => {
    const { ask, clock } = sensor("water/meter-hydros-21");
    ask("0C!");
    expect(ask("0D0!")).toBe("0\r\n");
    await clock.advance(5000);
    expect(ask("0D0!")).toBe("0\r\n");
  });

  test("gives up an M when anything at all is said on the line, a C not", async () => {
    const oxygen = sensor("water/insitu-rdo-pro-x");
    oxygen.ask("0M!");
    expect(oxygen.ask("1C!")).toBeUndefined();
    await oxygen.clock.advance(5000);
    expect(oxygen.ask("0D0!")).toBe("0\r\n");
    const depth = sensor("water/meter-hydros-21");
    depth.ask("0C!");
    depth.ask("1C!");
    await depth.clock.advance(5000);
    expect(depth.ask("0D0!")).toBe("0+1234-0.25+412\r\n");
  });

  test("adds check characters where they are asked for", async () => {
    const { ask, clock } = sensor("air/campbell-hygrovue-5");
    expect(ask("0CC!")).toBe("000202\r\n");
    await clock.advance(2000);
    expect(ask("0D0!")).toBe("0+23.45+61.2JXz\r\n");
    expect(ask("0M5!")).toBe("00000\r\n");
    expect(ask("0R0!")).toBe("0\r\n");
  });

  test("reckons check characters as published", () => {
    expect(checkCharacters("0+3.14")).toBe("OqZ");
    expect(checkCharacters("0+3.14+2.718+1.414")).toBe("Ipz");
  });
});
