import { createServer } from "node:net";
import { type Clock, virtualClock } from "@weir/wire/clock.ts";
import type { AVRTWI, CPU } from "avr8js";

/** For peer tests: an ATmega328P that runs a firmware image in this process, with its serial port on TCP. */
export type AvrBoard = {
  readonly port: number;
  /** Volts at an analog input, 0 to 5. */
  analog(channel: number, volts: number): void;
  /** Level at a digital pin (Uno numbering) that is an input. */
  digital(pin: number, high: boolean): void;
  /** What the board drives a pin to; undefined while it is an input. */
  driven(pin: number): boolean | undefined;
  /** As the reset button: flash stays, everything else starts anew. */
  reset(): void;
  /** The board's own time: it goes as slowly as the simulation does on a busy machine, so who waits by it never waits too short. */
  readonly clock: Clock;
  close(): Promise<void>;
};

const hertz = 16_000_000;
const cyclesPerMs = hertz / 1000;

/** Intel HEX → program memory. Throws RangeError for a line that fails its checksum. */
export function parseHex(text: string): Uint16Array {
  const flash = new Uint8Array(0x8000).fill(0xff);
  for (const line of text.split(/\r?\n/)) {
    if (!line.startsWith(":")) continue;
    const bytes = Buffer.from(line.slice(1), "hex");
    if (bytes.reduce((sum, byte) => sum + byte, 0) % 256 !== 0) throw new RangeError(`${line}: wrong checksum`);
    if (bytes[3] === 0) flash.set(bytes.subarray(4, -1), bytes.readUInt16BE(1));
  }
  return new Uint16Array(flash.buffer);
}

/** Runs the image at the pace of the wall clock, or slower where the machine cannot keep up. One client at a time; connecting does not reset. */
export async function startAvr(program: Uint16Array): Promise<AvrBoard> {
  const avr = await import("avr8js");
  const analog = new Array<number>(8).fill(0);
  const inputs = new Map<number, boolean>();
  const toBoard: number[] = [];
  let send: (byte: number) => void = () => {};
  let over = false;

  function powerUp() {
    const cpu: CPU = new avr.CPU(program);
    const ports = [avr.portDConfig, avr.portBConfig, avr.portCConfig].map((config) => new avr.AVRIOPort(cpu, config));
    for (const config of [avr.timer0Config, avr.timer1Config, avr.timer2Config]) new avr.AVRTimer(cpu, config);
    const usart = new avr.AVRUSART(cpu, avr.usart0Config, hertz);
    const adc = new avr.AVRADC(cpu, avr.adcConfig);
    const twi: AVRTWI = new avr.AVRTWI(cpu, avr.twiConfig, hertz);
    usart.onByteTransmit = (byte) => send(byte);
    const feed = () => {
      if (toBoard.length > 0 && usart.rxEnable && usart.writeByte(toBoard[0]!)) toBoard.shift();
    };
    usart.onRxComplete = feed;
    const setInputs = () => {
      for (let channel = 0; channel < 8; channel++) adc.channelValues[channel] = analog[channel]!;
      for (const [pin, high] of inputs) portOf(ports, pin).setPin(bitOf(pin), high);
    };
    return { cpu, ports, twi, feed, setInputs };
  }

  let chip = powerUp();
  const clock = virtualClock(Date.now());
  let startedAt = performance.now();

  const server = createServer({ noDelay: true }, (socket) => {
    toBoard.length = 0;
    send = (byte) => void (socket.destroyed || socket.write(Uint8Array.of(byte)));
    socket.on("data", (bytes) => toBoard.push(...bytes));
    socket.on("error", () => socket.destroy());
  });
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  async function run(): Promise<void> {
    if (over) return;
    const behind = performance.now() - startedAt - clock.monotonic();
    const slice = Math.min(20, Math.max(0, behind));
    const { cpu } = chip;
    const until = cpu.cycles + slice * cyclesPerMs;
    chip.setInputs();
    chip.feed();
    while (cpu.cycles < until) {
      avr.avrInstruction(cpu);
      cpu.tick();
    }
    if (behind > 500) startedAt += behind - 500;
    await clock.advance(slice);
    setTimeout(run, 1);
  }
  void run();

  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    analog: (channel, volts) => {
      analog[channel] = volts;
    },
    digital: (pin, high) => void inputs.set(pin, high),
    driven: (pin) => {
      const state = portOf(chip.ports, pin).pinState(bitOf(pin));
      return state === avr.PinState.High ? true : state === avr.PinState.Low ? false : undefined;
    },
    reset: () => {
      toBoard.length = 0;
      chip = powerUp();
    },
    clock,
    close: async () => {
      over = true;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Uno: 0 to 7 are port D, 8 to 13 port B, 14 to 19 (A0 to A5) port C. */
function portOf<Port>(ports: readonly Port[], pin: number): Port {
  return ports[pin < 8 ? 0 : pin < 14 ? 1 : 2]!;
}

function bitOf(pin: number): number {
  return pin < 8 ? pin : pin < 14 ? pin - 8 : pin - 14;
}
