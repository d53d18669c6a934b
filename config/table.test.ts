import { expect, test } from "vitest";
import { formatTable, width } from "./table.ts";

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
