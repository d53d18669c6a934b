import { say } from "@weir/wire/sentences.ts";
import { expect, test } from "vitest";
import { causes, sayCause } from "./causes.ts";

test.each(Object.values(causes))("$en is said in Chinese", ({ en, zh }) => {
  expect(sayCause(en, "zh")).toBe(zh);
  expect(sayCause(en, "en")).toBe(en);
  expect(new Set(zh.match(/\{\w+\}/g))).toEqual(new Set(en.match(/\{\w+\}/g)));
});

test("what is counted stands in both languages, and so does what SQLite says of a disk", () => {
  expect(sayCause(say(causes.parked, { counted: 3, found: 2 }), "zh")).toBe("隔离区计有 3 条记录，完好的有 2 条");
  expect(sayCause("database or disk is full", "zh")).toBe("磁盘已满");
  expect(sayCause("something new", "zh")).toBe("something new");
});
