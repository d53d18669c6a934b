import { type Sentence, tellerOf } from "@weir/wire/sentences.ts";
import { sentences as cjt188 } from "./cjt188/fault.ts";
import { sentences as identifiers } from "./data-identifier.ts";
import { sentences as dlt645 } from "./dlt645/fault.ts";
import { sentences as common } from "./faults.ts";
import { sentences as firmata } from "./firmata/fault.ts";
import { sentences as frame } from "./frame/fault.ts";
import { sentences as ports } from "./links/port-faults.ts";
import { sentences as rfc2217 } from "./links/rfc2217.ts";
import { sentences as serial } from "./links/serial.ts";
import { sentences as tcp } from "./links/tcp.ts";
import { sentences as modbus } from "./modbus/fault.ts";
import { sentences as opcuaServer } from "./opcua/endpoint.ts";
import { sentences as opcuaConnection } from "./opcua/explain.ts";
import { sentences as opcuaStatus } from "./opcua/fault.ts";
import { sentences as opcuaCertificate } from "./opcua/judge-certificate.ts";
import { sentences as opcuaNode } from "./opcua/locate.ts";
import { sentences as opcuaSilence } from "./opcua/watchdog.ts";
import { sentences as sdi12 } from "./sdi12/fault.ts";
import { sentences as lines } from "./text-lines.ts";

/** Everything that a driver, its link or its bus says of itself. */
export const faultSentences: readonly Sentence[] = [
  ...[common, tcp, serial, ports, rfc2217, modbus, dlt645, cjt188, sdi12, frame, lines, identifiers, firmata],
  ...[opcuaServer, opcuaConnection, opcuaStatus, opcuaCertificate, opcuaNode, opcuaSilence],
].flat();

/** What a driver says is wrong, in the reader's language; what an operating system or a library said stays as it is. */
export const sayFault = tellerOf(faultSentences);
