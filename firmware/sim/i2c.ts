import type { AVRTWI, CPU } from "avr8js";

/** A chip on the board's I2C bus. */
export type I2cChip = {
  /** `first` is the first byte behind the address: of most chips the register. False: it does not acknowledge. */
  write(byte: number, first: boolean): boolean;
  /** The next byte. */
  read(): number;
};

/** What hangs on the I2C bus of a board; may be changed while it runs. */
export type I2cBus = {
  readonly chips: Map<number, I2cChip>;
  /** A line is held down, as by a chip that lost its clock: nothing moves. */
  stuck: boolean;
};

const TWCR = 0xbc;
const TWEN = 0x04;
/** What avr8js keeps to itself. */
type Inside = { busy: boolean; updateStatus(status: number): void };
const idle = 0xf8;
const bitsOfByte = 9;

export const createI2cBus = (): I2cBus => ({ chips: new Map(), stuck: false });

/** A chip with registers: the first byte written names one, and each byte read or written moves on to the next. */
export function createRegisterChip(registers: Uint8Array): I2cChip {
  let at = 0;
  return {
    write: (byte, first) => {
      if (first) at = byte;
      else registers[at++ % registers.length] = byte;
      return true;
    },
    read: () => registers[at++ % registers.length]!,
  };
}

/** Wires a chip's two-wire interface to a bus, each byte in its time. */
export function attachI2c(cpu: CPU, twi: AVRTWI, bus: I2cBus): void {
  let chip: I2cChip | undefined;
  let first = true;
  let run = 0;
  const inside = twi as unknown as Inside;
  const obey = cpu.writeHooks[TWCR]!;
  cpu.writeHooks[TWCR] = (value, old, address, mask) => {
    if (!(value & TWEN)) {
      // switched off: it forgets what it was at
      run++;
      inside.busy = false;
      inside.updateStatus(idle);
    }
    return obey(value, old, address, mask);
  };
  /** Says that a step is done, after the time of so many bits; never on a bus that does not move. */
  const after = (bits: number, done: () => void) => {
    if (bus.stuck) return;
    const now = run;
    cpu.addClockEvent(() => run === now && done(), bits * (16_000_000 / twi.sclFrequency));
  };
  twi.eventHandler = {
    start: () => after(1, () => twi.completeStart()),
    stop: () => after(1, () => twi.completeStop()),
    connectToSlave: (address) => {
      chip = bus.chips.get(address);
      first = true;
      const there = chip !== undefined;
      after(bitsOfByte, () => twi.completeConnect(there));
    },
    writeByte: (byte) => {
      const ok = chip?.write(byte, first) ?? false;
      first = false;
      after(bitsOfByte, () => twi.completeWrite(ok));
    },
    readByte: () => {
      const byte = chip?.read() ?? 0xff;
      after(bitsOfByte, () => twi.completeRead(byte));
    },
  };
}
