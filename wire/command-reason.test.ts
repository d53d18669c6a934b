import { expect, test } from "vitest";
import { commandReason, sayCommandReason } from "./command-reason.ts";

const reasons = [
  commandReason("notConnected", { gateway: "city/gw-1" }),
  commandReason("noAnswer", {}),
  commandReason("tooLate", {}),
  commandReason("longLife", { minutes: 30, most: 10 }),
  commandReason("ofGateway", { metric: "lamp_on" }),
  commandReason("noFirmware", {}),
  commandReason("noDevice", { device: "lamp-1" }),
  commandReason("noMetric", { device: "lamp-1", metric: "ph", writable: "lamp_on" }),
  commandReason("readOnly", { device: "lamp-1", metric: "voltage", writable: "lamp_on, dim_level" }),
  commandReason("nothingWritable", { device: "lamp-1" }),
  commandReason("outside", { quantity: "dim_level", min: 0, max: 100, value: 101 }),
  commandReason("noState", { quantity: "lamp_on", states: "0, 1", value: 2 }),
  commandReason("noDecimals", { code: "timeout" }),
  commandReason("noReadBack", { metric: "lamp_on", code: "timeout" }),
];

test.each(reasons)("%j is said in Chinese, with what it is about", (reason) => {
  const said = sayCommandReason(reason, "zh");
  expect(said).toMatch(/\p{Script=Han}/u);
  expect(said).not.toMatch(/[{}]|undefined/);
  expect(sayCommandReason(reason, "en")).toBe(reason);
});

test("no reason is taken for another", () => {
  expect(new Set(reasons.map((reason) => sayCommandReason(reason, "zh"))).size).toBe(reasons.length);
  expect(sayCommandReason(reasons[10]!, "zh")).toBe("dim_level 可取 0 至 100，不能是 101");
  expect(sayCommandReason(reasons[11]!, "zh")).toBe("lamp_on 可取 0, 1，不能是 2");
});

test("what a driver says of its instrument is left as it is", () => {
  const said = "unit 3, write of holding 5: no answer; check power";
  expect(sayCommandReason(said, "zh")).toBe(said);
});
