import { expect, test } from "vitest";
import { cut, formatTable, width, wrap } from "./table.ts";

test("a Chinese character takes two columns, a full-width bracket too, a combining mark none", () => {
  expect(width("pH 值")).toBe(5);
  expect(width("（模板）")).toBe(8);
  expect(width("m³/h °C –")).toBe(9);
  expect(width("e\u0301")).toBe(1);
});

test("columns line up under Chinese text, and no line ends in blanks", () => {
  expect(
    formatTable([
      ["名称", "b"],
      ["x", "1"],
      ["yy", ""],
    ]),
  ).toBe("名称  b\nx     1\nyy");
});

test("a text that is too wide is cut and says so; half a Chinese character is never shown", () => {
  expect(cut("水位", 4)).toBe("水位");
  expect(cut("河道水位", 7)).toBe("河道..");
  expect(cut("level", 4)).toBe("le..");
  expect(cut("level", 1)).toBe(".");
  expect(cut("level", 0)).toBe("");
});

test("a long text is broken at blanks, Chinese between characters, and what has no blank where it must", () => {
  expect(wrap("no answer; check A and B", 11)).toEqual(["no answer;", "check A and", "B"]);
  expect(wrap("检查接线和地址", 6)).toEqual(["检查接", "线和地", "址"]);
  expect(wrap("/dev/serial/by-id", 6)).toEqual(["/dev/s", "erial/", "by-id"]);
  expect(wrap("", 6)).toEqual([]);
});
