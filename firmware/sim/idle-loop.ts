import * as avr from "avr8js";
import { nextWake } from "./clock-events.ts";

/** Cycles of a round that may be one of waiting. */
export const longestLoop = 40;

/** TIFR0, TIFR1, TIFR2, EECR, SPMCSR, UCSR0A: flags that only an event changes. Reading them does nothing. */
const flags: Readonly<Record<number, true>> = { 53: true, 54: true, 55: true, 63: true, 87: true, 192: true };
const ram = 0x100;
const before = new Uint8Array(32);

/**
 * Called just behind a read of a flag, or a jump to itself. Goes one round, and where that comes back to the same place with every register as before, having
 * read flags and memory and written nothing, it is a loop that waits: whole rounds are skipped, up to the next moment at which anything
 * can change. Any other round is just executed, up to its first instruction that does something.
 */
export function skipLoop(cpu: avr.CPU, timers: readonly avr.AVRTimer[], until: number): void {
  const { pc, cycles: begun } = cpu;
  const wake = Math.min(until, nextWake(cpu, timers));
  before.set(cpu.data.subarray(0, 32));
  const [stack, status] = [cpu.SP, cpu.SREG];
  do {
    if (cpu.nextInterrupt >= 0 || !onlyLooks(cpu) || cpu.cycles + 4 >= wake || cpu.cycles - begun > longestLoop) return;
    avr.avrInstruction(cpu);
  } while (cpu.pc !== pc);
  if (cpu.SP !== stack || cpu.SREG !== status) return;
  for (let n = 0; n < 32; n++) if (before[n] !== cpu.data[n]) return;
  const round = cpu.cycles - begun;
  cpu.cycles += Math.max(0, Math.floor((wake - cpu.cycles) / round)) * round;
}

/** Whether the next instruction changes nothing but registers, and looks at nothing but flags and memory (instruction set manual). */
function onlyLooks({ progMem, pc }: avr.CPU): boolean {
  const opcode = progMem[pc]!;
  const top = opcode >> 12;
  if (top < 8 || top === 0xc || top === 0xe || top === 0xf) return true; // between registers, with constants, branches, skips
  if (top === 0xb) return opcode < 0xb800 && flags[0x20 + ((opcode & 0xf) | ((opcode >> 5) & 0x30))] === true; // IN
  if (top !== 9) return false; // LDD and STD
  const eight = opcode & 0xff00;
  if (eight === 0x9900 || eight === 0x9b00) return flags[0x20 + ((opcode >> 3) & 0x1f)] === true; // SBIC, SBIS
  if (eight === 0x9600 || eight === 0x9700) return true; // ADIW, SBIW
  if ((opcode & 0xfe0f) === 0x9000) return flags[progMem[pc + 1]!] === true || progMem[pc + 1]! >= ram; // LDS
  return (opcode & 0xfe0f) === 0x940a || ((opcode & 0xfe08) === 0x9400 && (opcode & 0xf) !== 4); // DEC, COM to ROR
}
