import { expect, test } from "vitest";
import { quantities } from "../quantities.ts";
import { faultCode, faultTexts, stateCode, updateFaults, updateStates } from "./update-state.ts";

test("every state and every fault has its number in the vocabulary, in both languages, and no number is left over", () => {
  const words = (name: "firmware_state" | "firmware_fault") => Object.entries(quantities[name].states ?? {});
  expect(words("firmware_state").map(([code]) => Number(code))).toEqual(updateStates.map(stateCode));
  expect(words("firmware_fault").map(([code]) => Number(code))).toEqual(updateFaults.map(faultCode));
  expect(words("firmware_state").map(([, { en }]) => en.replace("on ", "").replace(" ", "-"))).toEqual([
    ...updateStates,
  ]);
  for (const fault of updateFaults) expect(faultTexts[fault].en === "").toBe(fault === "none");
});
