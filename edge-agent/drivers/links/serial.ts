import { type Sentence, say } from "@weir/wire/sentences.ts";
import type { SerialPort } from "serialport";
import { type LineSettings, type Link, LinkError, type Transport } from "../driver.ts";
import { createInbox } from "./inbox.ts";
import { claimPort } from "./port-claim.ts";
import { heldBy } from "./port-faults.ts";
import { findHolders } from "./port-holders.ts";
import type { OpenOptions } from "./tcp.ts";

type SerialTransport = Extract<Transport, { kind: "serial" }>;
type PortClass = typeof SerialPort;

/** The native module is loaded here and only here. */
const loadPortClass = async (): Promise<PortClass> => (await import("serialport")).SerialPort;

/** What a serial line needs of the system; tests bring their own. */
export type SerialSystem = { readonly loadPort: () => Promise<PortClass>; readonly claimPort: typeof claimPort };
const realSystem: SerialSystem = { loadPort: loadPortClass, claimPort };

/**
 * Opens a serial line for this process alone (port-claim.ts); until an instrument needs another parity, the kernel sees to it too.
 * Rejects with a LinkError that says what to check, and then has opened nothing.
 */
export async function openSerial(
  transport: SerialTransport,
  { clock }: OpenOptions,
  { loadPort, claimPort }: SerialSystem = realSystem,
): Promise<Link> {
  const Port = await loadPort();
  const { path } = transport;
  const claim = await claimPort(path);
  const inbox = createInbox(clock);
  let lastByteAt = clock.monotonic();
  let lastHeardAt = lastByteAt;
  let why = new LinkError("closed", say(wasClosed, { path }));
  let current: LineSettings = transport;
  let reopening = false;
  let shut = false;
  const { promise: closed, resolve: tellClosed } = Promise.withResolvers<LinkError>();

  function end(reason: LinkError): void {
    inbox.end(reason);
    void claim.release().then(() => tellClosed(reason));
  }

  async function openPort({ baud, dataBits, parity, stopBits }: LineSettings): Promise<SerialPort> {
    const opened = new Port({ path, baudRate: baud, dataBits, parity, stopBits, autoOpen: false });
    opened.on("data", (chunk: Buffer) => {
      lastByteAt = clock.monotonic();
      lastHeardAt = lastByteAt;
      inbox.push(chunk);
    });
    opened.on("error", (error) => {
      why = explain(error, path);
    });
    opened.on("close", (error: Error | null) => {
      if (error) why = new LinkError("closed", say(wentAway, { path }), { cause: error });
      if (!reopening) end(why);
    });
    await open(opened, path);
    return opened;
  }

  /** All but the baud rate is fixed when a port is opened, so the port is opened anew; the baud rate alone is switched. */
  async function set(settings: LineSettings): Promise<void> {
    const { baud, dataBits, parity, stopBits } = settings;
    const rateOnly = dataBits === current.dataBits && parity === current.parity && stopBits === current.stopBits;
    if (rateOnly && baud === current.baud) return;
    try {
      if (rateOnly) await finished((done) => port.update({ baudRate: baud }, done), path);
      else {
        reopening = true;
        if (shut) await claim.unshut(descriptorOf(port)!);
        shut = false;
        await finished((done) => port.close(done), path);
        port = await openPort(settings);
      }
      current = settings;
      inbox.discard();
    } catch (error) {
      why = error as LinkError;
      if (port.isOpen) port.close();
      end(why);
      throw why;
    } finally {
      reopening = false;
    }
  }

  let port = await openPort(transport).catch(async (error: unknown) => {
    await claim.release();
    throw isLocked(error) ? heldBy(path, await findHolders(path), { cause: error }) : error;
  });
  const descriptor = descriptorOf(port);
  shut = descriptor !== undefined && (await claim.shut(descriptor));

  return {
    send: (bytes) => {
      lastByteAt = clock.monotonic();
      port.write(bytes);
    },
    set,
    discard: inbox.discard,
    overhear: inbox.overhear,
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
  return finished((done) => port.open(done), path);
}

function finished(start: (done: (error: Error | null) => void) => void, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(explain(error, path)) : resolve()));
  });
}

function explain(error: Error, path: string): LinkError {
  const hint = hints.find(([pattern]) => pattern.test(error.message))?.[1] ?? anyOther;
  return new LinkError("refused", `${path}: ${say(hint, { message: error.message })}`, { cause: error });
}

const locked = /lock|busy|temporarily unavailable/i;
const isLocked = (error: unknown) => error instanceof LinkError && locked.test(error.message);

const wasClosed = { en: "{path} was closed", zh: "{path} 已关闭" } as const;
const wentAway = {
  en: "{path} went away: check the adapter's plug and power",
  zh: "{path} 已消失：请检查适配器的插头和供电",
} as const;
const anyOther = {
  en: "check the adapter and its driver ({message})",
  zh: "请检查适配器及其驱动（{message}）",
} as const;
const hints: readonly (readonly [RegExp, Sentence])[] = [
  [
    /no such file|not found/i,
    {
      en: "there is no such port; list /dev/serial/by-id, whose names survive replugging ({message})",
      zh: "没有此串口；请查看 /dev/serial/by-id，其中的名称重新插拔后不变（{message}）",
    },
  ],
  [
    /permission|access denied/i,
    {
      en: "no permission; add the user to the group that owns the port (dialout) ({message})",
      zh: "没有权限；请将用户加入串口所属的组（dialout）（{message}）",
    },
  ],
  [locked, { en: "another program holds the port ({message})", zh: "串口被其他程序占用（{message}）" }],
];

/** The file of an open port; undefined where the system's ports have none. */
function descriptorOf({ port }: SerialPort): number | undefined {
  const fd = (port as { fd?: unknown } | undefined)?.fd;
  return typeof fd === "number" ? fd : undefined;
}

export const sentences: readonly Sentence[] = [wasClosed, wentAway, ...hints.map(([, hint]) => hint), anyOther];
