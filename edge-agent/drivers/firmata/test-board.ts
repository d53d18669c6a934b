/** For tests: a board in memory with the pins of an Uno. Bytes in, bytes out, as StandardFirmata answers. */
export type TestBoard = {
  answer(bytes: Uint8Array): Uint8Array | undefined;
  /** As the reset button: modes and reports are gone. */
  restart(): void;
  /** What it says after a restart. */
  readonly greeting: Uint8Array;
  firmware: { name: string; major: number; minor: number };
  readonly analog: number[];
  /** Levels at the pins. */
  readonly levels: number[];
  /** Modes and states of the pins, as set. */
  readonly modes: number[];
  readonly states: number[];
  /** Chips on the I2C bus: address → what a read of so many bytes from a register gives; undefined: no answer. */
  readonly chips: Map<number, (register: number | undefined, count: number) => readonly number[] | undefined>;
  /** What was written to the I2C bus: address, bytes. */
  readonly written: (readonly [number, readonly number[]])[];
  reporting: { readonly analog: Set<number>; readonly ports: Set<number> };
  adcBits: number;
  /** OneWire on pin 2: what is answered to a request, bytes plain. */
  oneWire:
    | ((about: number, data: readonly number[]) => { about: number; data: readonly number[] } | undefined)
    | undefined;
  /** Pins that refuse to change their mode. */
  readonly stubborn: Set<number>;
};

const i2cPins = [18, 19];
const pwmPins = [3, 5, 6, 9, 10, 11];

export function createTestBoard(): TestBoard {
  let lastData: readonly number[] = [];
  const defaultMode = (pin: number) => (pin >= 14 ? 2 : 1);
  const board: TestBoard = {
    firmware: { name: "StandardFirmata.ino", major: 2, minor: 5 },
    analog: [512, 100, 0, 0, 0, 0],
    levels: new Array(20).fill(1),
    modes: Array.from({ length: 20 }, (_, pin) => defaultMode(pin)),
    states: new Array(20).fill(0),
    chips: new Map(),
    written: [],
    reporting: { analog: new Set(), ports: new Set() },
    adcBits: 10,
    oneWire: undefined,
    stubborn: new Set(),
    get greeting() {
      const { name, major, minor } = board.firmware;
      return Uint8Array.from([0xf9, 2, 5, 0xf0, 0x79, major, minor, ...pairs(Buffer.from(name)), 0xf7]);
    },
    restart: () => {
      board.modes.forEach((_, pin) => {
        board.modes[pin] = defaultMode(pin);
        board.states[pin] = 0;
      });
      board.reporting.analog.clear();
      board.reporting.ports.clear();
    },
    answer: (bytes) => {
      const out: number[] = [];
      for (const message of split(bytes)) out.push(...handle(message));
      return out.length > 0 ? Uint8Array.from(out) : undefined;
    },
  };

  function handle(message: readonly number[]): readonly number[] {
    const [command = 0, first = 0, second = 0] = message;
    if (command === 0xf9) return [0xf9, 2, 5];
    if (command === 0xf4) {
      if (board.stubborn.has(first)) return [];
      board.modes[first] = second;
      board.states[first] = second === 11 ? 1 : 0;
      return [];
    }
    if ((command & 0xf0) === 0xc0) {
      board.reporting.analog.add(command & 15);
      return analogReport(board, command & 15);
    }
    if ((command & 0xf0) === 0xd0) {
      board.reporting.ports.add(command & 15);
      return portReport(board, command & 15);
    }
    if ((command & 0xf0) === 0x90) {
      const levels = first | (second << 7);
      for (let pin = 8 * (command & 15); pin < 8 * (command & 15) + 8; pin++)
        if (board.modes[pin] === 1) board.states[pin] = (levels >> (pin & 7)) & 1;
      return [];
    }
    if ((command & 0xf0) === 0xe0) {
      if (board.modes[command & 15] === 3) board.states[command & 15] = first | (second << 7);
      return [];
    }
    return command === 0xf0 ? sysex(message.slice(1, -1)) : [];
  }

  function sysex([about = 0, ...data]: readonly number[]): readonly number[] {
    if (about === 0x79) return [...board.greeting.subarray(3)];
    if (about === 0x6b) {
      const pins = board.modes.flatMap((_, pin) => [
        ...(pin < 2 ? [] : [0, 1, 1, 1, 11, 1]),
        ...(pwmPins.includes(pin) ? [3, 8] : []),
        ...(pin >= 14 ? [2, board.adcBits] : []),
        ...(i2cPins.includes(pin) ? [6, 1] : []),
        ...(pin === 2 && board.oneWire ? [7, 1] : []),
        0x7f,
      ]);
      return [0xf0, 0x6c, ...pins, 0xf7];
    }
    if (about === 0x69) return [0xf0, 0x6a, ...board.modes.map((_, pin) => (pin >= 14 ? pin - 14 : 0x7f)), 0xf7];
    if (about === 0x6d) {
      const [pin = 0] = data;
      const state = board.states[pin] ?? 0;
      return [0xf0, 0x6e, pin, board.modes[pin] ?? 0, state & 0x7f, ...(state > 0x7f ? [state >> 7] : []), 0xf7];
    }
    if (about === 0x78) {
      for (const pin of i2cPins) board.modes[pin] = 6;
      return [];
    }
    if (about === 0x73) return oneWire(data);
    return about === 0x76 ? i2c(data) : [];
  }

  function oneWire([about = 0, pin = 0, ...rest]: readonly number[]): readonly number[] {
    if (about === 0x41) board.modes[pin] = 7;
    const reply = about === 0x41 ? undefined : board.oneWire?.(about, unpack(rest));
    return reply ? [0xf0, 0x73, reply.about, pin, ...pack(reply.data), 0xf7] : [];
  }

  /** A chip that does not answer: a complaint in words, then a reply with what was read last, as the real sketch does. */
  function i2c([address = 0, mode = 0, ...rest]: readonly number[]): readonly number[] {
    const bytes = Array.from({ length: rest.length / 2 }, (_, i) => rest[2 * i]! | (rest[2 * i + 1]! << 7));
    if (mode === 0) {
      board.written.push([address, bytes]);
      return [];
    }
    const [register, count] = bytes.length > 1 ? [bytes[0], bytes[1]!] : [undefined, bytes[0]!];
    const data = board.chips.get(address)?.(register, count);
    const reply = (given: readonly number[]) => [0xf0, 0x77, ...pairs([address, register ?? 0, ...given]), 0xf7];
    if (data) {
      lastData = data;
      return reply(data);
    }
    const stale = Array.from({ length: count }, (_, i) => lastData[i] ?? 0);
    return [0xf0, 0x71, ...pairs(Buffer.from("I2C: Too few bytes received")), 0xf7, ...reply(stale)];
  }

  return board;
}

export function analogReport(board: TestBoard, channel: number): readonly number[] {
  const value = board.analog[channel] ?? 0;
  return [0xe0 | channel, value & 0x7f, value >> 7];
}

export function portReport(board: TestBoard, port: number): readonly number[] {
  let levels = 0;
  for (let pin = 8 * port; pin < 8 * port + 8; pin++)
    if ((board.modes[pin] === 0 || board.modes[pin] === 11) && board.levels[pin]) levels |= 1 << (pin & 7);
  return [0x90 | port, levels & 0x7f, levels >> 7];
}

/** Bits in a row, seven to a byte, low bits first. */
function pack(bytes: readonly number[]): number[] {
  const bits = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) & 1));
  return Array.from({ length: Math.ceil(bits.length / 7) }, (_, i) =>
    bits.slice(7 * i, 7 * i + 7).reduce((sum, bit, j) => sum | (bit << j), 0),
  );
}

function unpack(septets: readonly number[]): number[] {
  const bits = septets.flatMap((septet) => Array.from({ length: 7 }, (_, i) => (septet >> i) & 1));
  return Array.from({ length: Math.floor(bits.length / 8) }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((sum, bit, j) => sum | (bit << j), 0),
  );
}

function pairs(bytes: Iterable<number>): number[] {
  return [...bytes].flatMap((byte) => [byte & 0x7f, byte >> 7]);
}

/** What the host sends, message by message. */
function split(bytes: Uint8Array): readonly (readonly number[])[] {
  const messages: number[][] = [];
  for (const byte of bytes) {
    if (byte >= 0x80 && byte !== 0xf7) messages.push([]);
    messages.at(-1)?.push(byte);
  }
  return messages;
}
