import type { LineSettings } from "../driver.ts";
import { encodeSubnegotiation } from "./telnet.ts";

/** The Telnet option by which a client sets the line of a serial server (RFC 2217). */
export const comPortOption = 44;
/** Commands of the client; the server answers with the same and 100 more (RFC 2217, section 3). */
export const commands = {
  baud: 1,
  dataBits: 2,
  parity: 3,
  stopBits: 4,
  control: 5,
  lineStateMask: 10,
  modemStateMask: 11,
  purge: 12,
} as const;
const answerOffset = 100;
/** SET-CONTROL: no flow control, neither way. PURGE-DATA: what the server has received. */
export const values = { noFlowControl: 1, purgeReceived: 1, nothing: 0 } as const;

const parities = { none: 1, odd: 2, even: 3 } as const;

export function encodeCommand(command: number, content: Uint8Array): Uint8Array {
  return encodeSubnegotiation(comPortOption, Uint8Array.of(command, ...content));
}

/** The command that an answer is to, and its content; undefined for what is no answer of a server. */
export function decodeAnswer(
  content: Uint8Array,
): { readonly command: number; readonly content: Uint8Array } | undefined {
  const code = content[0] ?? 0;
  return code > answerOffset ? { command: code - answerOffset, content: content.subarray(1) } : undefined;
}

export type SettingName = keyof LineSettings;

/** One setting as the content of its command. */
export function encodeSetting(name: SettingName, settings: LineSettings): Uint8Array {
  if (name === "parity") return Uint8Array.of(parities[settings.parity]);
  if (name !== "baud") return Uint8Array.of(settings[name]);
  const content = new Uint8Array(4);
  new DataView(content.buffer).setUint32(0, settings.baud);
  return content;
}

/** What a server says a setting is, for people: `19200 baud`. Anything may stand there. */
export function describeSetting(name: SettingName, content: Uint8Array): string {
  const number = content.reduce((sum, byte) => sum * 256 + byte, 0);
  if (name === "parity")
    return `${Object.entries(parities).find(([, code]) => code === number)?.[0] ?? `another (${number})`} parity`;
  return `${number} ${{ baud: "baud", dataBits: "data bits", stopBits: "stop bits" }[name]}`;
}
