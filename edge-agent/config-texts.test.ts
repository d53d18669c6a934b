import { expect, test } from "vitest";
import { configSentences, sayConfigFault } from "./config-texts.ts";

const slotsOf = (text: string) => new Set(text.match(/\{\w+\}/g));
const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, "<$1>");

test.each(configSentences)("$en is about the same in both languages, and is not taken for another", ({ en, zh }) => {
  expect(slotsOf(zh)).toEqual(slotsOf(en));
  expect(sayConfigFault(filled(en), "zh")).toBe(filled(zh));
  expect(sayConfigFault(filled(en), "en")).toBe(filled(en));
});

test("what a schema describes stays English behind the sentence in Chinese", () => {
  expect(sayConfigFault("is missing (a list); add it. Lines and hosts.", "zh")).toBe(
    "缺失（列表）；请添加。Lines and hosts.",
  );
});
