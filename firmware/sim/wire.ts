/** How a UART sends a byte. Times are cycles of the simulation, 16 000 000 a second. */
export type Format = {
  readonly bit: number;
  readonly dataBits: number;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: number;
};

/** A byte on its way: `levels` holds its bits from the start bit on, lowest first. `until` is earlier than its end when its driver let go. */
export type Character = {
  readonly start: number;
  readonly bit: number;
  readonly levels: number;
  readonly count: number;
  readonly talker: object;
  until: number;
};

/**
 * A conductor that idles high, or the pair of an RS-485 line: what its listeners sample is the AND of all that is driven, which stands for
 * the contention of a collision.
 */
export type Wire = {
  talk(character: Character): void;
  /** The talker stops driving, in the middle of a bit or not. */
  letGo(talker: object, at: number): void;
  level(at: number): 0 | 1;
  /** The first fall from high to low after `after` that is known yet. */
  fall(after: number): number | undefined;
  /** Hears every start of a character. Returns a function that stops it. */
  listen(onStart: (at: number, talker: object) => void): () => void;
  /** Changes characters before they are sent; for noise. */
  spoil: (character: Character) => Character;
};

/** Longer than any character in use: 11 bits at 1200 bit/s. */
const memory = 160_000;

export function createWire(): Wire {
  let characters: Character[] = [];
  const listeners = new Set<(at: number, talker: object) => void>();

  function level(at: number): 0 | 1 {
    for (let n = characters.length - 1; n >= 0; n--) {
      const { start, until, bit, levels } = characters[n]!;
      if (at >= start && at < until && ((levels >> Math.floor((at - start) / bit)) & 1) === 0) return 0;
    }
    return 1;
  }

  const wire: Wire = {
    talk: (sent) => {
      const character = wire.spoil(sent);
      if (characters.length > 24) characters = characters.filter(({ until }) => until > character.start - memory);
      characters.push(character);
      for (const listener of listeners) listener(character.start, character.talker);
    },
    letGo: (talker, at) => {
      for (const character of characters)
        if (character.talker === talker && character.until > at) character.until = Math.max(at, character.start);
    },
    level,
    fall: (after) => {
      let first: number | undefined;
      for (const { start, until, bit, levels, count } of characters) {
        if (until <= after) continue;
        for (let n = 0; n < count; n++) {
          const at = start + n * bit;
          if (at >= until || (first !== undefined && at >= first)) break;
          if (at > after && ((levels >> n) & 1) === 0 && level(at - 0.01) === 1) first = at;
        }
      }
      return first;
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    spoil: (character) => character,
  };
  return wire;
}

/** Bits of a whole character: start, data, parity, stop. */
export const bitsOf = ({ dataBits, parity, stopBits }: Format): number =>
  1 + dataBits + (parity === "none" ? 0 : 1) + stopBits;

export const cyclesOf = (format: Format): number => bitsOf(format) * format.bit;

export function character(byte: number, format: Format, start: number, talker: object): Character {
  const { bit, dataBits, parity } = format;
  const count = bitsOf(format);
  const ones = ~0 << (1 + dataBits);
  const data = (byte & ((1 << dataBits) - 1)) << 1;
  const parityBit = parity === "none" ? 0 : (odd(byte) === (parity === "even") ? 1 : 0) << (1 + dataBits);
  const idle = parity === "none" ? ones : ones << 1;
  return { start, bit, count, talker, levels: data | parityBit | idle, until: start + count * bit };
}

/** What a receiver makes of it. */
export type Heard = { readonly byte: number; readonly frameError: boolean; readonly parityError: boolean };

export type Ear = {
  /** The format in which it samples; undefined: it is off. */
  format(): Format | undefined;
  /** Runs `job` at a cycle; at once when that is over. */
  at(cycle: number, job: () => void): void;
  /** True while it cannot hear, as a half-duplex transceiver that drives. */
  deaf(): boolean;
  hear(heard: Heard): void;
};

/**
 * The receiving half of a UART: from each falling edge it samples the middle of every bit at its own rate, whatever rate the talker has.
 * Returns a function that ends it.
 */
export function receive(wire: Wire, ear: Ear): () => void {
  let busy = false;
  let over = false;

  function begin(start: number): void {
    const format = ear.format();
    if (over || busy || !format || ear.deaf()) return;
    busy = true;
    const last = start + (bitsOf({ ...format, stopBits: 1 }) - 0.5) * format.bit;
    ear.at(last, () => {
      busy = false;
      if (over) return;
      const sample = (n: number) => wire.level(start + (n + 0.5) * format.bit);
      if (sample(0) === 0 && ear.format() && !ear.deaf()) ear.hear(decode(format, sample));
      const next = wire.fall(last);
      if (next !== undefined) begin(next);
    });
  }

  const stop = wire.listen((start) => begin(start));
  return () => {
    over = true;
    stop();
  };
}

function decode({ dataBits, parity }: Format, sample: (n: number) => 0 | 1): Heard {
  let byte = 0;
  for (let n = 0; n < dataBits; n++) byte |= sample(1 + n) << n;
  const parityBits = parity === "none" ? 0 : 1;
  return {
    byte,
    parityError: parity !== "none" && odd(byte) !== ((sample(1 + dataBits) === 1) === (parity === "even")),
    frameError: sample(1 + dataBits + parityBits) === 0,
  };
}

function odd(byte: number): boolean {
  let ones = byte;
  ones ^= ones >> 4;
  ones ^= ones >> 2;
  ones ^= ones >> 1;
  return (ones & 1) === 1;
}
