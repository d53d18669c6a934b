import { readSdi12Answer } from "@weir/device-profiles/sdi12.ts";
import type { LinkError, LinkErrorCode, Reader } from "../driver.ts";
import { faultOf } from "./fault.ts";

/** What a sensor promises when a measurement starts: `atttn` or `atttnn`. Not to be trusted: it carries no check characters. */
export type Promised = { readonly seconds: number; readonly values: number };

/** What a sensor says of itself: `allccccccccmmmmmmvvvxxx…`, blanks around its names taken off. */
export type Identity = {
  readonly address: string;
  /** Of SDI-12: `13` is 1.3. */
  readonly version: string;
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  readonly rest: string;
};

/** `D0` to sensor 3 → the bytes of `3D0!`. */
export function encodeCommand(address: string, body: string): Uint8Array {
  return Uint8Array.from(Buffer.from(`${address}${body}!`, "latin1"));
}

/** The answer to M, MC, C and CC with their numbers. */
export function promiseReader(address: string, body: string): Reader<Promised> {
  const form = body.startsWith("M") ? /^(.)(\d{3})(\d)$/ : /^(.)(\d{3})(\d\d)$/;
  return lineReader(address, body, (line) => {
    const [, who, seconds, values] = form.exec(line) ?? [];
    return who === address ? { seconds: Number(seconds), values: Number(values) } : undefined;
  });
}

/** The answer to D and R. find throws a LinkError `crc` when it is there and its check characters do not fit. */
export function valuesReader(address: string, body: string, crc: boolean): Reader<readonly number[]> {
  return lineReader(address, body, (line) => {
    if (line === address) return [];
    const answer = readSdi12Answer(line, crc);
    if (!("fault" in answer)) return answer.address === address ? answer.values : undefined;
    if (answer.fault === "crc" && line.startsWith(address)) throw faultOf("crc", address, body);
    return undefined;
  });
}

/** What a sensor says by itself when an M is ready before its time: its address. */
export function serviceReader(address: string): Reader<string> {
  return lineReader(address, "", (line) => (line === address ? line : undefined));
}

/** The answer to `a!`. */
export function acknowledgeReader(address: string): Reader<string> {
  return serviceReader(address);
}

/** The answer to `?!`: the address of the only sensor on the line. */
export function addressReader(): Reader<string> {
  return lineReader("?", "", (line) => (/^[0-9a-zA-Z]$/.test(line) ? line : undefined));
}

/** The answer to `aI!`. */
export function identityReader(address: string): Reader<Identity> {
  return lineReader(address, "I", (line) => {
    const [, who, version = "", vendor = "", model = "", firmware = "", rest = ""] =
      /^(.)(\d\d)([ -~]{8})([ -~]{6})([ -~]{3})([ -~]{0,13})$/.exec(line) ?? [];
    if (who !== address) return undefined;
    const [maker, name, edition, more] = [vendor, model, firmware, rest].map((text) => text.trim());
    return { address, version, vendor: maker!, model: name!, firmware: edition!, rest: more! };
  });
}

/** An answer is 80 characters at most (SDI-12 1.4, 4.4.6.1); one that is not told from noise by then is none. */
const longestLine = 128;

/**
 * Finds the first line that `parse` takes. The command itself, which adapters echo, and what a break leaves behind (NUL and other
 * unprintable bytes) are taken off the head of a line; anything else before an answer makes it none.
 */
function lineReader<T>(address: string, body: string, parse: (line: string) => T | undefined): Reader<T> {
  const command = `${address}${body}!`;

  function clean(line: string): string {
    const echo = line.indexOf(command);
    return (echo < 0 ? line : line.slice(echo + command.length)).replace(/^[^!-~]+/, "");
  }

  function diagnose(bytes: Uint8Array): LinkErrorCode {
    const lines = textOf(bytes).split("\n");
    const heard = lines.map((line) => clean(line.replace(/\r$/, ""))).filter((line) => line !== "");
    if (heard.length === 0) return "timeout";
    return heard.every((line) => /^[0-9a-zA-Z]([+-].*|\d*)$/.test(line) && line[0] !== address) ? "mismatch" : "frame";
  }

  return {
    find: (bytes) => {
      let from = 0;
      for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
        const stop = bytes[end - 1] === 13 ? end - 1 : end;
        if (stop <= from) {
          from = end + 1;
          continue;
        }
        const line = clean(textOf(bytes.subarray(Math.max(from, stop - longestLine), stop)));
        const value = parse(line);
        if (value !== undefined) return { value, end: end + 1 };
        from = end + 1;
      }
      return undefined;
    },
    fault: (bytes): LinkError => faultOf(diagnose(bytes), address, body),
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
