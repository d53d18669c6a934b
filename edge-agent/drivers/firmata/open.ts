import { say } from "@weir/wire/sentences.ts";
import { type FirmataPlace, type Link, LinkError, type Medium } from "../driver.ts";
import { listPorts, type Port } from "../links/ports.ts";
import { openSerial } from "../links/serial.ts";
import { type OpenOptions, openTcp } from "../links/tcp.ts";
import { openBoard } from "./board.ts";
import { texts } from "./fault.ts";

/**
 * Finds the board, opens its port or connects to it, and waits until it says what it runs. Opening the port of most boards resets
 * them. Rejects with a LinkError that says what to check, and then has opened nothing.
 */
export async function openFirmata(place: FirmataPlace, options: OpenOptions, signal: AbortSignal): Promise<Medium> {
  if ("host" in place) {
    const link: Link = await openTcp(place, options, signal);
    return openBoard(link, `${place.host}:${place.port}`, options.clock, signal);
  }
  const path = "path" in place ? place.path : choosePort(place, listPorts());
  const line = { baud: place.speed, dataBits: 8, parity: "none", stopBits: 1 } as const;
  const link = await openSerial({ kind: "serial", path, ...line }, options);
  return openBoard(link, path, options.clock, signal);
}

/** A serial port on USB. */
type UsbPort = Pick<Port, "path" | "usb" | "serialNumber">;

/** The one port of a board with this USB id. Throws a LinkError when there is none, or more than one. */
export function choosePort(wanted: Extract<FirmataPlace, { usb: string }>, all: readonly UsbPort[]): string {
  const { usb, serialNumber } = wanted;
  const ports = all.filter((port) => port.usb !== undefined);
  const fitting = ports.filter(
    (port) => port.usb === usb.toLowerCase() && (serialNumber === undefined || port.serialNumber === serialNumber),
  );
  if (fitting.length === 1) return fitting[0]!.path;
  const said = serialNumber === undefined ? usb : say(texts.ofSerialNumber, { usb, serialNumber });
  if (fitting.length > 1)
    throw new LinkError(
      "refused",
      say(texts.severalBoards, { count: fitting.length, usb: said, boards: listed(fitting) }),
    );
  throw new LinkError(
    "refused",
    ports.length === 0
      ? say(texts.noBoard, { usb: said })
      : say(texts.otherBoards, { usb: said, boards: listed(ports) }),
  );
}

function listed(ports: readonly UsbPort[]): string {
  return ports
    .map(({ usb, serialNumber, path }) => `${path} ${usb}${serialNumber ? ` ${serialNumber}` : ""}`)
    .join(", ");
}
