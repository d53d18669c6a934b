import { rmSync, writeFileSync } from "node:fs";
import { makeRotation } from "@weir/wire/firmware/keys.ts";
import { newSigner } from "@weir/wire/firmware/test-bundle.ts";
import { afterAll, describe, expect, test } from "vitest";
import { type JudgeOptions, judgeBundle } from "./judge.ts";
import { bundleText, signers, testGateway } from "./test-ground.ts";

const gateway = testGateway();
afterAll(() => rmSync(gateway.folder, { recursive: true }));

const now = Date.parse("2026-11-27T12:00:00Z");
const usual: JudgeOptions = { config: gateway, memory: { rotations: [], floors: {} }, now, clockTrusted: true };
const faultsOf = (device: string, text: string, changes: Partial<JudgeOptions> = {}) => {
  const judged = judgeBundle(device, text, { ...usual, ...changes });
  return "faults" in judged ? judged.faults : [];
};

describe("a bundle at a gateway", () => {
  test("is taken for a node of its kind on a line that is reached byte by byte", () => {
    const judged = judgeBundle("well", bundleText(), usual);
    expect(judged).toMatchObject({ target: { device: { id: "well" }, bus: { name: "line" } }, warnings: [] });
  });

  test.each([
    ["nowhere", bundleText(), ["this gateway has no device nowhere"]],
    ["chamber", bundleText(), ["it is for a WEIR-LEVEL, and chamber is a WEIR-GAS"]],
    ["far-well", bundleText(), [expect.stringMatching(/far-well is no node on a serial line/)]],
    ["well", bundleText().slice(0, 3000), ["it is no bundle: not JSON, or cut off"]],
    ["well", "x".repeat(70_000), [expect.stringMatching(/70000 bytes, and a bundle has at most 60000/)]],
    ["well", "{}", ["it is no bundle of format 1, but undefined"]],
  ])("for %s is refused with what is wrong", (device, text, faults) => {
    expect(faultsOf(device, text)).toEqual(faults);
  });

  test("that somebody else has signed anew is refused, role by role", () => {
    const stranger = { release: newSigner(), fleet: newSigner() };
    const faults = faultsOf("well", bundleText([1, 2, 0], { by: stranger }));
    expect(faults).toEqual([
      expect.stringMatching(/^release: key \w+ is not trusted here; trusted are \w+ \(makers\)$/),
      expect.stringMatching(/^fleet: key \w+ is not trusted here; trusted are \w+ \(works\)$/),
    ]);
  });

  test("older than what was confirmed here on this kind of node is refused, and on another kind that says nothing", () => {
    const memory = (floors: Record<string, string>) => ({ memory: { rotations: [], floors } });
    expect(
      faultsOf("well", bundleText(), memory({ "weir/1/1": "1.2.0", "weir/1/2": "2.0.0", "weir/2/1": "2.0.0" })),
    ).toEqual([]);
    expect(faultsOf("well", bundleText(), memory({ "weir/1/1": "1.2.1" }))).toEqual([
      expect.stringMatching(/is older than 1\.2\.1, which has been confirmed here/),
    ]);
  });

  test("is held against keys that have taken another's place, as remembered", () => {
    const next = newSigner();
    const rotation = makeRotation(signers.fleet, next, {
      role: "fleet",
      name: "works 2",
      at: "2026-12-01T00:00:00.000Z",
    });
    const memory = { rotations: [rotation], floors: {} };
    expect(faultsOf("well", bundleText([1, 2, 0], { by: { ...signers, fleet: next } }), { memory })).toEqual([]);
    expect(faultsOf("well", bundleText(), { memory })).toEqual([
      expect.stringMatching(/^fleet: key \w+ is not trusted/),
    ]);
  });

  test("is refused where nothing is to be installed, and where the file of trusted keys is not one", () => {
    const { firmware: _, ...without } = gateway;
    expect(faultsOf("well", bundleText(), { config: without })).toEqual([
      expect.stringMatching(/installs no firmware/),
    ]);
    const keys = `${gateway.folder}/broken`;
    writeFileSync(keys, "release me\n");
    const config = { ...gateway, firmware: { ...gateway.firmware!, keys } };
    expect(() => judgeBundle("well", bundleText(), { ...usual, config })).toThrow(/broken:1: not `<release\|fleet>/);
  });
});
