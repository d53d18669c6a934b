/** Modes of a pin (Firmata protocol 2.x). */
export const modes = { input: 0, output: 1, analog: 2, pwm: 3, i2c: 6, oneWire: 7, pullUp: 11 } as const;

export const modeNames: Readonly<Record<number, string>> = {
  [modes.input]: "input",
  [modes.output]: "output",
  [modes.analog]: "analog input",
  [modes.pwm]: "PWM output",
  [modes.i2c]: "I2C",
  [modes.oneWire]: "OneWire",
  [modes.pullUp]: "input with pull-up",
};

const sysex = (...data: readonly number[]) => Uint8Array.of(0xf0, ...data, 0xf7);
const pair = (value: number) => [value & 0x7f, (value >> 7) & 0x7f];
/** A byte as two of seven bits, low bits first. */
const pairs = (bytes: Iterable<number>) => [...bytes].flatMap(pair);

export const askVersion = Uint8Array.of(0xf9);
export const askFirmware = sysex(0x79);
export const askCapabilities = sysex(0x6b);
export const askChannels = sysex(0x69);
export const askPin = (pin: number) => sysex(0x6d, pin);
export const setMode = (pin: number, mode: number) => Uint8Array.of(0xf4, pin, mode);
export const reportAnalog = (channel: number) => Uint8Array.of(0xc0 | channel, 1);
export const reportDigital = (port: number) => Uint8Array.of(0xd0 | port, 1);
/** Board's period of analog reports, 10 ms to 16 s. */
export const setSampling = (ms: number) => sysex(0x7a, ...pair(Math.min(16_383, Math.max(10, Math.round(ms)))));
/** All outputs among eight pins at once; bits of other pins do nothing, but for the pull-up of inputs before 2.5. */
export const setPort = (port: number, levels: number) => Uint8Array.of(0x90 | port, ...pair(levels));
export const setPwm = (pin: number, value: number) =>
  pin < 16 ? Uint8Array.of(0xe0 | pin, ...pair(value)) : sysex(0x6f, pin, ...pair(value));

export const startI2c = sysex(0x78, 0, 0);
const i2cRead = 1 << 3;
export const writeI2c = (address: number, bytes: Iterable<number>) => sysex(0x76, address, 0, ...pairs(bytes));
/** One read of so many bytes, from a register or from where the chip stands. */
export const readI2c = (address: number, register: number | undefined, count: number) =>
  sysex(0x76, address, i2cRead, ...(register === undefined ? [] : pair(register)), ...pair(count));

/** OneWire of ConfigurableFirmata. */
export const startOneWire = (pin: number) => sysex(0x73, 0x41, pin, 1);
export const searchOneWire = (pin: number) => sysex(0x73, 0x40, pin);
/** Reset, choose one device, write, and read so many bytes back: what is left out does not happen. */
export function runOneWire(
  pin: number,
  rom: readonly number[],
  { write, read = 0 }: { readonly write: readonly number[]; readonly read?: number },
): Uint8Array {
  const [reset, choose, reads, writes] = [0x01, 0x04, 0x08, 0x20];
  const data = [...rom, ...(read > 0 ? [read & 0xff, read >> 8, 0, 0] : []), ...write];
  return sysex(0x73, reset | choose | writes | (read > 0 ? reads : 0), pin, ...packed(data));
}

/** Bits in a row, seven to a byte, low bits first. */
function packed(bytes: readonly number[]): readonly number[] {
  const out = new Array<number>(Math.ceil((bytes.length * 8) / 7)).fill(0);
  for (let bit = 0; bit < bytes.length * 8; bit++)
    if ((bytes[bit >> 3]! >> (bit & 7)) & 1) out[Math.floor(bit / 7)]! |= 1 << (bit % 7);
  return out;
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
