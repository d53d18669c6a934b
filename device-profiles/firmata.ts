/** What a Firmata board says (protocol 2.x, github.com/firmata/protocol). Numbers are as sent, names in plain text. */
export type FirmataMessage =
  | { readonly kind: "analog"; readonly channel: number; readonly value: number }
  /** Eight pins from 8 × port on, the lowest in bit 0. */
  | { readonly kind: "digital"; readonly port: number; readonly levels: number }
  | { readonly kind: "version"; readonly major: number; readonly minor: number }
  | { readonly kind: "firmware"; readonly name: string; readonly major: number; readonly minor: number }
  /** For each pin: mode → its resolution in bits. */
  | { readonly kind: "capabilities"; readonly pins: readonly ReadonlyMap<number, number>[] }
  /** For each pin: its analog channel, where it has one. */
  | { readonly kind: "channels"; readonly channels: readonly (number | undefined)[] }
  | { readonly kind: "pin"; readonly pin: number; readonly mode: number; readonly state: number }
  | { readonly kind: "i2c"; readonly address: number; readonly register: number; readonly data: Uint8Array }
  /** A reply of OneWire; what stands in data depends on `about`. */
  | { readonly kind: "one-wire"; readonly about: number; readonly pin: number; readonly data: Uint8Array }
  | { readonly kind: "text"; readonly text: string };

/** Bytes in, whole messages out. What is no message is passed over; never throws, never holds more than one message. */
export type FirmataDecoder = { push(bytes: Uint8Array): readonly FirmataMessage[] };

const startSysex = 0xf0;
const endSysex = 0xf7;
const version = 0xf9;
/** Capabilities of a board with 70 pins take about 1 KB. */
const longestSysex = 4096;

export function createFirmataDecoder(): FirmataDecoder {
  let command: number | undefined;
  let data: number[] = [];

  function take(byte: number): FirmataMessage | undefined {
    if (byte >= 0x80) {
      const ended = command === startSysex && byte === endSysex ? sysexMessage(data) : undefined;
      command = byte === startSysex || isShort(byte) ? byte : undefined;
      data = [];
      return ended;
    }
    if (command === undefined) return undefined;
    data.push(byte);
    if (command !== startSysex && data.length === 2) {
      const message = shortMessage(command, data[0]!, data[1]!);
      command = undefined;
      return message;
    }
    if (data.length > longestSysex) command = undefined;
    return undefined;
  }

  return {
    push: (bytes) => {
      const messages: FirmataMessage[] = [];
      for (const byte of bytes) {
        const message = take(byte);
        if (message) messages.push(message);
      }
      return messages;
    },
  };
}

/** Whole messages in hex, as captured from a board. Throws RangeError for what is no hex, or holds none. */
export function parseFirmataHex(hex: string): readonly FirmataMessage[] {
  const digits = hex.replace(/[\s|,]/g, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new RangeError("write messages as pairs of hex digits: E0 00 04");
  const messages = createFirmataDecoder().push(Uint8Array.from(Buffer.from(digits, "hex")));
  if (digits !== "" && messages.length === 0)
    throw new RangeError("holds no whole Firmata message; E0 00 04 is one, F0 … F7 another");
  return messages;
}

/** Two bytes of seven bits for each byte, low bits first. undefined: an odd number of them, or more than eight bits. */
function fromPairs(data: readonly number[]): Uint8Array | undefined {
  if (data.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(data.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = data[2 * i + 1]!;
    if (high > 1) return undefined;
    bytes[i] = data[2 * i]! | (high << 7);
  }
  return bytes;
}

/** Bits in a row, seven to a byte, low bits first: how OneWire data travels. */
function fromPacked(data: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.floor((data.length * 7) / 8));
  for (let i = 0; i < bytes.length; i++) {
    const at = Math.floor((i * 8) / 7);
    const shift = (i * 8) % 7;
    bytes[i] = (data[at]! >> shift) | ((data[at + 1] ?? 0) << (7 - shift));
  }
  return bytes;
}

function isShort(command: number): boolean {
  return command === version || (command & 0xf0) === 0xe0 || (command & 0xf0) === 0x90;
}

function shortMessage(command: number, low: number, high: number): FirmataMessage | undefined {
  if (command === version) return { kind: "version", major: low, minor: high };
  const value = low | (high << 7);
  if ((command & 0xf0) === 0xe0) return { kind: "analog", channel: command & 15, value };
  return value > 0xff ? undefined : { kind: "digital", port: command & 15, levels: value };
}

function sysexMessage([about, ...data]: readonly number[]): FirmataMessage | undefined {
  switch (about) {
    case 0x79:
      return firmwareMessage(data);
    case 0x6c:
      return capabilitiesMessage(data);
    case 0x6a:
      return { kind: "channels", channels: data.map((channel) => (channel === 0x7f ? undefined : channel)) };
    case 0x6e:
      return pinMessage(data);
    case 0x77:
      return i2cMessage(data);
    case 0x73:
      return data.length < 2
        ? undefined
        : { kind: "one-wire", about: data[0]!, pin: data[1]!, data: fromPacked(data.slice(2)) };
    case 0x71: {
      const text = textFrom(data);
      return text === undefined ? undefined : { kind: "text", text };
    }
    default:
      return undefined;
  }
}

function firmwareMessage([major, minor, ...rest]: readonly number[]): FirmataMessage | undefined {
  const name = textFrom(rest);
  if (major === undefined || minor === undefined || name === undefined) return undefined;
  return { kind: "firmware", name: name.replace(/\.(ino|pde)$/, ""), major, minor };
}

function textFrom(data: readonly number[]): string | undefined {
  const bytes = fromPairs(data);
  return (
    bytes &&
    Buffer.from(bytes)
      .toString("utf8")
      .replace(/\p{Cc}/gu, "")
      .slice(0, 200)
  );
}

function capabilitiesMessage(data: readonly number[]): FirmataMessage | undefined {
  const pins: Map<number, number>[] = [];
  let modes = new Map<number, number>();
  for (let i = 0; i < data.length; i += 2) {
    while (data[i] === 0x7f) {
      pins.push(modes);
      modes = new Map();
      i++;
    }
    if (i === data.length) return { kind: "capabilities", pins };
    const bits = data[i + 1];
    if (bits === undefined || bits === 0x7f) return undefined;
    modes.set(data[i]!, bits);
  }
  return undefined;
}

function pinMessage([pin, mode, ...state]: readonly number[]): FirmataMessage | undefined {
  if (pin === undefined || mode === undefined || state.length === 0 || state.length > 4) return undefined;
  return { kind: "pin", pin, mode, state: state.reduce((sum, bits, i) => sum + bits * 2 ** (7 * i), 0) };
}

function i2cMessage(data: readonly number[]): FirmataMessage | undefined {
  const bytes = fromPairs(data);
  if (!bytes || bytes.length < 2) return undefined;
  return { kind: "i2c", address: bytes[0]!, register: bytes[1]!, data: bytes.slice(2) };
}
