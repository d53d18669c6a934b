import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern } from "./pattern.ts";

const match = (pattern: string, text: string) => compilePattern(pattern).match(text);

describe("a pattern", () => {
  test("gives what its named groups hold", () => {
    const rain = "Acc +(?<acc>[\\d.]+) mm, EventAcc +(?<event>[\\d.]+) mm";
    expect(match(rain, "Acc  0.01 mm, EventAcc 0.25 mm, TotalAcc 1.5 mm")).toEqual({ acc: "0.01", event: "0.25" });
    expect(compilePattern(rain).names).toEqual(["acc", "event"]);
  });

  test("gives undefined for a group that took no part, and an empty text for one that was empty", () => {
    expect(match("Q,(?<angle>\\d*),(?<speed>\\d+)(,(?<more>x))?", "Q,,002")).toEqual({
      angle: "",
      speed: "002",
      more: undefined,
    });
  });

  test("knows control characters and the upper half of ISO 8859-1", () => {
    expect(match("\\x02(?<t>-?\\d+)°C\\x03", "\x02-5\xb0C\x03")).toEqual({ t: "-5" });
  });

  test.each([
    ["(?=a)", /only \(\?<name>…\)/],
    ["(a", /not closed at character 1/],
    ["a)", /a \) without its \(/],
    ["*a", /nothing to repeat before \*/],
    ["a**", /a second quantifier/],
    ["(?<a>x)(?<a>y)", /the name a stands here twice/],
    ["\\b", /\\b is not known here/],
    ["[z-a]", /upwards/],
    ["[a", /the \[ is not closed/],
    ["a{5,2}", /is no count/],
    ["温度", /ISO 8859-1/],
    ["((((a{200}){200})))", /repeats too much/],
    ["a".repeat(501), /at most 500/],
  ])("%s is refused with a reason", (pattern, why) => {
    expect(() => compilePattern(pattern)).toThrow(why);
  });

  test("that would keep a backtracking engine busy for years is done at once", () => {
    const startedAt = performance.now();
    for (const pattern of ["(?:a+)+$", "(?:a|a)*b", ".*.*.*.*.*.*x", "(?:a?){100}a{100}"])
      match(pattern, `${"a".repeat(510)}!`);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  const letter = fc.constantFrom("a", "b", "1", ",", " ", ".");
  const atom = fc.oneof(
    fc.constantFrom(
      "a",
      "b",
      "1",
      ",",
      " ",
      "\\.",
      ".",
      "\\d",
      "\\w",
      "\\s",
      "[ab]",
      "[^a1]",
      "[a-b.]",
      "(?:ab|a)",
      "(?:1|,b)",
    ),
    fc.constantFrom("(?<NAME>a)", "(?<NAME>\\d+)", "(?<NAME>b|ab)", "(?<NAME>.*?)", "(?<NAME>[^,]*)"),
  );
  const quantifier = fc.constantFrom("", "", "", "?", "*", "+", "{2}", "{0,2}", "+?", "*?", "{1,}");
  /** A repeated group that may be empty has no meaning that engines agree on. */
  const piece = fc.tuple(atom, quantifier).map(([part, count]) => (/\*/.test(part) ? part : part + count));
  const pattern = fc
    .tuple(
      fc.constantFrom("", "", "^"),
      fc.array(piece, { maxLength: 6 }),
      fc.array(piece, { maxLength: 3 }),
      fc.constantFrom("", "$"),
    )
    .map(([head, parts, others, tail]) => {
      let n = 0;
      const text = `${head}${parts.join("")}${tail}${others.length > 0 ? `|${others.join("")}` : ""}`;
      return text.replaceAll("NAME", () => `g${n++}`);
    });

  test("finds what the engine of the language finds", () => {
    fc.assert(
      fc.property(pattern, fc.array(letter, { maxLength: 12 }), (source, letters) => {
        const text = letters.join("");
        const expected = new RegExp(source).exec(text);
        const found = match(source, text);
        expect(found && { ...found }).toEqual(expected ? { ...expected.groups } : undefined);
      }),
      { numRuns: 5000 },
    );
  });

  test("is compiled or refused with a RangeError, whatever its text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 40 }), (source, text) => {
        try {
          match(source, text);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
