import { infoOf } from "@weir/wire/quantities.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatNumber, nameKind, nameMetric, showValue } from "./number.ts";

test.each([
  [0, "0"],
  [7.2, "7.20"],
  [0.486, "0.486"],
  [0.4, "0.4"],
  [0.00021, "0.00021"],
  [231.44, "231.4"],
  [184_203.4, "184,203"],
  [-12.345, "-12.35"],
  [42, "42"],
])("%d is read as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("a number that is not zero is never shown as zero", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), (value) => {
      if (value !== 0) expect(Number(formatNumber(value).replaceAll(",", ""))).not.toBe(0);
    }),
  );
});

describe("a value as people read it", () => {
  const show = (metric: string, value: number, states = {}) => {
    const { text, unit } = showValue(value, infoOf(metric), states, "zh");
    return `${text} ${unit}`.trim();
  };

  test("has the unit of the vocabulary", () => expect(show("dissolved_oxygen", 8.3)).toBe("8.30 mg/L"));
  test("is the state's name where the profile names it", () =>
    expect(show("relay_state", 1, { 1: { en: "On", zh: "合闸" } })).toBe("合闸"));
  test("is the state's name where the vocabulary names it", () => expect(show("uplink_state", 2)).toBe("在线"));
  test("is yes or no for a state that can only be that", () => expect(show("door_state", 1)).toBe("是"));
  test("is the word state and the number for a state nobody named, and the bare number for a code", () => {
    expect(show("relay_state", 3)).toBe("状态 3");
    expect(show("error_code", 3)).toBe("3");
  });
  test("is told as a very small share rather than with many zeros", () =>
    expect(show("outbox_fill", 0.000094)).toBe("< 0.01 %"));
  test("is told in megabytes or days where bytes or seconds would be counted", () => {
    expect(show("process_memory", 83_400_000)).toBe("83.40 MB");
    expect(show("uptime", 277_200)).toBe("3 天 5 小时");
  });
});

test("a metric is called by its quantity and channel, and by its raw name when the vocabulary has none", () => {
  expect(nameMetric("voltage/l1", infoOf("voltage/l1"), "en")).toBe("Voltage L1");
  expect(nameMetric("bus_utilisation/drainage", infoOf("bus_utilisation/drainage"), "zh")).toMatch(/ drainage$/);
  expect(nameMetric("vendor_thing", undefined, "zh")).toBe("vendor_thing");
});

test("a device is called by its profile, else by its model, else by its kind", () => {
  const names = { en: "Water probe", zh: "水质探头" };
  expect(nameKind({ names, model: "Y4000", kind: "probe" }, "zh")).toBe("水质探头");
  expect(nameKind({ names: null, model: "Y4000", kind: "probe" }, "zh")).toBe("Y4000");
  expect(nameKind({ names: null, model: null, kind: "probe" }, "zh")).toBe("probe");
});
