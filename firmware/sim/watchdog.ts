import type { CPU } from "avr8js";

const MCUSR = 0x54;
const WDTCSR = 0x60;
const [WDIF, WDIE, WDCE, WDE] = [0x80, 0x40, 0x10, 0x08];
const WDRF = 0x08;
const prescale = 0x27;

/**
 * The watchdog of the ATmega328P (datasheet 10.8): timed change of its settings, interrupt mode, and the trap that it goes on at 16 ms after
 * its own reset, until WDRF is cleared. `bite` is called when it resets the chip. `always`: the fuse WDTON is programmed, and it can be
 * neither switched off nor made an interrupt.
 */
export function attachWatchdog(cpu: CPU, bite: () => void, always: boolean): void {
  const { data } = cpu;
  let changeUntil = -1;
  const interrupt = {
    address: 0x0c,
    flagRegister: WDTCSR,
    flagMask: WDIF,
    enableRegister: WDTCSR,
    enableMask: WDIE,
  };

  function expire(): void {
    const control = data[WDTCSR]!;
    if (control & WDIE) {
      cpu.setInterruptFlag(interrupt);
      if (control & WDE) data[WDTCSR] = data[WDTCSR]! & ~WDIE;
    } else if (control & WDE) {
      bite();
      return;
    }
    start();
  }

  function restart(): void {
    cpu.clearClockEvent(expire);
    start();
  }

  function start(): void {
    const control = data[WDTCSR]!;
    if (!(control & (WDE | WDIE))) return;
    const power = ((control & 0x20) >> 2) | (control & 0x07);
    cpu.addClockEvent(expire, 256_000 << Math.min(power, 9));
  }

  cpu.onWatchdogReset = restart;
  cpu.writeHooks[WDTCSR] = (value) => {
    const old = data[WDTCSR]!;
    const open = cpu.cycles <= changeUntil;
    if (value & WDCE && value & WDE) changeUntil = cpu.cycles + 4;
    let next = (value & (WDIE | WDE)) | (open ? value & prescale : old & prescale);
    if (!open && old & WDE) next |= WDE;
    if (data[MCUSR]! & WDRF) next |= WDE;
    if (always) next = (next | WDE) & ~WDIE;
    data[WDTCSR] = next | (old & WDIF & ~value);
    cpu.updateInterruptEnable(interrupt, data[WDTCSR]!);
    if (next !== (old & (WDIE | WDE | prescale))) restart();
    return true;
  };
  if (always || data[MCUSR]! & WDRF) {
    data[WDTCSR] = WDE;
    restart();
  }
}
