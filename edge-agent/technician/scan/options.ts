import { UsageError } from "@weir/config/command-line.ts";
import { duration } from "@weir/config/fields.ts";
import { list, suggest } from "@weir/config/spelling.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { lineOf } from "../../drivers/discover.ts";
import { discoverable, discoverersFor } from "../../drivers/discoverers.ts";
import { type LineSettings, lineSettings } from "../../drivers/driver.ts";
import type { CommandOptions } from "../command.ts";
import { type LineTransport, range, type Space } from "./plan.ts";

export type ScanRequest = {
  readonly transport: LineTransport;
  readonly space: Space;
  readonly timeoutMs: number;
};

/** The usual Modbus port (V1.0b, 4.3.2). */
const modbusPort = 502;
/** Most instruments answer within 100 ms; servers may pass a question on to a slow line. */
const defaultTimeoutMs: Readonly<Record<LineTransport["kind"], number>> = {
  serial: 200,
  rfc2217: 300,
  "raw-tcp": 300,
  tcp: 1000,
};
const kinds = ["serial", "raw-tcp", "rfc2217", "tcp"];
const toBegin = lineOf("9600 8N1");
const parities = ["none", "even", "odd"] as const;

/** What the words of the command line ask for. Throws a UsageError with all that is wrong. */
export function readRequest(
  words: readonly string[],
  options: CommandOptions,
  profiles: readonly Profile[],
): ScanRequest {
  const faults: string[] = [];
  const [kind, place, ...more] = words;
  if (more.length > 0)
    faults.push(`scan ${kind} takes one ${kind === "serial" ? "port" : "host"}; "${more[0]}" is too much`);
  const take = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      faults.push((error as Error).message);
      return undefined;
    }
  };
  const transport = take(() => transportOf(kind, place));
  const bauds = options.baud === undefined ? undefined : take(() => numbersOf("baud", options.baud!, 300, 921_600));
  const units = options.units === undefined ? undefined : take(() => numbersOf("units", options.units!, 0, 255));
  const parity = options.parity === undefined ? undefined : take(() => namesOf("parity", options.parity!, parities));
  const names = discoverable;
  const protocols =
    options.protocols === undefined ? names : take(() => namesOf("protocols", options.protocols!, names));
  const timeoutMs =
    options.timeout === undefined
      ? transport && defaultTimeoutMs[transport.kind]
      : take(() => millisecondsOf(options.timeout!));
  if (transport && !lineSettings(transport) && (bauds || parity))
    faults.push("--baud and --parity are for serial and rfc2217; a raw port has the settings of its serial server");
  if (faults.length > 0) throw new UsageError(...faults);
  return {
    transport: transport!,
    timeoutMs: timeoutMs!,
    space: {
      kind: transport!.kind,
      protocols: Object.fromEntries(
        Object.entries(discoverersFor(profiles)).filter(([name]) => protocols!.includes(name)),
      ),
      ...(bauds && { bauds }),
      ...(parity && { parities: parity as readonly LineSettings["parity"][] }),
      ...(units && { units }),
      all: options.all ?? false,
    },
  };
}

function transportOf(kind: string | undefined, place: string | undefined): LineTransport {
  if (kind === undefined || !kinds.includes(kind))
    throw new UsageError(`scan takes ${list([...kinds, "firmata"])}${kind === undefined ? "" : `, not "${kind}"`}`);
  if (place === undefined)
    throw new UsageError(
      kind === "serial"
        ? "scan serial takes a port, such as /dev/serial/by-id/…; `weir-edge scan` lists those there are"
        : `scan ${kind} takes a host, such as 192.168.1.30${kind === "tcp" ? "" : ":4001"}`,
    );
  if (kind === "serial") return { kind, path: place, ...toBegin };
  const [, host = "", port] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(place) ?? [];
  const number = port === undefined ? (kind === "tcp" ? modbusPort : undefined) : Number(port);
  if (host === "" || number === undefined || number < 1 || number > 65_535)
    throw new UsageError(
      `"${place}" is no host and port; write it as 192.168.1.30:${kind === "tcp" ? modbusPort : 4001}`,
    );
  const where = { host: host.replace(/^\[|\]$/g, ""), port: number };
  return kind === "rfc2217" ? { kind, ...where, ...toBegin } : { kind: kind as "tcp", ...where };
}

/** `1-32,40` or `9600,2400`. */
function numbersOf(name: string, text: string, least: number, most: number): readonly number[] {
  const numbers = text.split(",").flatMap((part) => {
    const [, first, last = first] = /^\s*(\d{1,7})(?:-(\d{1,7}))?\s*$/.exec(part) ?? [];
    return first === undefined ? [Number.NaN] : range(Number(first), Math.min(Number(last), most + 1));
  });
  if (numbers.length > 0 && numbers.every((number) => number >= least && number <= most)) return [...new Set(numbers)];
  const example = name === "units" ? "1-32,40" : "9600,2400";
  throw new UsageError(`--${name} ${text}: expected numbers from ${least} to ${most}, such as ${example}`);
}

function namesOf(option: string, text: string, known: readonly string[]): readonly string[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  for (const name of names)
    if (!known.includes(name)) throw new UsageError(`--${option} "${name}" is not known; ${suggest(name, known)}`);
  return [...new Set(names)];
}

function millisecondsOf(text: string): number {
  const read = duration.safeParse(text);
  if (read.success && read.data >= 10 && read.data <= 60_000) return read.data;
  throw new UsageError(`--timeout ${text}: expected 10ms to 1m, such as 200ms`);
}
