import type { Medium, Transport } from "../driver.ts";
import { type OpenOptions, openTcp } from "./tcp.ts";

/** Opens what a bus is. Rejects with a LinkError, and then has opened nothing. */
export async function openLink(transport: Transport, options: OpenOptions, signal: AbortSignal): Promise<Medium> {
  if (transport.kind === "rfc2217") {
    const { openRfc2217 } = await import("./rfc2217.ts");
    return openRfc2217(transport, options, signal);
  }
  if (transport.kind === "firmata") {
    const { openFirmata } = await import("../firmata/open.ts");
    return openFirmata(transport.board, options, signal);
  }
  if (transport.kind === "opcua") {
    const { openSession } = await import("../opcua/open-session.ts");
    return openSession(transport, options, signal);
  }
  if (transport.kind !== "serial") return openTcp(transport, options, signal);
  const { openSerial } = await import("./serial.ts");
  return openSerial(transport, options);
}
