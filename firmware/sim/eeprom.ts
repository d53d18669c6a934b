import type { EEPROMBackend } from "avr8js";

/** 1 KiB of EEPROM. `bytes` is what is in the cells. */
export type Eeprom = {
  readonly bytes: Uint8Array;
  /** What avr8js' controller writes through; `now` gives its cycle. */
  backend(now: () => number): EEPROMBackend;
  /** Power fails at a cycle: a byte that is being erased or written holds anything. */
  tear(at: number, random: () => number): void;
};

/** Erase and write together take 3.4 ms; avr8js counts 2 x 1.8 ms. */
const writeCycles = 57_600;

/** onWrite: told of the cycle at which each byte is begun. */
export function createEeprom(onWrite: (cycle: number) => void): Eeprom {
  const bytes = new Uint8Array(1024).fill(0xff);
  let last = { address: 0, since: Number.NEGATIVE_INFINITY };
  return {
    bytes,
    backend: (now) => {
      const touch = (address: number, value: number) => {
        bytes[address & 1023] = value;
        last = { address: address & 1023, since: now() };
      };
      return {
        readMemory: (address) => bytes[address & 1023]!,
        writeMemory: (address, value) => touch(address, bytes[address & 1023]! & value),
        eraseMemory: (address) => {
          onWrite(now());
          touch(address, 0xff);
        },
      };
    },
    tear: (at, random) => {
      if (at - last.since < writeCycles) bytes[last.address] = Math.floor(random() * 256);
      last = { address: 0, since: Number.NEGATIVE_INFINITY };
    },
  };
}
