import { typeBytes } from "./binary-frame.ts";
import { fieldBytes } from "./field.ts";
import type { Address, FirmataAddress, OpcuaAddress } from "./schema.ts";
import { sentencePlace } from "./text/nmea.ts";

/** What an instrument may be found not to have, as people write it: `holding 0034`, `02010100`, `M1`, `byte 12`, `MWV 2=R`, `pin 7`, `Process/Flow`. */
export function placeOf(at: Address): string {
  if ("table" in at) return `${at.table} ${formatRegister(at.register)}`;
  if (isOnBoard(at)) return placeOnBoard(at);
  if ("di" in at) return at.di;
  if ("node" in at) return at.element === undefined ? at.node : `${at.node}[${at.element}]`;
  if ("sentence" in at) return sentencePlace(at);
  if ("message" in at) return at.message;
  return "command" in at ? at.command : `byte ${at.from}`;
}

/** True for an address of a Firmata board. */
export function isOnBoard(at: Address): at is FirmataAddress {
  return "i2c" in at || "analog" in at || "digital" in at || "output" in at || "pwm" in at || "one_wire" in at;
}

function placeOnBoard(at: FirmataAddress): string {
  if ("analog" in at) return `A${at.analog}`;
  if ("digital" in at) return `pin ${at.digital}`;
  if ("output" in at) return `output ${at.output}`;
  if ("pwm" in at) return `PWM ${at.pwm}`;
  if ("one_wire" in at) return `OneWire ${at.one_wire}${at.rom ? ` ${at.rom}` : ""}`;
  if ("sensor" in at) return `${at.sensor} ${hexByte(at.i2c)} ${at.value}`;
  return `I2C ${hexByte(at.i2c)}${at.register === undefined ? "" : ` ${hexByte(at.register)}`}`;
}

function hexByte(byte: number): string {
  return `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** A register number as we print it on the wire's side: `0034`. */
export function formatRegister(register: number): string {
  return register.toString(16).toUpperCase().padStart(4, "0");
}

/** How many bits a raw whole number has; undefined when it is none. */
export function bitsOf(at: Address): number | undefined {
  if ("table" in at) return { u16: 16, i16: 16, u32: 32, i32: 32 }[at.type as "u16"];
  if (isOnBoard(at)) {
    if ("bytes" in at) return at.bits ?? 8 * at.bytes;
    return "sensor" in at ? undefined : 16;
  }
  if ("di" in at) return at.bytes === undefined ? undefined : 8 * fieldBytes(at);
  if ("number" in at) return at.number === "hex" ? 32 : undefined;
  if ("node" in at) return widths[at.type];
  return "type" in at && /^[ui]/.test(at.type) ? 8 * typeBytes(at.type) : undefined;
}

const widths: Readonly<Partial<Record<OpcuaAddress["type"], number>>> = {
  ...{ Byte: 8, SByte: 8, UInt16: 16, Int16: 16, UInt32: 32, Int32: 32 },
};
