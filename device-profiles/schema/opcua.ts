import { duration } from "@weir/config/fields.ts";
import { z } from "zod";
import { opcuaTypes } from "../opcua.ts";
import { head, identity, note, pace, part, samples, scaling, trust, writeLimits } from "./parts.ts";

/** Where a value stands in an OPC UA server. */
export const opcuaAddress = z.strictObject({
  node: z
    .string('write the node in quotes, such as "Measurements/Flow"')
    .min(1)
    .describe(
      "Browse names from the instrument's own node down (`Measurements/own:Flow`; `*` stands for any characters and must lead to one node), or a node id with the URI of its namespace (`nsu=urn:acme:pump;s=Flow`).",
    ),
  type: z
    .enum(opcuaTypes)
    .default("Double")
    .describe("As the document says, for checks and simulators. Reading and writing go by what the server says."),
  element: z.int().min(0).max(0xffff).optional().describe("Where the value is an array: this element, counted from 0."),
});

export const opcuaPoint = z.strictObject({
  ...identity,
  at: opcuaAddress.describe("Where the value stands."),
  ...part,
  ...scaling,
  ...trust,
  write: z
    .strictObject({
      ...writeLimits,
    })
    .optional()
    .describe("Present: the point may be written within these limits, in the quantity's unit."),
});

export const opcuaExample = z.strictObject({
  note,
  values: z
    .string()
    .describe(
      "`Measurements/Flow = Float 12.5 | State = Int32 3 | Level = Double 1.9 Uncertain | pH = BadSensorFailure`: the node as in `at`, what the server gives (built-in type and value, an array in brackets), and its status where that is not Good.",
    ),
  samples,
  uncertain: z
    .array(z.string())
    .optional()
    .describe("The metrics among them whose value is uncertain, because of its status or because it is implausible."),
});

/** What an OPC UA server shows of one instrument. */
export const opcuaProfile = z.strictObject({
  ...head,
  protocol: z.literal("opcua").describe("What the instrument speaks: OPC UA, or a server that speaks for it."),
  namespaces: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, "use a short word such as own or di"),
      z.string().min(1).describe("URI of the namespace."),
    )
    .prefault({})
    .describe(
      "Prefixes for browse names: `own: urn:acme:pump`. A name without prefix is found in whatever namespace it is.",
    ),
  sampling: duration
    .optional()
    .describe("How often the server looks for a change; the point's own period when left out."),
  timeout: duration.prefault("5s").describe("How long to wait for an answer."),
  every: pace.every,
  points: z.array(opcuaPoint).min(1).describe("The values of the instrument, one entry each."),
  examples: z
    .array(opcuaExample)
    .min(1)
    .describe("What a server gives and what that must come to. The test suite runs every one."),
});
