import { formatTable } from "@weir/config/table.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { metricOf } from "./metric.ts";
import { formatRegister, isOnBoard, placeOf } from "./place.ts";
import type {
  Address,
  FirmataAddress,
  LineProfile,
  MeasureStep,
  ModbusProfile,
  Profile,
  ProfilePoint,
  Sdi12Profile,
} from "./schema.ts";
import { isAsked, isText } from "./text/text-lines.ts";

/** A profile as a technician reads it: how the instrument comes, where its values stand, what they mean. */
export function describeProfile(profile: Profile): string {
  const { id, vendor, model, names, kind, source, template } = profile;
  const { heading, remark } = places[profile.protocol];
  const points = profile.points.map((point) => [
    metricOf(point),
    infoOf(point.quantity)?.display ?? "",
    ...placeCells(point.at),
    meaning(point),
    point.write ? `${point.write.min} to ${point.write.max}` : "",
    infoOf(point.quantity)?.zh ?? "",
  ]);
  const states = profile.points.flatMap((point) =>
    point.states ? ["", `${metricOf(point)}:`, ...stateLines(point)] : [],
  );
  const lines = [
    `${id}: ${vendor} ${model}, ${names.en} · ${names.zh}`,
    ...(template ? ["A template: copy the file and fill in what is your device's."] : []),
    `kind ${kind}; shipped as ${linkText(profile)}`,
    paceText(profile),
    ...(profile.protocol === "modbus" ? measureLines(profile) : []),
    `source: ${source}`,
    "",
    formatTable([["metric", "unit", ...heading, "value", "write", "名称"], ...points]),
    "",
    remark,
    ...(profile.protocol === "line" ? messageLines(profile) : []),
    ...states,
  ];
  return lines.join("\n");
}

const meterHeading = ["identifier", "from", "format", "unit byte"];
const places: Readonly<Record<Profile["protocol"], { readonly heading: readonly string[]; readonly remark: string }>> =
  {
    modbus: {
      heading: ["table", "register", "type", "order"],
      remark: "Registers are hex, counted from 0 as on the wire.",
    },
    dlt645: {
      heading: meterHeading,
      remark: "Bytes are counted from 0 behind the identifier; the lowest digits come first.",
    },
    cjt188: {
      heading: meterHeading,
      remark: "Bytes are counted from 0 behind identifier and serial number; the lowest digits come first.",
    },
    sdi12: {
      heading: ["command", "place"],
      remark: "Values are counted from 1 over all data answers to a command.",
    },
    frame: {
      heading: ["from", "type", "order"],
      remark: "Bytes are counted from 0 at the first start byte of the frame.",
    },
    nmea: {
      heading: ["sentence", "field", "as"],
      remark: "Fields are counted from 1 behind the sentence's name; a letter is the type of an XDR transducer.",
    },
    vaisala: { heading: ["message", "key", "as"], remark: "A value with # instead of its unit letter is none." },
    firmata: {
      heading: ["place", "how"],
      remark: "A0 is the first analog input; pins are counted as printed on the board.",
    },
    line: { heading: ["message", "group", "number"], remark: "Groups are those of the message's pattern." },
    opcua: {
      heading: ["node", "type"],
      remark: "Browse names lead from the instrument's own node down; * stands for any characters.",
    },
  };

function placeCells(at: Address): readonly string[] {
  if ("table" in at) return [at.table, formatRegister(at.register), at.type, at.order];
  if (isOnBoard(at)) return [placeOf(at), boardText(at)];
  if ("command" in at) return [at.command, String(at.value)];
  if ("sentence" in at) return [placeOf(at), String(at.field ?? at.transducer), at.as ?? ""];
  if ("key" in at) return [at.message, at.key, at.as ?? ""];
  if ("message" in at) return [at.message, at.group, at.words ? "words" : at.number];
  if ("node" in at) return [placeOf(at), at.type];
  if ("type" in at) return [String(at.from), at.type, at.order];
  const format = at.format ?? `${at.bytes} bytes`;
  const unit = "unit" in at && at.unit ? `${at.unit.at}, as ${at.unit.as}` : "";
  return [placeOf(at), String(at.from), "signed" in at && at.signed ? `± ${format}` : format, unit];
}

function boardText(at: FirmataAddress): string {
  if ("analog" in at) return at.take === "last" ? "" : `${at.take} over ${at.over / 1000} s`;
  if ("digital" in at)
    return [at.pull_up ? "pull-up" : "", at.steady > 0 ? `steady ${at.steady} ms` : ""].filter(Boolean).join(", ");
  if ("bytes" in at) return `${at.bytes} bytes${at.signed ? ", signed" : ""}${at.bits ? `, ${at.bits} bits` : ""}`;
  if ("sensor" in at) return "computed by johnny-five";
  return "one_wire" in at ? "DS18B20" : "";
}

function linkText(profile: Profile): string {
  if (profile.protocol === "firmata")
    return `${profile.firmware.names.join(" or ")} ${profile.firmware.version} or later`;
  if (profile.protocol === "opcua") {
    const namespaces = Object.entries(profile.namespaces).map(([prefix, uri]) => `${prefix}: ${uri}`);
    return namespaces.length === 0
      ? "nodes of an OPC UA server"
      : `nodes of an OPC UA server, ${namespaces.join(", ")}`;
  }
  const { baud, parity, stop_bits } = profile.link;
  const bits = "data_bits" in profile.link ? `, ${profile.link.data_bits} data bits` : "";
  const line = `${baud} baud${bits}, parity ${parity}, ${stop_bits} stop`;
  return profile.protocol === "modbus" ? `unit ${profile.link.unit}, ${line}` : line;
}

function paceText(profile: Profile): string {
  const period = `read every ${profile.every / 1000} s`;
  if (profile.protocol === "modbus")
    return `${period}, at most ${profile.registers_per_read} registers at once, pause ${profile.gap} ms`;
  if (profile.protocol === "firmata")
    return `${period}, analog inputs reported every ${profile.sampling / 1000} s, ${profile.adc_bits} bits`;
  if (profile.protocol === "sdi12") return `${period}; ${commandsText(profile)}`;
  if (profile.protocol === "frame")
    return `${period}; ${profile.request ? `asked with ${profile.request}` : "speaks by itself"}, frames begin with ${profile.answer.start}`;
  if (isText(profile)) return isAsked(profile) ? `${period}, pause ${profile.gap} ms` : `${period}; speaks by itself`;
  if (profile.protocol === "opcua")
    return profile.sampling === undefined ? period : `${period}, watched every ${profile.sampling / 1000} s`;
  return `${period}, one request an identifier after ${profile.wake_up} wake-up bytes, pause ${profile.gap} ms`;
}

function commandsText({ commands }: Sdi12Profile): string {
  return Object.entries(commands)
    .map(([name, { values, crc }]) => `${name} gives ${values} values${crc ? " with check characters" : ""}`)
    .join(", ");
}

function messageLines({ messages }: LineProfile): string[] {
  return Object.entries(messages).map(
    ([name, { send, pattern }]) => `  ${name}: ${send === undefined ? "" : `${JSON.stringify(send)} gives `}${pattern}`,
  );
}

function meaning({ bit, mask, scale, offset, decimals, states }: ProfilePoint): string {
  return [
    ...(bit === undefined ? [] : [`bit ${bit}`]),
    ...(mask === undefined ? [] : [`mask 0x${mask.toString(16).toUpperCase()}`]),
    ...(scale === 1 ? [] : [`× ${scale}`]),
    ...(decimals ? [`decimals in ${decimals.table} ${formatRegister(decimals.register)}`] : []),
    ...(offset === 0 ? [] : [`${offset < 0 ? "−" : "+"} ${Math.abs(offset)}`]),
    ...(states ? ["state"] : []),
  ].join(" ");
}

function stateLines({ states }: ProfilePoint): string[] {
  return Object.entries(states ?? {}).map(([raw, { value, en, zh }]) => {
    return `  raw ${raw} is ${value}: ${en} · ${zh}`;
  });
}

function measureLines({ measure }: ModbusProfile): string[] {
  if (!measure) return [];
  const warmUp = measure.warm_up === undefined ? [] : [`after power-up: wait ${measure.warm_up / 1000} s`];
  const steps = [...measure.start.map(stepText), "read the points", ...measure.stop.map(stepText)];
  return [...warmUp, `each time: ${steps.join(", ")}`];
}

function stepText(step: MeasureStep): string {
  if ("wait" in step) return `wait ${step.wait / 1000} s`;
  if ("read" in step)
    return `read ${step.read.count} of ${step.read.table} ${formatRegister(step.read.register)} as a command`;
  return `write ${step.write.values.join(" ")} to ${step.write.table} ${formatRegister(step.write.register)}`;
}
