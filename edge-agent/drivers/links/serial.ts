import type { SerialPort } from "serialport";
import { type Link, LinkError, type Transport } from "../driver.ts";
import { createInbox } from "./inbox.ts";
import type { OpenOptions } from "./tcp.ts";

type SerialTransport = Extract<Transport, { kind: "serial" }>;

/**
 * Opens a serial line with 8 data bits and takes its lock. The native module is loaded here and only here.
 * Rejects with a LinkError that says what to check, and then has opened nothing.
 */
export async function openSerial(transport: SerialTransport, { clock }: OpenOptions): Promise<Link> {
  const { SerialPort } = await import("serialport");
  const { path, baud, parity, stopBits } = transport;
  const inbox = createInbox(clock);
  let lastByteAt = clock.monotonic();
  let lastHeardAt = lastByteAt;
  let why = new LinkError("closed", `${path} was closed`);
  const { promise: closed, resolve: tellClosed } = Promise.withResolvers<LinkError>();
  const port = new SerialPort({ path, baudRate: baud, dataBits: 8, parity, stopBits, autoOpen: false });

  port.on("data", (chunk: Buffer) => {
    lastByteAt = clock.monotonic();
    lastHeardAt = lastByteAt;
    inbox.push(chunk);
  });
  port.on("error", (error) => {
    why = explain(error, path);
  });
  port.on("close", (error: Error | null) => {
    if (error) why = new LinkError("closed", `${path} went away: check the adapter's plug and power`, { cause: error });
    inbox.end(why);
    tellClosed(why);
  });
  await open(port, path);

  return {
    send: (bytes) => {
      lastByteAt = clock.monotonic();
      port.write(bytes);
    },
    discard: inbox.discard,
    receive: inbox.receive,
    lastByteAt: () => lastByteAt,
    lastHeardAt: () => lastHeardAt,
    closed,
    close: async () => {
      if (port.isOpen) port.close();
      await closed;
    },
  };
}

function open(port: SerialPort, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    port.open((error) => (error ? reject(explain(error, path)) : resolve()));
  });
}

function explain(error: Error, path: string): LinkError {
  const hint = hints.find(([pattern]) => pattern.test(error.message))?.[1] ?? "check the adapter and its driver";
  return new LinkError("refused", `${path}: ${hint} (${error.message})`, { cause: error });
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/no such file|not found/i, "there is no such port; list /dev/serial/by-id, whose names survive replugging"],
  [/permission|access denied/i, "no permission; add the user to the group that owns the port (dialout)"],
  [/lock|busy|temporarily unavailable/i, "another program holds the port"],
];
