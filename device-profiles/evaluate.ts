import { decodeFrameField } from "./binary-frame.ts";
import { decodeRegisters, registersOf } from "./decode.ts";
import { decodeField } from "./field.ts";
import type { BoardReports } from "./firmata-values.ts";
import type { Frames } from "./frames.ts";
import { type Interpreted, interpret, type Why } from "./interpret.ts";
import { metricOf } from "./metric.ts";
import { type NodeValues, type OpcuaValue, rawOf, severityOf } from "./opcua-values.ts";
import { isOnBoard, placeOf } from "./place.ts";
import { bytesAt, type Registers } from "./registers.ts";
import type { Address, ModbusAddress, Profile, ProfilePoint } from "./schema.ts";
import type { Dialogue } from "./sdi12.ts";
import type { TextLines } from "./text/text-lines.ts";

/**
 * What an instrument holds: Modbus registers, the answers of a meter, those of an SDI-12 sensor, a frame of its own, lines of text, the
 * reports of a board, or the values of an OPC UA server.
 */
export type Content =
  | Registers
  | Frames
  | Dialogue
  | { readonly frame: Uint8Array }
  | TextLines
  | BoardReports
  | NodeValues;

/** What one point of a profile says about a given content. `missing` names the first address that is not in it. */
export type Reading = {
  readonly point: ProfilePoint;
  readonly metric: string;
  readonly raw?: number;
  readonly missing?: string;
} & Interpreted;

/** In words for a technician: what a Why means and what to look at. */
export const whyText: Record<Why, string> = {
  "not-a-number":
    "the bytes are no number (NaN, infinity, broken BCD or FF, an empty field, a unit of another kind); check type, order and format",
  "no-value": "the device says that it has no value (pattern in `invalid`)",
  "outside-valid": "the raw number is outside `valid`",
  "no-such-state": "`states` does not name this raw number",
  decimals: "the register of decimals does not hold 0 to 9",
  implausible: "outside the plausible range of the quantity; check type, order and scale",
  "bad-status": "the server says that it has no good value",
  doubted: "the server itself doubts the value",
};

/** Reads every point of the profile out of a given content, in the profile's order. Pure; never throws. */
export function evaluate(profile: Profile, content: Content): readonly Reading[] {
  return profile.points.map((point) => {
    const metric = metricOf(point);
    const missing = [point.at, ...(point.decimals ? [point.decimals] : [])].find(
      (at) => rawAt(at, content) === undefined,
    );
    if (missing) return { point, metric, value: null, quality: "bad", missing: placeOf(missing) };
    const severity = severityOf(nodeAt(point.at, content)?.status ?? "Good");
    if (severity === "bad") return { point, metric, value: null, quality: "bad", why: "bad-status" };
    const raw = rawAt(point.at, content)!;
    const decimals = point.decimals && rawAt(point.decimals, content);
    const interpreted = interpret(point, raw, decimals);
    const doubted = severity === "uncertain" && interpreted.quality === "good";
    return { point, metric, raw, ...interpreted, ...(doubted && { quality: "uncertain", why: "doubted" }) };
  });
}

function rawAt(at: Address, content: Content): number | undefined {
  if ("table" in at) return "holding" in content ? registerAt(at, content) : undefined;
  if (isOnBoard(at)) return "reported" in content ? content.reported(at) : undefined;
  if ("command" in at) return "valuesOf" in content ? content.valuesOf(at.command)?.[at.value - 1] : undefined;
  if ("sentence" in at || "message" in at) return "rawOf" in content ? content.rawOf(at) : undefined;
  if ("node" in at) {
    const found = nodeAt(at, content);
    return found && rawOf(found, at.element);
  }
  if (!("di" in at)) return "frame" in content ? decodeFrameField(content.frame, at) : undefined;
  const data = "dataOf" in content ? content.dataOf(at.di) : undefined;
  return data && decodeField(data, at);
}

function nodeAt(at: Address, content: Content): OpcuaValue | undefined {
  return "node" in at && "valueAt" in content ? content.valueAt(at) : undefined;
}

function registerAt(at: ModbusAddress, registers: Registers): number | undefined {
  if (at.type === "bit") return registers[at.table].get(at.register);
  const bytes = bytesAt(registers[at.table], at.register, registersOf(at.type));
  return bytes && decodeRegisters(bytes, at);
}
