import { expect, test } from "vitest";
import type { LinkErrorCode } from "./driver.ts";
import { faultOf } from "./modbus/fault.ts";
import { faultSentences, sayFault } from "./say-fault.ts";

const slotsOf = (text: string) => new Set(text.match(/\{\w+\}/g));
const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, "<$1>");

test.each(faultSentences)("$en is about the same in both languages", ({ en, zh }) => {
  expect(slotsOf(zh)).toEqual(slotsOf(en));
  expect(zh).toMatch(/[\p{Script=Han}（）]/u);
});

test.each(faultSentences)("$en is not taken for another sentence", ({ en, zh }) => {
  expect(sayFault(filled(en), "zh")).toBe(filled(zh));
  expect(sayFault(filled(en), "en")).toBe(filled(en));
});

test.each(faultSentences.filter(({ en }) => !en.startsWith("{")))(
  "$en is found behind the place where it happened",
  ({ en, zh }) => {
    expect(sayFault(`10.0.0.9:502: ${filled(en)}`, "zh")).toBe(`10.0.0.9:502：${filled(zh)}`);
  },
);

const codes: readonly LinkErrorCode[] = ["timeout", "crc", "frame", "mismatch", "exception-2", "exception-99"];

test.each(codes)("%s of a Modbus device is said whole: who, what was asked, what to check next", (code) => {
  const { message } = faultOf(code, 7, { kind: "read", table: "holding", start: 40, count: 2 });
  expect(sayFault(message, "zh")).toMatch(
    /^站号 7，读 holding 40-41：[^a-z]*(A\/B|CRC|Modbus|timeout|table|base|gap|input|holding|[^a-z])*$/u,
  );
});

test("what an operating system says stays as it is", () => {
  expect(sayFault("connect EPROTO 10.0.0.9:502", "zh")).toBe("connect EPROTO 10.0.0.9:502");
});
