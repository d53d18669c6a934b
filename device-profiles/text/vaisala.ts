import type { VaisalaAddress, VaisalaProfile } from "../schema.ts";
import type { Dialect } from "./dialect.ts";
import { inUnit, plainNumber } from "./units.ts";

/** Check characters of Vaisala's ASCII and of SDI-12 1.4: CRC-16 (poly A001, start 0), six bits a character. */
export function crcCharacters(text: string): string {
  let crc = 0;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return String.fromCharCode(0x40 | (crc >> 12), 0x40 | ((crc >> 6) & 0x3f), 0x40 | (crc & 0x3f));
}

/** The query for a message: `0R1`, or with check characters `0r1Goe`; then CR LF. WXT530 user guide, polling. */
export function vaisalaQuery(address: string, message: string, checksum: VaisalaProfile["checksum"]): string {
  if (checksum === "none") return `${address}${message}\r\n`;
  const query = `${address}${message.toLowerCase()}`;
  return `${query}${crcCharacters(query)}\r\n`;
}

type Value = { readonly value: number; readonly letter: string };

/**
 * `0R1,Dn=236D,Sm=1.0M`, or with check characters `0r1,…LFj`. A value with # instead of its unit is none. A line in which
 * anything is out of form is damaged as a whole, since without check characters nothing else tells.
 * address: only what this one says counts; undefined for any.
 */
export function vaisalaDialect(
  { checksum }: Pick<VaisalaProfile, "checksum">,
  address?: string,
): Dialect<VaisalaAddress> {
  return {
    take: (line, { message }) => {
      const [, who, kind, rest = ""] = /([0-9A-Za-z])([Rr][0-5]|[Tt]X),(.*)$/.exec(line) ?? [];
      if (who === undefined || kind === undefined || (address !== undefined && who !== address)) return undefined;
      if (kind === "TX" || kind === "tX") return refusal(rest);
      if (kind.toUpperCase() !== message || (kind[0] === "r") !== (checksum === "crc")) return undefined;
      const body = checksum === "crc" ? rest.slice(0, -3) : rest;
      if (checksum === "crc" && crcCharacters(`${who}${kind},${body}`) !== rest.slice(-3)) return "damaged";
      const values = valuesIn(body);
      if (values === undefined) return "damaged";
      return {
        rawAt: ({ key, as }) => {
          const found = values.get(key);
          if (found === undefined) return undefined;
          if (found.letter === "#") return Number.NaN;
          return as === undefined ? found.value : inUnit(found.value, found.letter, as);
        },
      };
    },
  };
}

/** WXT530 user guide, error messaging: what it does not have or does not know, and a query whose check characters were wrong. */
function refusal(text: string): "refused" | "damaged" | undefined {
  if (/^(Unable to measure|Unknown cmd)/.test(text)) return "refused";
  return text.startsWith("Use chksum") ? "damaged" : undefined;
}

function valuesIn(body: string): ReadonlyMap<string, Value> | undefined {
  const values = new Map<string, Value>();
  for (const part of body.split(",")) {
    const [, key, text = "", letter = ""] = /^([A-Z][a-z])=([^=]*?)([#A-Za-z]?)$/.exec(part.trimEnd()) ?? [];
    if (key === undefined || values.has(key)) return undefined;
    if (key === "Id") continue;
    const value = plainNumber(text);
    if (Number.isNaN(value)) return undefined;
    values.set(key, { value, letter });
  }
  return values;
}
