import fc from "fast-check";
import { expect, test } from "vitest";
import { joinRefusals, refusal, sayRefusal } from "./refusal.ts";

const reasons = [
  refusal("time", { metric: "ph", at: 7_961_414_400_000 }),
  refusal("old", { metric: "voltage/l1", at: "2020-01-01T00:00:00.000Z", days: 365 }),
  refusal("quality", { metric: "ph", value: null, quality: "good" }),
  refusal("number", { metric: "ph", value: Number.POSITIVE_INFINITY }),
  refusal("state", { metric: "pump_on", value: 0.5 }),
  refusal("nameLength", { length: 201 }),
  refusal("nameControl", { name: '"a\\u0001"' }),
  refusal("nameEnd", { name: '"a\\\\"' }),
  refusal("owner", { device: "sonde", owner: "gw-1" }),
  refusal("influx", { words: "field type conflict" }),
  refusal("spoilt", {}),
];

test.each(reasons)("%j is said in Chinese, with what it is about", (reason) => {
  const said = sayRefusal(reason, "zh");
  expect(said).toMatch(/\p{Script=Han}/u);
  expect(said).not.toMatch(/[{}]|undefined/);
  expect(sayRefusal(reason, "en")).toBe(reason);
});

test("what a sentence is about stands in both languages", () => {
  expect(sayRefusal(reasons[0]!, "zh")).toBe("ph：时间 7961414400000 不是 1970 至 2200 年之间的毫秒数");
  expect(sayRefusal(reasons[8]!, "zh")).toBe(
    "sonde 属于在线网关 gw-1；请为其另取标识，或将其从 gw-1 的 edge.yaml 中移除",
  );
});

test("of several reasons the first is said, and how many more there are", () => {
  expect(joinRefusals(reasons.slice(0, 1))).toBe(reasons[0]);
  const joined = joinRefusals(reasons.slice(3, 6));
  expect(joined).toBe("ph: Infinity is not a number (and 2 more)");
  expect(sayRefusal(joined, "zh")).toBe("ph：Infinity 不是数值（另有 2 条）");
});

test("what another host says is left as it is", () => {
  expect(sayRefusal("no such tenant", "zh")).toBe("no such tenant");
});

test("no reason, however written, makes it throw or take long", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(...reasons).chain((reason) => fc.string().map((end) => reason + end)),
  );
  fc.assert(fc.property(text, (reason) => void sayRefusal(reason, "zh")));
});

test("whatever a metric is called, its sentence comes back with that name", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z_/0-9]{1,30}$/), fc.double(), (metric, value) => {
      const said = sayRefusal(refusal("state", { metric, value }), "zh");
      expect(said).toBe(`${metric}：${value} 不是状态值；状态值必须是整数`);
    }),
  );
});
