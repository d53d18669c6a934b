import type { Fault } from "@weir/config/fault.ts";
import { suggest } from "@weir/config/spelling.ts";
import { type Quantity, type QuantityInfo, quantities } from "@weir/wire/quantities.ts";
import { checkAnswer, checkCommand, checkCommands, checkFrameField } from "./check-answer.ts";
import { checkExamples } from "./check-examples.ts";
import { checkBoardPins, checkBoardPoint } from "./check-firmata.ts";
import { checkGroup, checkMessages, checkUnits } from "./check-text.ts";
import { registersOf } from "./decode.ts";
import { limits } from "./encode.ts";
import { fieldBytes } from "./field.ts";
import { metricOf } from "./metric.ts";
import { parseNodeText } from "./opcua.ts";
import { bitsOf, isOnBoard, placeOf } from "./place.ts";
import { cjt188Point } from "./schema/cjt188.ts";
import { dlt645Point } from "./schema/dlt645.ts";
import { firmataPoint } from "./schema/firmata.ts";
import { framePoint, frameProfile } from "./schema/frame.ts";
import { linePoint } from "./schema/line.ts";
import { modbusPoint, modbusProfile } from "./schema/modbus.ts";
import { nmeaPoint } from "./schema/nmea.ts";
import { opcuaPoint, opcuaProfile } from "./schema/opcua.ts";
import { sdi12Point, sdi12Profile } from "./schema/sdi12.ts";
import { vaisalaPoint } from "./schema/vaisala.ts";
import type {
  Address,
  Cjt188Address,
  Dlt645Address,
  FirmataPoint,
  FrameProfile,
  LinePoint,
  ModbusAddress,
  ModbusPoint,
  NmeaPoint,
  OpcuaPoint,
  Profile,
  ProfilePoint,
  Sdi12Profile,
  VaisalaPoint,
} from "./schema.ts";

type Fail = (path: Fault["path"], message: string) => void;
type Head = {
  readonly base: number;
  readonly registersPerRead: number;
  readonly commands: Sdi12Profile["commands"] | undefined;
  readonly answer: FrameProfile["answer"] | undefined;
  /** Of a line profile: the groups of each message. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly namespaces: Readonly<Record<string, string>>;
};

const pointSchemas = {
  modbus: modbusPoint,
  dlt645: dlt645Point,
  cjt188: cjt188Point,
  sdi12: sdi12Point,
  frame: framePoint,
  nmea: nmeaPoint,
  vaisala: vaisalaPoint,
  line: linePoint,
  firmata: firmataPoint,
  opcua: opcuaPoint,
} satisfies Readonly<Record<Profile["protocol"], unknown>>;

/** What the schema cannot see: names that do not exist, fields that contradict each other. Parts that the schema refuses are left out. */
export function checkParts(input: unknown): readonly Fault[] {
  const faults: Fault[] = [];
  if (typeof input !== "object" || input === null) return faults;
  const fields = input as Record<string, unknown>;
  const head: Head = {
    base: fields.base === 1 ? 1 : 0,
    registersPerRead: modbusProfile.shape.registers_per_read.safeParse(fields.registers_per_read).data ?? 125,
    commands: sdi12Profile.shape.commands.safeParse(fields.commands).data,
    answer: frameProfile.shape.answer.safeParse(fields.answer).data,
    groups:
      fields.protocol === "line"
        ? checkMessages(fields, (path, message) => faults.push({ path, message }))
        : new Map<string, readonly string[]>(),
    namespaces: opcuaProfile.shape.namespaces.safeParse(fields.namespaces).data ?? {},
  };
  const seen = new Map<string, number>();
  (Array.isArray(fields.points) ? fields.points : []).forEach((given: unknown, i) => {
    const fail: Fail = (path, message) => faults.push({ path: ["points", i, ...path], message });
    checkName(given, i, seen, fail);
    const parsed = pointSchemas[fields.protocol as Profile["protocol"]]?.safeParse(given);
    if (parsed?.success) checkPoint(parsed.data, head, fail);
  });
  if (fields.protocol === "modbus") checkMeasure(fields, head, (path, message) => faults.push({ path, message }));
  const failIn = (key: string) => (path: Fault["path"], message: string) => {
    faults.push({ path: [key, ...path], message });
  };
  if (fields.protocol === "firmata") checkBoardPins(fields.points, (path, message) => faults.push({ path, message }));
  if (fields.protocol === "sdi12" && head.commands) checkCommands(head.commands, failIn("commands"));
  if (fields.protocol === "frame" && head.answer) checkAnswer(head.answer, failIn("answer"));
  checkExamples(input, (path, message) => faults.push({ path, message }));
  return faults;
}

function checkName(given: unknown, i: number, seen: Map<string, number>, fail: Fail): void {
  const { quantity, channel } = (given ?? {}) as { quantity?: unknown; channel?: unknown };
  if (typeof quantity !== "string") return;
  if (!Object.hasOwn(quantities, quantity)) {
    const near = suggest(quantity, Object.keys(quantities));
    const remedy = near.startsWith("did") ? near : "take a name of wire/quantities.ts, or add one there";
    fail(["quantity"], `"${quantity}" is not in the vocabulary; ${remedy}`);
  }
  const metric = metricOf(typeof channel === "string" ? { quantity, channel } : { quantity });
  const first = seen.get(metric);
  if (first === undefined) seen.set(metric, i);
  else fail(["quantity"], `${metric} is already the metric of points.${first}; give one of them another channel`);
}

function checkPoint(point: ProfilePoint, head: Head, fail: Fail): void {
  const failAt: Fail = (path, message) => fail(["at", ...path], message);
  const { at } = point;
  if ("table" in at) checkPlace(at, head, failAt);
  else if (isOnBoard(at)) checkBoardPoint(point as FirmataPoint, fail);
  else if ("di" in at) checkField(at, failAt);
  else if ("node" in at) checkNode(at.node, head, failAt);
  else if ("command" in at) head.commands && checkCommand(at, head.commands, failAt);
  else if ("group" in at) checkGroup(point as LinePoint, head.groups, fail);
  else if ("sentence" in at || "message" in at) checkUnits(point as NmeaPoint | VaisalaPoint, fail);
  else if (head.answer) checkFrameField(at, head.answer, failAt);
  if (point.decimals) checkPlace(point.decimals, head, (path, message) => fail(["decimals", ...path], message));
  checkBits(point, fail);
  checkRaw(point, fail);
  checkStates(point, fail);
  if ("table" in point.at) checkWrite(point as ModbusPoint, fail);
  if ("node" in point.at) checkNodeWrite(point as OpcuaPoint, fail);
}

function checkNode(node: string, { namespaces }: Head, fail: Fail): void {
  try {
    parseNodeText(node, namespaces);
  } catch (error) {
    fail(["node"], (error as RangeError).message);
  }
}

function checkNodeWrite({ at, write, bit, mask }: OpcuaPoint, fail: Fail): void {
  if (!write) return;
  if (write.min > write.max) fail(["write"], "min must not be above max");
  if (bit !== undefined || mask !== undefined || at.element !== undefined)
    fail(["write"], "a part of a value cannot be written without its neighbours; leave write out");
}

function checkField(at: Dlt645Address | Cjt188Address, fail: Fail): void {
  const last = at.from + fieldBytes(at) - 1;
  if ("unit" in at && at.unit && at.unit.at >= at.from && at.unit.at <= last)
    fail(["unit", "at"], `byte ${at.unit.at} belongs to the value itself, bytes ${at.from} to ${last}`);
  if ("signed" in at && at.signed && at.format === undefined)
    fail(["signed"], "only decimal digits carry a sign; leave signed out, or give format instead of bytes");
}

function checkPlace(at: ModbusAddress, head: Head, fail: Fail): void {
  const bits = at.table === "coil" || at.table === "discrete";
  if (bits && at.type !== "bit") fail(["type"], `${at.table} holds bits; use type: bit`);
  if (!bits && at.type === "bit")
    fail(["type"], `${at.table} holds registers; use type: u16 with \`bit\` for one bit of a register`);
  checkRange(at.register, registersOf(at.type), head, fail);
  if (registersOf(at.type) > head.registersPerRead)
    fail(
      ["type"],
      `${at.type} takes ${registersOf(at.type)} registers, but registers_per_read is ${head.registersPerRead}`,
    );
}

function checkRange(register: number, count: number, { base }: Head, fail: Fail): void {
  if (register < base)
    fail(["register"], `${register} is before the first register; \`base: ${base}\` counts from ${base}`);
  if (register - base + Math.max(1, count) > 0x10000)
    fail(
      ["register"],
      `${register} runs past the last register, ${0xffff + base}; a 4xxxx or 3xxxx prefix is the table, not the number`,
    );
}

function checkBits({ at, bit, mask }: ProfilePoint, fail: Fail): void {
  const width = bitsOf(at);
  const name = nameOf(at);
  if (bit !== undefined && mask !== undefined) fail(["mask"], "bit and mask exclude each other; keep one");
  if (width === undefined || width > 32) {
    const remedy = remedies[protocolOf(at)];
    for (const key of ["bit", "mask"] as const)
      if ({ bit, mask }[key] !== undefined) fail([key], `${name} has no bits; ${remedy}`);
    return;
  }
  if (bit !== undefined && bit >= width) fail(["bit"], `${name} has bits 0 to ${width - 1}`);
  if (mask !== undefined && mask > 2 ** width - 1)
    fail(["mask"], `${name} has ${width} bits; use at most 0x${(2 ** width - 1).toString(16).toUpperCase()}`);
}

const remedies = {
  modbus: "use type u16, i16, u32 or i32",
  frame: "use a u or an i type",
  meter: "use bytes, 1 to 4",
  sdi12: "leave it out",
  text: "use number: hex",
  opcua: "use a whole-number type of up to 32 bits, such as UInt16",
};

function protocolOf(at: Address): keyof typeof remedies {
  if ("table" in at) return "modbus";
  if ("di" in at) return "meter";
  if ("sentence" in at || "message" in at) return "text";
  if ("node" in at) return "opcua";
  return "command" in at ? "sdi12" : "frame";
}

function nameOf(at: Address): string {
  if (isOnBoard(at)) return placeOf(at);
  if ("type" in at) return at.type;
  return "di" in at ? (at.format ?? `${at.bytes} bytes`) : "a decimal number";
}

function checkRaw(point: ProfilePoint, fail: Fail): void {
  if (point.valid && point.valid.min >= point.valid.max) fail(["valid"], "min must be below max");
  if (!("table" in point.at)) return;
  const { type } = point.at;
  if (type === "f32" || type === "f64") return;
  const [low, high] = limits[type];
  const top = type === "i16" || type === "i32" || type === "i64" ? 2 * high + 1 : high;
  point.invalid.forEach((pattern, i) => {
    if (!Number.isInteger(pattern) || pattern < low || pattern > top)
      fail(["invalid", i], `${type} never holds ${pattern}; give a number or bit pattern that it can hold`);
  });
}

function checkStates(point: ProfilePoint, fail: Fail): void {
  const info: QuantityInfo | undefined = quantities[point.quantity as Quantity];
  if (info?.kind === "state" && point.deadband)
    fail(["deadband"], `${point.quantity} is a state: every change is reported; leave deadband out`);
  if (!point.states) return;
  if (info && info.kind !== "state")
    fail(["states"], `${point.quantity} is a ${info.kind}; states need a quantity of kind state`);
  if (point.scale !== 1 || point.offset !== 0 || point.decimals)
    fail(["states"], "states name raw numbers; leave scale, offset and decimals out");
}

function checkWrite(point: ModbusPoint, fail: Fail): void {
  if (!point.write) return;
  const { at, write } = point;
  if (at.table === "input" || at.table === "discrete")
    fail(["write"], `${at.table} cannot be written; only coil and holding can`);
  if (write.min > write.max) fail(["write"], "min must not be above max");
  if (point.bit !== undefined || point.mask !== undefined)
    fail(["write"], "a part of a register cannot be written without its neighbours; leave write out");
  if (write.function === "single" && registersOf(at.type) > 1)
    fail(["write", "function"], `${at.type} takes ${registersOf(at.type)} registers; use function: multiple`);
  if (point.states || point.decimals) return;
  for (const end of ["min", "max"] as const) {
    const raw = (write[end] - point.offset) / point.scale;
    const [low, high] = limits[at.type];
    if (raw < low || raw > high)
      fail(["write", end], `${write[end]} would be raw ${raw}; ${at.type} carries ${low} to ${high}`);
  }
}

function checkMeasure(fields: Record<string, unknown>, head: Head, fail: Fail): void {
  const parsed = modbusProfile.shape.measure.safeParse(fields.measure);
  if (!parsed.success || !parsed.data) return;
  const { warm_up = 0, start, stop } = parsed.data;
  let busy = warm_up;
  for (const [name, steps] of [
    ["start", start],
    ["stop", stop],
  ] as const) {
    steps.forEach((step, i) => {
      const at = ["measure", name, i];
      if ("wait" in step) busy += step.wait;
      else if ("read" in step)
        checkRange(step.read.register, step.read.count, head, (path, message) =>
          fail([...at, "read", ...path], message),
        );
      else {
        const { register, values, multiple, table } = step.write;
        checkRange(register, values.length, head, (path, message) => fail([...at, "write", ...path], message));
        if (!multiple && values.length !== 1)
          fail([...at, "write", "values"], `a single write takes one value, not ${values.length}; add multiple: true`);
        if (table === "coil" && values.some((value) => value > 1)) fail([...at, "write", "values"], "a coil is 0 or 1");
      }
    });
  }
  const every = modbusProfile.shape.every.safeParse(fields.every).data;
  if (every !== undefined && busy >= every)
    fail(["every"], `warm-up and waits take ${busy} ms, longer than the poll period of ${every} ms; poll less often`);
}
