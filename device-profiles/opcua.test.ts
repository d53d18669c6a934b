import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import { parseProfile } from "./load.ts";
import { escapeName, fitsStep, parseNodeText } from "./opcua.ts";
import { parseNodeValues, rawOf } from "./opcua-values.ts";

const pump = (points: string, rest = "") => `model: P1
vendor: Test
names: { en: pump, zh: 泵 }
domain: pipe
kind: pump
source: made up for tests
protocol: opcua
namespaces: { own: "urn:test:pump" }
${rest}
points:
${points}
`;
const flow = "  - { quantity: pipe_flow, at: { node: own:Process/Flow, type: Float } }";
const faultsOf = (text: string) => {
  const read = parseProfile(text, "pipe/test-pump.yaml");
  return "faults" in read ? read.faults.map(({ path, message }) => `${path.join(".")}: ${message}`) : [];
};

describe("a profile of an OPC UA instrument", () => {
  test("says by example what a server gives and what that comes to, status and all", () => {
    const text = pump(
      `${flow}
  - { quantity: valve_state, at: { node: State, type: UInt16 }, mask: 3, states: { 1: { value: 1, en: open, zh: 开 } } }
  - { quantity: pipe_pressure, at: { node: Levels, element: 1 }, scale: 1000 }`,
      `examples:
  - note: running
    values: "own:Process/Flow = Float 12.3 | State = UInt16 5 | Levels = Double [0.1, 0.25]"
    samples: { pipe_flow: 12.3, valve_state: 1, pipe_pressure: 250 }
  - note: the sensor is broken
    values: "own:Process/Flow = BadSensorFailure | State = UInt16 5"
    samples: { pipe_flow: null, valve_state: 1 }`,
    );
    expect(faultsOf(text)).toEqual([]);
    expect(faultsOf(text.replace("Float 12.3", "Float 12.4"))).toEqual([
      "examples.0.samples.pipe_flow: 12.3 is expected, the values give 12.4; mend the bytes or the point",
    ]);
  });

  test("refuses numbers of namespaces, unknown prefixes, and parts of values that may be written", () => {
    const points = `  - { quantity: pipe_flow, at: { node: "ns=2;s=Flow" } }
  - { quantity: pipe_pressure, at: { node: my:Flow } }
  - { quantity: level, at: { node: Levels, element: 1 }, write: { min: 0, max: 1 } }`;
    expect(faultsOf(pump(points, "examples: []")).join(" ")).toMatch(
      /ns=2;s=Flow": a number of a namespace may change.*has no "my".*part of a value cannot be written/,
    );
  });

  test("a value that the server doubts is uncertain, and says so", () => {
    const read = parseProfile(
      pump(flow, 'examples: [{ note: n, values: "own:Process/Flow = Float 1", samples: { pipe_flow: 1 } }]'),
      "pipe/x.yaml",
    );
    if ("faults" in read) throw new Error(JSON.stringify(read.faults));
    const readings = evaluate(read.value, parseNodeValues("own:Process/Flow = Float 2.5 UncertainLastUsableValue"));
    expect(readings).toMatchObject([{ value: 2.5, quality: "uncertain", why: "doubted" }]);
  });

  test("an example says of which values it is to be doubted, no more and no less", () => {
    const example = (status: string, uncertain: string) =>
      pump(
        flow,
        `examples: [{ note: n, values: "own:Process/Flow = Float 1${status}", samples: { pipe_flow: 1 }${uncertain} }]`,
      );
    const doubted = " UncertainSensorNotAccurate";
    expect(faultsOf(example(doubted, ", uncertain: [pipe_flow]"))).toEqual([]);
    expect(faultsOf(example(doubted, "")).join()).toMatch(/its value is uncertain; name it in uncertain/);
    expect(faultsOf(example("", ", uncertain: [pipe_flow]")).join()).toMatch(
      /its value is good; take it out of uncertain/,
    );
    expect(faultsOf(example("", ", uncertain: [ph]")).join()).toMatch(/ph is not among the samples/);
  });
});

describe("where a node is", () => {
  test("is a node id with the URI of its namespace, or browse names from a starting node down", () => {
    expect(parseNodeText('nsu=urn:a;s="DB"."Flow=1"')).toEqual({ namespace: "urn:a", id: 's="DB"."Flow=1"' });
    expect(parseNodeText("i=2258")).toEqual({ id: "i=2258" });
    expect(parseNodeText("nsu=urn:codesys;s=|var|PLC.App.x/y:z")).toMatchObject({ namespace: "urn:codesys" });
    expect(parseNodeText("Pumps/own:P&/1/F*", { own: "urn:a" })).toEqual({
      steps: [
        { name: "Pumps", isPattern: false },
        { namespace: "urn:a", name: "P/1", isPattern: false },
        { name: "F*", isPattern: true },
      ],
    });
  });

  test.each(["", "a//b", "i=", "i=99999999999", "nsu=urn:a;g=12", "a:b:c"])("%j is refused", (text) => {
    expect(() => parseNodeText(text)).toThrow(RangeError);
  });

  test("any browse name, escaped, is found by itself and by a pattern made of it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 12 }), fc.nat(), (name, at) => {
        if (/^[isgb]=|^(nsu|ns|svr)=/s.test(name)) return;
        const parsed = parseNodeText(escapeName(name));
        expect(parsed).toEqual({ steps: [{ name, isPattern: false }] });
        const cut = at % (name.length + 1);
        expect(fitsStep({ name: `${name.slice(0, cut)}*`, isPattern: true }, name)).toBe(true);
      }),
    );
  });

  test("no text makes the parser throw anything but a RangeError", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseNodeText(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

describe("the raw number of a server's value", () => {
  test.each([
    [{ type: "Boolean", value: true }, undefined, 1],
    [{ type: "Float", value: Math.fround(230.2) }, undefined, 230.2],
    [{ type: "Int64", value: 5_000_000_000 }, undefined, 5_000_000_000],
    [{ type: "Double", value: [1, 2] }, 1, 2],
    [{ type: "Double", value: [1, 2] }, 2, undefined],
    [{ type: "Double", value: [1, 2] }, undefined, Number.NaN],
    [{ type: "String", value: "12" }, undefined, Number.NaN],
    [{}, undefined, Number.NaN],
  ])("%j [%s] is %s", (value, element, raw) => {
    expect(rawOf(value, element)).toEqual(raw);
  });
});
