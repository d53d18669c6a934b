import * as avr from "avr8js";
import { nextWake, tick } from "./clock-events.ts";
import { createEeprom } from "./eeprom.ts";
import { createFlash } from "./flash.ts";
import { attachI2c, createI2cBus, type I2cBus } from "./i2c.ts";
import { longestLoop, skipLoop } from "./idle-loop.ts";
import { attachUsart } from "./usart.ts";
import { attachWatchdog } from "./watchdog.ts";
import { createWire, type Format, type Wire } from "./wire.ts";

export const hertz = 16_000_000;

/** Why a chip starts, and its bit in MCUSR. */
export const resetCauses = { power: 1, pin: 2, watchdog: 8 } as const;
export type ResetCause = keyof typeof resetCauses;

export type BoardOptions = {
  /** Where the chip starts when its BOOTRST fuse is programmed, byte address; without it the boot section is empty and it starts at 0. */
  readonly bootStart?: number;
  /** The fuse WDTON is programmed: no firmware can switch its watchdog off. */
  readonly watchdogAlwaysOn?: boolean;
  /** The wires of the UART: pins of its own unless they are given. */
  readonly rx?: Wire;
  readonly tx?: Wire;
  /** The pin (Uno numbering) that turns an RS-485 transceiver to driving; its receiver is off meanwhile. */
  readonly directionPin?: number;
  /** What hangs on A4 and A5; nothing unless it is given. */
  readonly i2c?: I2cBus;
  /** The cycle at which it gets power. */
  readonly startsAt?: number;
  /** Told of the cycle at which it begins to erase or write a page, or to write a byte of EEPROM: a power cut tears it. */
  readonly onWrite?: (cycle: number, to: "flash" | "eeprom") => void;
};

/** An Uno: an ATmega328P at 16 MHz that executes its instructions. Deterministic; nothing in it knows the wall clock. */
export type Board = {
  /** Virtual time: cycles, 16 000 000 a second, through resets and power cuts. */
  readonly cycles: number;
  /** Runs to a cycle, and at most one instruction further. */
  runTo(cycle: number): void;
  /** The same, but stops where it begins to send a character: for whoever has to hear it in time. */
  runToTalk(cycle: number): void;
  /** One instruction; or the time until something wakes it. */
  step(): void;
  /** Infinity while it is awake; otherwise the cycle of what will wake it, if nothing comes from outside. */
  asleepUntil(): number | undefined;
  /** All 32 KiB as they are in the cells. Change them through `program`. */
  readonly flash: Uint8Array;
  /** As a programmer does: bytes into the cells from an address on. The chip is reset by whoever wants it. */
  program(bytes: Uint8Array, at?: number): void;
  readonly eeprom: Uint8Array;
  readonly sram: Uint8Array;
  /** Byte address of the next instruction. */
  readonly programCounter: number;
  /** Volts at an analog input, 0 to 5, read as a digital level too; or how they change with time, by the cycle. */
  analog(channel: number, volts: number | ((cycle: number) => number)): void;
  /** Level at a digital pin (Uno numbering) that is an input. */
  digital(pin: number, high: boolean): void;
  /** What the board drives a pin to; undefined while it is an input. */
  driven(pin: number): boolean | undefined;
  readonly rx: Wire;
  readonly tx: Wire;
  /** The format its UART is set to. */
  uartFormat(): Format;
  /** Memory stays; everything else starts anew. */
  reset(cause?: ResetCause): void;
  /** How often it was reset, by cause. */
  readonly resets: Readonly<Record<ResetCause, number>>;
  /** At this cycle: a flash page or EEPROM byte in work is torn, SRAM forgets. It is dark until powerOn. */
  cutPower(random: () => number): void;
  powerOn(): void;
  readonly powered: boolean;
  /** What the firmware did that silicon does not do, oldest first: none in a good firmware. */
  readonly faults: readonly string[];
};

/** SLEEP and SPM, which avr8js leaves to us, and WDR and LPM, which share their pattern. */
const special = 0x9588;
/** A firmware that has given up waits here for its watchdog. */
const jumpToItself = 0xcfff;
const SMCR = 0x53;
/** EECR, SPMCSR, UCSR0A: a firmware waits for these by asking again and again. */
const polled = [0x3f, 0x57, 0xc0];
const MCUSR = 0x54;

export function createBoard(options: BoardOptions = {}): Board {
  const { rx = createWire(), tx = createWire(), directionPin, bootStart } = options;
  const { i2c = createI2cBus(), onWrite = () => {} } = options;
  const faults: string[] = [];
  const flash = createFlash({
    bootStart: bootStart ?? 0x8000,
    fault: (what) => void faults.push(what),
    onWrite: (cycle) => onWrite(cycle, "flash"),
  });
  const eeprom = createEeprom((cycle) => onWrite(cycle, "eeprom"));
  const analog = new Array<number | ((cycle: number) => number)>(8).fill(0);
  /** As avr8js asks for them, channel by channel. */
  const voltages = Object.defineProperties(
    {},
    Object.fromEntries(
      analog.map((_, channel) => [
        channel,
        {
          get: () => {
            const volts = analog[channel]!;
            return typeof volts === "number" ? volts : volts(chip.cpu.cycles);
          },
        },
      ]),
    ),
  );
  const inputs = new Map<number, boolean>();
  const resets = { power: 0, pin: 0, watchdog: 0 };
  let powered = true;
  let asleep = false;
  let sleepsAt = -1;
  let bitten = false;
  let talk: "ignored" | "awaited" | "begun" = "ignored";
  /** The last read of a polled register; `isLoop`: it came from the same place shortly before. */
  const poll = { pc: -1, at: 0, isLoop: false };
  let drives = directionPin === undefined;
  let chip: ReturnType<typeof start>;

  function start(cause: ResetCause, cycles: number, before?: Uint8Array) {
    const cpu = new avr.CPU(flash.program, 2048);
    cpu.cycles = cycles;
    if (before) cpu.data.set(before.subarray(0x100), 0x100);
    cpu.data[MCUSR] = resetCauses[cause] | (cause === "power" ? 0 : (before?.[MCUSR] ?? 0));
    cpu.pc = (bootStart ?? 0) >> 1;
    const ports = [avr.portDConfig, avr.portBConfig, avr.portCConfig].map((config) => new avr.AVRIOPort(cpu, config));
    const timers = [avr.timer0Config, avr.timer1Config, avr.timer2Config].map(
      (config) => new avr.AVRTimer(cpu, config),
    );
    const adc = new avr.AVRADC(cpu, avr.adcConfig);
    Object.assign(adc, { channelValues: voltages });
    new avr.AVRSPI(cpu, avr.spiConfig, hertz);
    attachI2c(cpu, new avr.AVRTWI(cpu, avr.twiConfig, hertz), i2c);
    new avr.AVREEPROM(
      cpu,
      eeprom.backend(() => cpu.cycles),
    );
    flash.attach(cpu);
    attachWatchdog(
      cpu,
      () => {
        bitten = true;
      },
      options.watchdogAlwaysOn ?? false,
    );
    drives = directionPin === undefined;
    const usart = attachUsart(cpu, talker, {
      rx,
      tx,
      drives: () => {
        if (talk === "awaited") talk = "begun";
        return drives;
      },
      deaf: () => directionPin !== undefined && drives,
    });
    for (const register of polled)
      cpu.readHooks[register] = () => {
        poll.isLoop = cpu.pc === poll.pc && cpu.cycles - poll.at <= longestLoop;
        poll.pc = cpu.pc;
        poll.at = cpu.cycles;
        return cpu.data[register]!;
      };
    for (const [pin, high] of inputs) portOf(ports, pin).setPin(bitOf(pin), high);
    if (directionPin !== undefined) {
      const port = portOf(ports, directionPin);
      port.addListener(() => {
        const now = port.pinState(bitOf(directionPin)) === avr.PinState.High;
        if (drives && !now) tx.letGo(talker, cpu.cycles);
        drives = now;
      });
    }
    asleep = false;
    bitten = false;
    resets[cause]++;
    return { cpu, ports, timers, usart };
  }
  const talker = {};

  function reset(cause: ResetCause): void {
    const { cpu, usart } = chip;
    usart.end();
    chip = start(cause, cpu.cycles, cpu.data);
  }

  function runTo(until: number, from: "ignored" | "awaited" = "ignored"): void {
    if (!powered) {
      chip.cpu.cycles = Math.max(chip.cpu.cycles, until);
      return;
    }
    talk = from;
    while (chip.cpu.cycles < until) {
      if (asleep) doze(until);
      else work(until);
      if (bitten) reset("watchdog");
      if (hasBegunToTalk()) return;
    }
  }

  function hasBegunToTalk(): boolean {
    return talk === "begun";
  }

  function doze(until: number): void {
    const { cpu, timers } = chip;
    if (cpu.nextInterrupt < 0) {
      const wake = nextWake(cpu, timers);
      if (wake > until) {
        cpu.cycles = until;
        return;
      }
      cpu.cycles = Math.max(cpu.cycles, wake);
      tick(cpu, avr.avrInterrupt);
    }
    if (cpu.nextInterrupt >= 0) tick(cpu, avr.avrInterrupt);
    asleep = cpu.nextInterrupt < 0 && cpu.pc === sleepsAt;
  }

  function work(until: number): void {
    const { cpu } = chip;
    const { progMem } = cpu;
    while (cpu.cycles < until) {
      const opcode = progMem[cpu.pc]!;
      if ((opcode & 0xff9f) === special) {
        if (opcode === 0x95e8) flash.storeProgramMemory(cpu);
        avr.avrInstruction(cpu);
        if (opcode === 0x9588 && cpu.data[SMCR]! & 1) {
          asleep = true;
          sleepsAt = cpu.pc;
        }
      } else {
        avr.avrInstruction(cpu);
        if (opcode === jumpToItself) skipLoop(cpu, chip.timers, until);
      }
      tick(cpu, avr.avrInterrupt);
      if (asleep) {
        asleep = cpu.nextInterrupt < 0 && cpu.pc === sleepsAt;
        return;
      }
      if (bitten) return;
      if (hasBegunToTalk()) return;
      if (poll.isLoop) {
        skipLoop(cpu, chip.timers, until);
        poll.isLoop = false;
      }
    }
  }

  function digital(pin: number, high: boolean): void {
    inputs.set(pin, high);
    portOf(chip.ports, pin).setPin(bitOf(pin), high);
  }

  chip = start("power", options.startsAt ?? 0);
  return {
    get cycles() {
      return chip.cpu.cycles;
    },
    runTo: (cycle) => runTo(cycle),
    runToTalk: (cycle) => runTo(cycle, "awaited"),
    step: () => {
      const now = chip.cpu.cycles;
      runTo(asleep && powered ? Math.max(now + 1, Math.min(nextWake(chip.cpu, chip.timers), now + hertz)) : now + 1);
    },
    asleepUntil: () => {
      if (!powered) return Number.POSITIVE_INFINITY;
      return asleep && chip.cpu.nextInterrupt < 0 ? nextWake(chip.cpu, chip.timers) : undefined;
    },
    flash: flash.bytes,
    program: (bytes, at = 0) => {
      flash.bytes.set(bytes, at);
      flash.refresh();
    },
    eeprom: eeprom.bytes,
    get sram() {
      return chip.cpu.data.subarray(0x100);
    },
    get programCounter() {
      return chip.cpu.pc * 2;
    },
    analog: (channel, volts) => {
      analog[channel] = volts;
      if (typeof volts === "number" && channel < 6) digital(14 + channel, volts >= 2.5);
    },
    digital,
    driven: (pin) => {
      const state = powered ? portOf(chip.ports, pin).pinState(bitOf(pin)) : avr.PinState.Input;
      return state === avr.PinState.High ? true : state === avr.PinState.Low ? false : undefined;
    },
    rx,
    tx,
    uartFormat: () => chip.usart.format(),
    reset: (cause = "pin") => {
      if (powered) reset(cause);
    },
    resets,
    cutPower: (random) => {
      if (!powered) return;
      powered = false;
      chip.usart.end();
      flash.tear(random);
      eeprom.tear(chip.cpu.cycles, random);
      for (let n = 0x100; n < chip.cpu.data.length; n++) chip.cpu.data[n] = Math.floor(random() * 256);
    },
    powerOn: () => {
      if (powered) return;
      powered = true;
      chip = start("power", chip.cpu.cycles, chip.cpu.data);
    },
    get powered() {
      return powered;
    },
    faults,
  };
}

/** Uno: 0 to 7 are port D, 8 to 13 port B, 14 to 19 (A0 to A5) port C. */
function portOf<Port>(ports: readonly Port[], pin: number): Port {
  return ports[pin < 8 ? 0 : pin < 14 ? 1 : 2]!;
}

function bitOf(pin: number): number {
  return pin < 8 ? pin : pin < 14 ? pin - 8 : pin - 14;
}
