import { describe, expect, test } from "vitest";
import { pickLanguage } from "./language.ts";
import { speak, type Word, words } from "./words.ts";

const namesIn = (text: string) => [...new Set([...text.matchAll(/\{(\w+)(?=[:}])/g)].map((match) => match[1]))].sort();

describe("the dictionary", () => {
  test.each(Object.keys(words) as Word[])("%s is said in both languages and fills in the same things", (word) => {
    const { en, zh } = words[word];
    expect(en.trim()).not.toBe("");
    expect(zh.trim()).not.toBe("");
    expect(namesIn(zh)).toEqual(namesIn(en));
  });

  test("one is not said as many", () => {
    const say = speak("en");
    expect(say("countDevices", { n: 1 })).toBe("1 device");
    expect(say("countDevices", { n: 2 })).toBe("2 devices");
    expect(speak("zh")("countDevices", { n: 1 })).toBe("1 台设备");
  });

  test("what is filled in is taken as it is, braces and all", () => {
    expect(speak("en")("via", { gateway: "{age} $& x" })).toBe("via {age} $& x");
  });
});

test.each([
  [null, ["zh-TW", "en"], "zh"],
  [null, ["de", "zh-CN"], "zh"],
  [null, ["de"], "en"],
  [null, ["en-GB", "zh"], "en"],
  ["zh", ["en"], "zh"],
  ["klingon", ["en"], "en"],
] as const)("chosen %j and preferred %j speak %s", (chosen, preferred, language) => {
  expect(pickLanguage(chosen, preferred)).toBe(language);
});
