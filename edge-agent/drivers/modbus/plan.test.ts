import { registersOf } from "@weir/device-profiles/decode.ts";
import type { ModbusAddress } from "@weir/device-profiles/schema.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { msPerByteAt } from "../line-timing.ts";
import { countLimit, longestMs, type PlannedRead, type PlanOptions, planReads, predictMs } from "./plan.ts";

const serial = { msPerByte: msPerByteAt(9600), overheadMs: 30 };
const network = { msPerByte: 0, overheadMs: 5 };
const plain: PlanOptions = {
  registersPerRead: 125,
  holes: true,
  budgetMs: 300,
  timing: network,
  startsAnew: () => false,
  unsupported: [],
};
const input = (register: number, type: ModbusAddress["type"] = "u16"): ModbusAddress => ({
  table: "input",
  register,
  type,
  order: "ABCD",
});
const shape = (reads: readonly PlannedRead[]) => reads.map(({ request }) => [request.start, request.count]);

const register = fc.integer({ min: 0, max: 400 });
const address: fc.Arbitrary<ModbusAddress> = fc.oneof(
  fc.record({
    table: fc.constantFrom("input", "holding"),
    register,
    type: fc.constantFrom("u16", "i32", "f32", "f64"),
    order: fc.constant("ABCD"),
  }),
  fc.record({
    table: fc.constantFrom("coil", "discrete"),
    register,
    type: fc.constant("bit"),
    order: fc.constant("ABCD"),
  }),
) as fc.Arbitrary<ModbusAddress>;
const addresses = fc.array(address, { minLength: 1, maxLength: 60 });
const options: fc.Arbitrary<PlanOptions> = fc.record({
  registersPerRead: fc.integer({ min: 1, max: 125 }),
  holes: fc.boolean(),
  budgetMs: fc.constantFrom(60, 150, 300),
  timing: fc.constantFrom(serial, network),
  startsAnew: fc.constantFrom(
    () => false,
    (a: ModbusAddress) => a.register % 7 === 0,
  ),
  unsupported: fc.array(address, { maxLength: 4 }),
});

describe("the request planner", () => {
  test("asks for every address once and whole, except those known to be unsupported", () => {
    fc.assert(
      fc.property(addresses, options, (asked, options) => {
        const got = planReads(asked, options).flatMap(({ request, values }) =>
          values.map(({ index, address, offset }) => {
            expect(address).toBe(asked[index]);
            expect(request.table).toBe(address.table);
            expect(request.start + offset).toBe(address.register);
            expect(offset + registersOf(address.type)).toBeLessThanOrEqual(request.count);
            return index;
          }),
        );
        const wanted = asked.flatMap((a, i) =>
          options.unsupported.some((u) => u.table === a.table && u.register === a.register) ? [] : [i],
        );
        expect(got.sort((a, b) => a - b)).toEqual(wanted);
      }),
    );
  });

  test("keeps to the limits of protocol, profile and bus time, unless one value alone is larger", () => {
    fc.assert(
      fc.property(addresses, options, (asked, options) => {
        for (const { request, values } of planReads(asked, options)) {
          if (values.length === 1) continue;
          expect(request.count).toBeLessThanOrEqual(countLimit(request.table, options.registersPerRead));
          expect(predictMs(request, options.timing)).toBeLessThanOrEqual(longestMs(options));
        }
      }),
    );
  });

  test("never reads a register that nobody asked for when holes are not allowed", () => {
    fc.assert(
      fc.property(addresses, options, (asked, options) => {
        const named = new Set(
          asked.flatMap((a) => Array.from({ length: registersOf(a.type) }, (_, i) => `${a.table} ${a.register + i}`)),
        );
        for (const { request } of planReads(asked, { ...options, holes: false }))
          for (let i = 0; i < request.count; i++) expect(named).toContain(`${request.table} ${request.start + i}`);
      }),
    );
  });

  test("never reads across the first register of an unsupported value", () => {
    fc.assert(
      fc.property(addresses, options, (asked, options) => {
        for (const { request, values } of planReads(asked, options))
          for (const { table, register } of options.unsupported) {
            if (table !== request.table || values.length === 1) continue;
            const starts = values.map(({ address }) => address.register);
            const inside = register > Math.min(...starts) && register <= Math.max(...starts);
            expect(inside).toBe(false);
          }
      }),
    );
  });

  test("never costs more predicted bus time than one request per address", () => {
    fc.assert(
      fc.property(addresses, options, (asked, options) => {
        const cost = (reads: readonly PlannedRead[]) =>
          reads.reduce((sum, { request }) => sum + predictMs(request, options.timing), 0);
        const alone = asked.flatMap((a) => planReads([a], options));
        expect(cost(planReads(asked, options))).toBeLessThanOrEqual(cost(alone) + 1e-6);
      }),
    );
  });

  test("a hole is read when that is quicker than another request, and not when it is slower", () => {
    const pair = [input(0), input(20)];
    expect(shape(planReads(pair, { ...plain, timing: serial }))).toEqual([[0, 21]]);
    expect(shape(planReads([input(0), input(60)], { ...plain, timing: serial }))).toEqual([
      [0, 1],
      [60, 1],
    ]);
    expect(shape(planReads([input(0), input(60)], plain))).toEqual([[0, 61]]);
  });

  test("a slow device gets longer requests, since each one costs its delay", () => {
    const slow = { ...serial, overheadMs: 400 };
    expect(shape(planReads([input(0), input(60)], { ...plain, timing: slow }))).toEqual([[0, 61]]);
  });

  test("30 floats in a row are one request, and none is split where the limit cuts", () => {
    const floats = Array.from({ length: 30 }, (_, i) => input(i * 2, "f32"));
    expect(shape(planReads(floats, plain))).toEqual([[0, 60]]);
    expect(shape(planReads(floats, { ...plain, registersPerRead: 25 })).every(([, count]) => count! % 2 === 0)).toBe(
      true,
    );
  });
});
