import fc from "fast-check";
import { expect, test } from "vitest";
import { say, tellerOf } from "./sentences.ts";

const silent = { en: "no answer; check power", zh: "无应答；请检查电源" } as const;
const place = { en: "unit {unit}, {request}", zh: "站号 {unit}，{request}" } as const;
const read = { en: "read of {what}", zh: "读 {what}" } as const;
const owned = {
  en: "{device} belongs to {owner}; take it out of {owner}",
  zh: "{device} 属于 {owner}；请从 {owner} 移除",
} as const;
const tell = tellerOf([place, read, silent, owned]);
const inChinese = (text: string) => tell(text, "zh");

test("a sentence is said with what it is about, in either language", () => {
  expect(say(place, { unit: 3, request: "ping" })).toBe("unit 3, ping");
  expect(inChinese("unit 3, ping")).toBe("站号 3，ping");
});

test("a sentence inside a sentence is said in Chinese too", () => {
  expect(inChinese(say(place, { unit: 3, request: say(read, { what: "holding 7" }) }))).toBe("站号 3，读 holding 7");
});

test("a sentence behind a place and a colon is found, whatever the place is, and so is its place where that is one", () => {
  expect(inChinese("10.0.0.1:502: no answer; check power")).toBe("10.0.0.1:502：无应答；请检查电源");
  expect(inChinese("unit 3, read of 7: no answer; check power")).toBe("站号 3，读 7：无应答；请检查电源");
});

test("sentences behind semicolons are found one by one", () => {
  expect(inChinese("Bad: no answer; check power; no answer; check power")).toBe(
    "Bad：无应答；请检查电源；无应答；请检查电源",
  );
});

test("what stands twice must be the same twice", () => {
  expect(inChinese("a belongs to b; take it out of b")).toBe("a 属于 b；请从 b 移除");
  expect(inChinese("a belongs to b; take it out of c")).toBe("a belongs to b; take it out of c");
});

test("what is no sentence of ours stays as it is", () => {
  expect(inChinese("connect ECONNREFUSED")).toBe("connect ECONNREFUSED");
});

test("no text makes it throw, and what is in a slot comes through as it was", () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom(": ", "; ", silent.en, "unit ", ", read of "));
  fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => void inChinese(pieces.join(""))));
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z0-9$&{}\\. -]{0,30}$/), (what) => {
      expect(inChinese(say(read, { what }))).toBe(`读 ${what}`);
    }),
  );
});
