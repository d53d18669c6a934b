import { metricOf } from "@weir/device-profiles/metric.ts";
import type { Sdi12Profile } from "@weir/device-profiles/schema.ts";
import type { Hearing, Speaker } from "./line-bus.ts";
import type { SpeakerOptions } from "./speakers.ts";

/** Seconds that a measurement is promised to take; a C takes all of them, an M asks for service sooner. */
const promisedSeconds = 2;
const serviceAfterMs = 900;
/** Characters of values in one data answer (SDI-12 1.4, 4.4.6.1): after M, and after C or R. */
const roomAfterM = 35;
const roomAfterC = 75;

const bang = 0x21;

/** A measurement that was made or is being made. */
type Measured = {
  readonly from: number;
  readonly kind: string;
  readonly crc: boolean;
  readonly values: readonly string[];
};

/**
 * An SDI-12 sensor behind an adapter that makes the breaks: identifies itself, measures (M with a service request, C, R), with
 * check characters where asked. As the standard wants it, a break, which comes before every command on the line, aborts an M that
 * runs, and another command to the sensor a C that runs; then the data answer is empty.
 */
export function sdi12Speaker({ name, profile, address = "0", show, monotonic }: SpeakerOptions): Speaker | undefined {
  if (profile.protocol !== "sdi12") return undefined;
  let measured: Measured | undefined;

  const isRunning = () => measured !== undefined && monotonic() < measured.from;

  function answer(body: string): Hearing["reply"] | { readonly reply: Uint8Array; readonly later?: Hearing["later"] } {
    if (isRunning()) measured = undefined;
    if (body === "") return line(address);
    if (body === "I") return line(`${address}13${field("WEIRSIM", 8)}${field(profile.model, 6)}1.0`);
    const data = /^D(\d)$/.exec(body);
    if (data) return line(checked(address + (parts(measured)[Number(data[1])] ?? ""), measured?.crc ?? false));
    const [, kind = "", crc = "", number = ""] = /^([MCR])(C?)(\d?)$/.exec(body) ?? [];
    if (kind === "") return undefined;
    const values = valuesOf(profile as Sdi12Profile, kind + number, show);
    if (kind === "R") return line(values.length === 0 ? address : checked(address + values.join(""), crc !== ""));
    return start({ kind, crc: crc !== "", values });
  }

  function start(begun: Omit<Measured, "from">): { readonly reply: Uint8Array; readonly later?: Hearing["later"] } {
    const { kind, values } = begun;
    const width = kind === "M" ? 1 : 2;
    if (values.length === 0) return { reply: line(`${address}000${"0".repeat(width)}`) };
    const takesMs = kind === "M" ? serviceAfterMs : 1000 * promisedSeconds - 200;
    const own: Measured = { ...begun, from: monotonic() + takesMs };
    measured = own;
    const reply = line(`${address}00${promisedSeconds}${String(values.length).padStart(width, "0")}`);
    if (kind !== "M") return { reply };
    return { reply, later: { afterMs: serviceAfterMs, say: () => (measured === own ? line(address) : undefined) } };
  }

  return {
    name,
    hear: (heard) => {
      const end = heard.indexOf(bang);
      if (end < 0) return heard.length > 64 ? { consumed: heard.length } : "more";
      const command = Buffer.from(heard.subarray(0, end))
        .toString("latin1")
        .replace(/^[^0-9A-Za-z?]+/, "");
      const consumed = end + 1;
      if (command[0] !== address && command !== "?") {
        if (measured?.kind === "M" && isRunning()) measured = undefined;
        return { consumed };
      }
      const said = answer(command.slice(1));
      if (said === undefined) return { consumed };
      return said instanceof Uint8Array ? { consumed, reply: said } : { consumed, ...said };
    },
  };
}

/** Every value that a command gives; those that no point names are 0. */
function valuesOf(profile: Sdi12Profile, command: string, show: (metric: string) => number): readonly string[] {
  const count = profile.commands[command]?.values ?? 0;
  return Array.from({ length: count }, (_, i) => {
    const point = profile.points.find(({ at }) => at.command === command && at.value === i + 1);
    return told(point ? (show(metricOf(point)) - point.offset) / point.scale : 0);
  });
}

/** A sign and at most seven digits, four of them decimals at most. */
function told(value: number): string {
  const whole = String(Math.trunc(Math.abs(value))).length;
  const digits = Math.abs(value).toFixed(Math.max(0, Math.min(4, 7 - whole)));
  const text = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return (value < 0 && Number(text) !== 0 ? "-" : "+") + text;
}

/** What the data answers hold, one after the other. */
function parts(measured: Measured | undefined): readonly string[] {
  const room = measured?.kind === "M" ? roomAfterM : roomAfterC;
  const answers: string[] = [];
  for (const value of measured?.values ?? []) {
    const last = answers.at(-1);
    if (last !== undefined && last.length + value.length <= room) answers[answers.length - 1] = last + value;
    else answers.push(value);
  }
  return answers;
}

function field(text: string, width: number): string {
  return text.slice(0, width).padEnd(width);
}

function line(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(`${text}\r\n`, "latin1"));
}

function checked(text: string, wanted: boolean): string {
  return wanted ? text + checkCharacters(text) : text;
}

/** CRC-16/ARC by its table, three characters of six bits each. */
export function checkCharacters(text: string): string {
  const crc = [...Buffer.from(text, "latin1")].reduce((sum, byte) => (sum >>> 8) ^ table[(sum ^ byte) & 0xff]!, 0);
  return [12, 6, 0].map((shift) => String.fromCharCode(0x40 + ((crc >>> shift) & 0x3f))).join("");
}

const table = Array.from({ length: 256 }, (_, byte) => {
  let entry = byte;
  for (let bit = 0; bit < 8; bit++) entry = entry % 2 === 1 ? Math.floor(entry / 2) ^ 0xa001 : entry / 2;
  return entry;
});
