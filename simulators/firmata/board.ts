/** A chip on the board's I2C bus: registers that can be written and read. */
export type Chip = {
  write(register: number, bytes: readonly number[]): void;
  read(register: number, count: number): readonly number[];
};

/** What a board is wired to. */
export type Wiring = {
  /** What the converter gives, 0 to 1023. */
  readonly analog: (channel: number) => number;
  /** Level at an input pin. */
  readonly level: (pin: number) => 0 | 1;
  /** What an output pin shows, 0 or 1, with PWM 0 to 255. */
  readonly state: (pin: number) => number;
  /** An output was set. */
  readonly set: (pin: number, value: number) => void;
  /** Outputs are as the sketch starts them. */
  readonly started: () => void;
  readonly chips: ReadonlyMap<number, Chip>;
  /** False while a chip's wires are cut. */
  readonly hasChip: (address: number) => boolean;
  readonly sketch: () => string;
};

/** A Firmata board of the Uno's form. Its world is asked whenever it measures; nothing here keeps time. */
export type Board = {
  /** What it answers to bytes from the host. */
  hear(bytes: Uint8Array): Uint8Array;
  /** What it reports by itself: changed inputs each time, analog inputs when their time has come. */
  report(monotonic: number): Uint8Array;
  /** As after its reset button: modes and reports are gone. What it says then. */
  restart(): Uint8Array;
};

const pinCount = 20;
const analogFrom = 14;
const pwmPins: readonly number[] = [3, 5, 6, 9, 10, 11];
const i2cPins: readonly number[] = [18, 19];
const mode = { input: 0, output: 1, analog: 2, pwm: 3, i2c: 6, pullUp: 11 } as const;
const version = [2, 5] as const;

/** Speaks Firmata 2.5 as its protocol document says (github.com/firmata/protocol). */
export function createBoard(wiring: Wiring): Board {
  let modes: number[] = [];
  let samplingMs = 19;
  let sampledAt = Number.NEGATIVE_INFINITY;
  let i2cOn = false;
  let lastRead: readonly number[] = [];
  const analogOn = new Set<number>();
  const portsOn = new Set<number>();
  const told = new Map<number, number>();
  let pending: number[] = [];

  function begin(): void {
    modes = Array.from({ length: pinCount }, (_, pin) => (pin >= analogFrom ? mode.analog : mode.output));
    samplingMs = 19;
    i2cOn = false;
    for (const memory of [analogOn, portsOn]) memory.clear();
    told.clear();
    pending = [];
    wiring.started();
  }
  begin();

  const firmware = () => sysex(0x79, ...version, ...sevenBits(Buffer.from(`${wiring.sketch()}.ino`)));

  function analogMessage(channel: number): number[] {
    const value = Math.max(0, Math.min(1023, Math.round(wiring.analog(channel))));
    return [0xe0 | channel, value & 0x7f, value >> 7];
  }

  function portMessage(port: number): number[] {
    const levels = levelsOf(port);
    told.set(port, levels);
    return [0x90 | port, levels & 0x7f, levels >> 7];
  }

  function levelsOf(port: number): number {
    let levels = 0;
    for (let bit = 0; bit < 8; bit++) {
      const pin = 8 * port + bit;
      if ((modes[pin] === mode.input || modes[pin] === mode.pullUp) && wiring.level(pin)) levels |= 1 << bit;
    }
    return levels;
  }

  function take(message: readonly number[]): readonly number[] {
    const [command = 0, first = 0, second = 0] = message;
    const number = command & 0x0f;
    const value = first | (second << 7);
    if (command === 0xf9 && message.length === 1) return [0xf9, ...version];
    if (command === 0xff) begin();
    if (command === 0xf0) return extended(message.slice(1));
    if (command === 0xf4 && message.length === 3 && can(first, second)) modes[first] = second;
    if (message.length === 2 && (command & 0xf0) === 0xc0) {
      if (first === 0) analogOn.delete(number);
      else if (number < 6) {
        analogOn.add(number);
        return analogMessage(number);
      }
    }
    if (message.length === 2 && (command & 0xf0) === 0xd0) {
      if (first === 0) portsOn.delete(number);
      else if (number < 3) {
        portsOn.add(number);
        return portMessage(number);
      }
    }
    if (message.length === 3 && (command & 0xf0) === 0x90)
      for (let bit = 0; bit < 8; bit++) {
        const pin = 8 * number + bit;
        const level = (value >> bit) & 1;
        if (modes[pin] === mode.output && wiring.state(pin) !== level) wiring.set(pin, level);
      }
    if (message.length === 3 && (command & 0xf0) === 0xe0 && modes[number] === mode.pwm)
      wiring.set(number, Math.min(255, value));
    return [];
  }

  function can(pin: number, wanted: number): boolean {
    return abilities(pin).some(([able]) => able === wanted);
  }

  function extended([about = 0, ...data]: readonly number[]): readonly number[] {
    switch (about) {
      case 0x79:
        return firmware();
      case 0x6b:
        return sysex(0x6c, ...modes.flatMap((_, pin) => [...abilities(pin).flat(), 0x7f]));
      case 0x69:
        return sysex(0x6a, ...modes.map((_, pin) => (pin >= analogFrom ? pin - analogFrom : 0x7f)));
      case 0x6d: {
        const pin = data[0] ?? 0x7f;
        const now = modes[pin];
        if (now === undefined) return [];
        const state = now === mode.output || now === mode.pwm ? wiring.state(pin) : now === mode.pullUp ? 1 : 0;
        return sysex(0x6e, pin, now, state & 0x7f, ...(state > 0x7f ? [state >> 7] : []));
      }
      case 0x7a:
        samplingMs = Math.max(10, (data[0] ?? 0) | ((data[1] ?? 0) << 7));
        return [];
      case 0x78:
        i2cOn = true;
        for (const pin of i2cPins) modes[pin] = mode.i2c;
        return [];
      case 0x76:
        return i2cOn ? i2c(data) : [];
      default:
        return [];
    }
  }

  /** A chip that does not answer: a complaint in words, and then a reply with what was read last, as StandardFirmata does. */
  function i2c([address = 0, what = 0, ...rest]: readonly number[]): readonly number[] {
    const bytes = Array.from({ length: rest.length >> 1 }, (_, i) => (rest[2 * i]! & 0x7f) | (rest[2 * i + 1]! << 7));
    const chip = wiring.hasChip(address) ? wiring.chips.get(address) : undefined;
    if ((what & 0x18) === 0) {
      chip?.write(bytes[0] ?? 0, bytes.slice(1));
      return [];
    }
    const [register, count] = bytes.length > 1 ? [bytes[0]!, bytes[1]!] : [0, bytes[0] ?? 0];
    const reply = (data: readonly number[]) => sysex(0x77, ...sevenBits([address, register, ...data]));
    if (chip) {
      lastRead = chip.read(register, count);
      return reply(lastRead);
    }
    const stale = Array.from({ length: count }, (_, i) => lastRead[i] ?? 0);
    return [...sysex(0x71, ...sevenBits(Buffer.from("I2C: Too few bytes received"))), ...reply(stale)];
  }

  return {
    hear: (bytes) => {
      const out: number[] = [];
      for (const byte of bytes) {
        if (byte >= 0x80 && byte !== 0xf7) pending = [];
        if (byte === 0xf7) {
          if (pending[0] === 0xf0) out.push(...take(pending));
          pending = [];
          continue;
        }
        pending.push(byte);
        if (pending[0] !== 0xf0 && pending.length === lengthOf(pending[0]!)) {
          out.push(...take(pending));
          pending = [];
        } else if (pending.length > 256 || pending[0]! < 0x80) pending = [];
      }
      return Uint8Array.from(out);
    },
    report: (monotonic) => {
      const out: number[] = [];
      for (const port of portsOn) if (levelsOf(port) !== told.get(port)) out.push(...portMessage(port));
      if (analogOn.size > 0 && monotonic - sampledAt >= samplingMs - 1) {
        sampledAt = monotonic;
        for (const channel of analogOn)
          if (modes[analogFrom + channel] === mode.analog) out.push(...analogMessage(channel));
      }
      return Uint8Array.from(out);
    },
    restart: () => {
      begin();
      return Uint8Array.from([0xf9, ...version, ...firmware()]);
    },
  };
}

function abilities(pin: number): readonly (readonly [mode: number, bits: number])[] {
  if (pin < 2) return [];
  return [
    [mode.input, 1],
    [mode.pullUp, 1],
    [mode.output, 1],
    ...(pin >= analogFrom ? [[mode.analog, 10] as const] : []),
    ...(pwmPins.includes(pin) ? [[mode.pwm, 8] as const] : []),
    ...(i2cPins.includes(pin) ? [[mode.i2c, 1] as const] : []),
  ];
}

/** Bytes of a short message, with its command. */
function lengthOf(command: number): number {
  if (command === 0xf9 || command === 0xff) return 1;
  return (command & 0xf0) === 0xc0 || (command & 0xf0) === 0xd0 ? 2 : 3;
}

function sysex(...data: readonly number[]): number[] {
  return [0xf0, ...data, 0xf7];
}

function sevenBits(bytes: Iterable<number>): number[] {
  return [...bytes].flatMap((byte) => [byte & 0x7f, byte >> 7]);
}
