import { UsageError } from "@weir/config/command-line.ts";
import type { PortSettings } from "../port.ts";
import { type Assignment, factoryAddress } from "./plan.ts";

export const commissionHelp = `weir-firmware commission: who is on a line, and an address for each

  weir-firmware commission --port <port>                       every node: serial number, kind, address; what is double
  weir-firmware commission <serial>=<address>… --port <port>   gives addresses, and reads each node back there
  weir-firmware commission --from <address> --port <port>      the first free addresses for those that have none of their own

Nodes leave the factory at address ${factoryAddress}, 19200 bit/s, even parity. They are found by their serial numbers, however many are at one
address, among other instruments, which are not disturbed. An address that somebody answers at is not given again.

<port> is /dev/serial/by-id/…, COM3, a serial server (host:port), or proxy:host:port: the Modbus proxy of a weir-edge that goes
on polling this line meanwhile (in its edge.yaml: proxy: { listen: …, write: true }).

  --serial <n>        the one node of the line that has no serial number gets this one, for good
  --new-speed <rate>  the nodes that were given an address talk at this speed from then on, …
  --new-parity <p>    … and with this parity: none, even or odd
  --labels <file>     a label for each: .pdf or .png; <serial>=<address>/<point> names its sensing point
  --line-speed <rate> what the line talks at now; 19200 unless given
  --parity <parity>   even unless given
  --wait <ms>         how long an answer may take to begin; 100 unless given: more for slow radio links
  --json              one event a line

Examples
  weir-firmware commission --port /dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0
  weir-firmware commission 100231=5/WELL-017 100232=6/WELL-018 --labels wells.pdf --port /dev/ttyUSB0
  weir-firmware commission --from 10 --new-speed 9600 --new-parity none --port 10.20.1.7:4001

Exit code: 0 all nodes can be told apart, and what was asked for was done and read back; 1 not so: the last lines say why and which
node has what; 2 the command was not understood.`;

/** `100231=5/WELL-017`: a serial number, an address, and the code of a sensing point for its label. */
export type Order = Assignment & { readonly point?: string };

/** Throws a UsageError that names every one that is wrong. */
export function parseOrders(words: readonly string[]): readonly Order[] {
  const faults: string[] = [];
  const seen = new Set<number>();
  const orders = words.flatMap((word): Order[] => {
    const [, number, at, point] = /^(\d+)=(\d+)(?:\/(.+))?$/.exec(word) ?? [];
    const [serial, address] = [Number(number), Number(at)];
    if (number === undefined) {
      faults.push(`${word}: an order is <serial>=<address>, such as 100231=5, or 100231=5/WELL-017 for its label`);
      return [];
    }
    if (!isSerial(serial)) faults.push(`${word}: a serial number is a whole number from 1 to 4294967294`);
    if (address < 1 || address > factoryAddress)
      faults.push(
        `${word}: an address is a whole number from 1 to ${factoryAddress - 1}, or ${factoryAddress}, the factory's`,
      );
    if (seen.has(serial)) faults.push(`${word}: ${serial} is given two addresses`);
    seen.add(serial);
    return [{ serial, address, ...(point !== undefined && { point }) }];
  });
  if (faults.length > 0) throw new UsageError(...faults);
  return orders;
}

export const isSerial = (serial: number): boolean => Number.isInteger(serial) && serial >= 1 && serial <= 0xfffffffe;

/** Throws a UsageError. */
export function parseSerial(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || !isSerial(Number(text)))
    throw new UsageError(`--serial is a whole number from 1 to 4294967294, not ${text}`);
  return Number(text);
}

/** That a node takes, bit/s. */
export const speeds: readonly number[] = [2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200];

/** What the nodes shall talk at; undefined when nothing of it is given. Throws a UsageError. */
export function newSettings(
  speed: string | undefined,
  parity: string | undefined,
  now: PortSettings,
): PortSettings | undefined {
  if (speed === undefined && parity === undefined) return undefined;
  const baud = speed === undefined ? now.baud : Number(speed);
  const faults: string[] = [];
  if (!speeds.includes(baud)) faults.push(`--new-speed is one of ${speeds.join(", ")}, not ${speed}`);
  if (parity !== undefined && parity !== "none" && parity !== "even" && parity !== "odd")
    faults.push(`--new-parity is none, even or odd, not ${parity}`);
  if (faults.length > 0) throw new UsageError(...faults);
  return { baud, parity: (parity ?? now.parity) as PortSettings["parity"] };
}
