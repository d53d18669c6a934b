import type { CPU } from "avr8js";

/** Program memory that the chip can write itself (datasheet 26). `bytes` is what is in the cells, whatever the chip may read now. */
export type Flash = {
  readonly bytes: Uint8Array;
  /** What the chip executes and reads: the cells, or 0xFF in the read-while-write section while that is closed. */
  readonly program: Uint16Array;
  /** After bytes were changed from outside. */
  refresh(): void;
  /** Wires SPMCSR of a chip that has just been reset. */
  attach(cpu: CPU): void;
  /** The SPM instruction at the program counter. */
  storeProgramMemory(cpu: CPU): void;
  /** Power fails: a page that is being erased or written is left half done. */
  tear(random: () => number): void;
};

const pageBytes = 128;
/** Addresses below stop being readable while one of their pages is programmed: RWW section, table 26-6. */
const nrwwStart = 0x7000;
/** t_WD_FLASH is 3.7 to 4.5 ms (26.8). */
const programCycles = 64_000;
const SPMCSR = 0x57;
const EECR = 0x3f;
const [RWWSB, RWWSRE, BLBSET, PGWRT, PGERS, SELFPRGEN] = [0x40, 0x10, 0x08, 0x04, 0x02, 0x01];

export type FlashOptions = {
  /** First byte of the boot section: SPM works only from there. */
  readonly bootStart: number;
  /** Told of what silicon would not do, and a firmware should therefore not try. */
  readonly fault: (what: string) => void;
  /** Told of the cycle at which each page is begun to be erased or written. */
  readonly onWrite: (cycle: number) => void;
};

export function createFlash({ bootStart, fault, onWrite }: FlashOptions): Flash {
  const bytes = new Uint8Array(0x8000).fill(0xff);
  const program = new Uint16Array(0x4000).fill(0xffff);
  const view = new Uint8Array(program.buffer);
  const buffer = new Uint8Array(pageBytes).fill(0xff);
  let job: { readonly page: number; readonly data: Uint8Array | undefined } | undefined;
  let closed = false;
  let openUntil = -1;

  function refresh(): void {
    view.set(bytes);
    if (closed) view.fill(0xff, 0, nrwwStart);
  }

  function complete(): void {
    if (!job) return;
    const { page, data } = job;
    for (let n = 0; n < pageBytes; n++) bytes[page + n] = data ? bytes[page + n]! & data[n]! : 0xff;
    job = undefined;
    refresh();
  }

  function begin(cpu: CPU, page: number, data: Uint8Array | undefined): void {
    onWrite(cpu.cycles);
    job = { page, data };
    const finish = () => {
      complete();
      cpu.data[SPMCSR] = cpu.data[SPMCSR]! & ~(SELFPRGEN | PGERS | PGWRT);
    };
    if (page >= nrwwStart) {
      cpu.cycles += programCycles; // the chip is halted
      finish();
      return;
    }
    closed = true;
    refresh();
    cpu.data[SPMCSR] = cpu.data[SPMCSR]! | RWWSB;
    cpu.addClockEvent(finish, programCycles);
  }

  return {
    bytes,
    program,
    refresh,
    attach: (cpu) => {
      complete(); // the cells take their time whatever the processor does
      closed = false;
      buffer.fill(0xff);
      refresh();
      cpu.writeHooks[SPMCSR] = (value, old) => {
        cpu.data[SPMCSR] = (value & 0xbf) | (old & RWWSB);
        openUntil = cpu.cycles + 6; // four cycles from the end of the store
        return true;
      };
    },
    storeProgramMemory: (cpu) => {
      const { data, dataView } = cpu;
      const control = data[SPMCSR]!;
      const z = dataView.getUint16(30, true) & 0x7fff;
      if (cpu.pc * 2 < bootStart) return fault(`SPM outside the boot section, at ${hex(cpu.pc * 2)}`);
      if (!(control & SELFPRGEN) || cpu.cycles > openUntil) return;
      if (job) return fault("SPM while a page is being programmed");
      if (data[EECR]! & 0x02) return fault("SPM while a byte of EEPROM is being written");
      const clear = () => {
        data[SPMCSR] = data[SPMCSR]! & RWWSB;
      };
      switch (control & 0x1f) {
        case SELFPRGEN: {
          const at = z & (pageBytes - 2);
          buffer[at] = buffer[at]! & data[0]!;
          buffer[at + 1] = buffer[at + 1]! & data[1]!;
          return clear();
        }
        case SELFPRGEN | PGERS:
          return begin(cpu, z & ~(pageBytes - 1), undefined);
        case SELFPRGEN | PGWRT:
          begin(cpu, z & ~(pageBytes - 1), buffer.slice());
          buffer.fill(0xff);
          return;
        case SELFPRGEN | RWWSRE:
          closed = false;
          buffer.fill(0xff);
          refresh();
          data[SPMCSR] = 0;
          return;
        case SELFPRGEN | BLBSET:
          return clear(); // lock bits are not simulated
        default:
          return fault(`SPM with SPMCSR ${hex(control)}`);
      }
    },
    tear: (random) => {
      if (!job) return;
      const { page, data } = job;
      for (let n = 0; n < pageBytes; n++) {
        const noise = Math.floor(random() * 256);
        const was = bytes[page + n]!;
        bytes[page + n] = data ? was & (data[n]! | noise) : was | noise;
      }
      job = undefined;
    },
  };
}

const hex = (number: number) => `0x${number.toString(16).toUpperCase()}`;
