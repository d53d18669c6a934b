import type { CPU } from "avr8js";
import { type Character, character, cyclesOf, type Format, receive, type Wire } from "./wire.ts";

/** A USART as the chip sees it: pins on two wires, which are one and the same on a bus. */
export type Usart = {
  format(): Format;
  /** Stops driving and listening: the chip is reset or without power. */
  end(): void;
};

export type Transceiver = {
  readonly rx: Wire;
  readonly tx: Wire;
  readonly drives: () => boolean;
  readonly deaf: () => boolean;
};

const A = 0xc0;
const B = 0xc1;
const C = 0xc2;
const UBRRL = 0xc4;
const UBRRH = 0xc5;
const UDR = 0xc6;

const [RXC, TXC, UDRE, FE, DOR, UPE, U2X, MPCM] = [0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01];
const [RXCIE, TXCIE, UDRIE, RXEN, TXEN] = [0x80, 0x40, 0x20, 0x10, 0x08];

/**
 * USART0 of the ATmega328P (datasheet 19), asynchronous mode, 5 to 8 data bits: two bytes of receive buffer and the shift register behind
 * them, overrun, frame and parity errors; one byte of transmit buffer. Multi-processor mode is not simulated.
 */
export function attachUsart(cpu: CPU, talker: object, { rx, tx, drives, deaf }: Transceiver): Usart {
  const { data } = cpu;
  const interrupt = (address: number, flagMask: number, enableMask: number, constant: boolean) => ({
    address,
    flagRegister: A,
    flagMask,
    enableRegister: B,
    enableMask,
    constant,
  });
  const received = interrupt(0x24, RXC, RXCIE, true);
  const empty = interrupt(0x26, UDRE, UDRIE, true);
  const sent = interrupt(0x28, TXC, TXCIE, false);

  let buffer: { readonly byte: number; readonly errors: number }[] = [];
  let shifted: { readonly byte: number; readonly errors: number } | undefined;
  let lost = false;
  let waiting: number | undefined;
  let sending = false;

  data[A] = UDRE;
  data[B] = 0;
  data[C] = 0x06;

  const format = (): Format => ({
    bit: (((data[UBRRH]! & 0x0f) << 8) + data[UBRRL]! + 1) * (data[A]! & U2X ? 8 : 16),
    dataBits: 5 + ((data[C]! >> 1) & 3),
    parity: data[C]! & 0x20 ? (data[C]! & 0x10 ? "odd" : "even") : "none",
    stopBits: data[C]! & 0x08 ? 2 : 1,
  });

  function showReceived(): void {
    const first = buffer[0];
    data[A] = (data[A]! & ~(FE | DOR | UPE)) | (first?.errors ?? 0);
    if (first) cpu.setInterruptFlag(received);
    else cpu.clearInterrupt(received);
  }

  function keep(byte: number, errors: number): void {
    const entry = { byte, errors: errors | (lost ? DOR : 0) };
    if (buffer.length < 2) {
      lost = false;
      buffer.push(entry);
      showReceived();
    } else {
      if (shifted) lost = true;
      else shifted = entry;
    }
  }

  const stopHearing = receive(rx, {
    format: () => (data[B]! & RXEN ? format() : undefined),
    deaf,
    at: (cycle, job) => void cpu.addClockEvent(job, cycle - cpu.cycles),
    hear: ({ byte, frameError, parityError }) => keep(byte, (frameError ? FE : 0) | (parityError ? UPE : 0)),
  });

  function send(byte: number): void {
    sending = true;
    const now = format();
    const out: Character = character(byte, now, cpu.cycles, talker);
    if (drives()) tx.talk(out);
    cpu.addClockEvent(() => {
      sending = false;
      if (waiting === undefined) return cpu.setInterruptFlag(sent);
      const next = waiting;
      waiting = undefined;
      cpu.setInterruptFlag(empty);
      send(next);
    }, cyclesOf(now));
  }

  cpu.readHooks[UDR] = () => {
    const first = buffer.shift();
    if (shifted) {
      buffer.push(shifted);
      shifted = undefined;
    }
    showReceived();
    return first?.byte ?? 0;
  };
  cpu.writeHooks[UDR] = (value) => {
    if (!(data[B]! & TXEN)) return true;
    cpu.clearInterrupt(sent);
    if (!sending) send(value);
    else {
      waiting = value;
      cpu.clearInterrupt(empty);
    }
    return true;
  };
  cpu.writeHooks[A] = (value) => {
    data[A] = (data[A]! & ~(U2X | MPCM)) | (value & (U2X | MPCM));
    if (value & TXC) cpu.clearInterrupt(sent);
    return true;
  };
  cpu.writeHooks[B] = (value) => {
    data[B] = value;
    if (!(value & RXEN)) {
      buffer = [];
      shifted = undefined;
      showReceived();
    }
    for (const each of [received, empty, sent]) cpu.updateInterruptEnable(each, value);
    return true;
  };

  return {
    format,
    end: () => {
      stopHearing();
      tx.letGo(talker, cpu.cycles);
    },
  };
}
