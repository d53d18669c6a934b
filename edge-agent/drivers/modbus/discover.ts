import { type Discovery, type Hearing, lineOf, type Question, type Sighting, type UnitQuestion } from "../discover.ts";
import { crc16 } from "./crc.ts";
import { introductions } from "./introduce.ts";
import { frameTcp } from "./mbap.ts";
import { encodeRequest, functionOf } from "./pdu.ts";
import { frameRtu } from "./rtu.ts";

/** A read of one register answers with 7 bytes, a refusal with 5. */
const longestAnswer = 9;
/** A gateway says that nobody is there (V1.1b3, 7: 0A no path, 0B target silent). */
const nobody = [10, 11];

/** Modbus units are found one by one, by a read of holding register 0, and those silent to that by input register 0. A refusal is an answer. */
export const modbusDiscovery: Discovery = {
  over: ["tcp", "serial", "raw-tcp", "rfc2217"],
  settings: ["9600 8N1", "9600 8E1", "19200 8E1", "19200 8N1", "4800 8N1", "115200 8N1", "2400 8N1", "38400 8N1"].map(
    lineOf,
  ),
  anybody: [],
  unit: unitQuestion,
  introductions,
};

function unitQuestion(unit: number, { kind, way }: UnitQuestion): Question {
  const request = { kind: "read", table: way === "first" ? "holding" : "input", start: 0, count: 1 } as const;
  const pdu = encodeRequest(request);
  const fn = functionOf(request);
  return {
    who: `unit ${unit}`,
    target: { unit },
    frame: kind === "tcp" ? frameTcp((fn << 8) | unit, unit, pdu) : frameRtu(unit, pdu),
    hear: kind === "tcp" ? hearTcp : hearRtu,
    longestAnswer,
  };
}

/** Every answer to a read of one register, whoever it is from: one that comes late counts for the unit that it names. */
function hearRtu(bytes: Uint8Array): Hearing {
  const seen: Sighting[] = [];
  let taken = 0;
  for (let at = 0; at + 5 <= bytes.length; ) {
    const refused = bytes[at + 1] === 0x83 || bytes[at + 1] === 0x84;
    const read = (bytes[at + 1] === 3 || bytes[at + 1] === 4) && bytes[at + 2] === 2;
    const length = refused ? 5 : read ? 7 : 0;
    if (length === 0 || !fits(bytes, at, length)) at++;
    else {
      if (!refused || !nobody.includes(bytes[at + 2]!)) seen.push({ unit: bytes[at]! });
      taken += length;
      at += length;
    }
  }
  return { seen, broken: bytes.length > taken };
}

function hearTcp(bytes: Uint8Array): Hearing {
  const seen: Sighting[] = [];
  let at = 0;
  while (at + 9 <= bytes.length && bytes[at + 2] === 0 && bytes[at + 3] === 0) {
    const end = at + 6 + ((bytes[at + 4]! << 8) | bytes[at + 5]!);
    if (end > bytes.length || end < at + 9) break;
    const refused = (bytes[at + 7]! & 0x80) !== 0;
    if (!refused || !nobody.includes(bytes[at + 8]!)) seen.push({ unit: bytes[at + 6]! });
    at = end;
  }
  return { seen, broken: at < bytes.length };
}

function fits(bytes: Uint8Array, at: number, length: number): boolean {
  const end = at + length;
  return end <= bytes.length && crc16(bytes, at, end - 2) === (bytes[end - 2]! | (bytes[end - 1]! << 8));
}
