import type {
  BindingInterface,
  BindingPortInterface,
  BindingsErrorInterface,
  OpenOptions,
  PortInfo,
} from "@serialport/bindings-interface";
import { type AdapterSettings, createAdapter, formatOf } from "./adapter.ts";
import type { Board } from "./board.ts";
import { type Pacing, pace } from "./pace.ts";
import type { Timeline } from "./timeline.ts";
import { cyclesOf } from "./wire.ts";

/** A board on a cable: its time passes while its port is open. */
export type Plugged = {
  /** As the port is opened by: `sim:uno`. */
  readonly path: string;
  readonly board: Board;
  /** On which the board is. */
  readonly timeline: Timeline;
  /** When its port has been closed. */
  readonly closed?: () => void;
};

/** Serial ports with simulated boards behind them, for whatever takes a binding of `serialport`: SerialPortStream, and so johnny-five. */
export type SimBinding = BindingInterface & {
  /** The cable is pulled: whoever has the port open is told that it went away. It is plugged in again with `plug`. */
  unplug(path: string): void;
  plug(plugged: Plugged): void;
};

/** What lets the board's time pass while its port is open; at the pace of the wall clock unless another is given. */
export type Pacer = (timeline: Timeline) => Pick<Pacing, "stop">;

/** As the Uno's own USB chip calls itself. */
const usb = { manufacturer: "Arduino (www.arduino.cc)", vendorId: "2341", productId: "0043" } as const;

export function createSimBinding(boards: readonly Plugged[], pacer: Pacer = pace): SimBinding {
  const plugged = new Map(boards.map((each) => [each.path, each]));
  const open = new Map<string, { goneAway(): void }>();
  return {
    list: async () => [...plugged.keys()].map(infoOf),
    open: async (options) => {
      const { path } = options;
      const board = plugged.get(path);
      if (!board)
        throw new Error(
          `No such file or directory, cannot open ${path}; there are ${[...plugged.keys()].join(", ") || "no simulated boards"}`,
        );
      if (open.has(path)) throw new Error(`Resource temporarily unavailable, cannot lock port ${path}`);
      const port = openPort(board, options, pacer, () => open.delete(path));
      open.set(path, port);
      return port;
    },
    unplug: (path) => {
      plugged.delete(path);
      open.get(path)?.goneAway();
    },
    plug: (board) => void plugged.set(board.path, board),
  };
}

function infoOf(path: string): PortInfo {
  const serialNumber = path.replace(/^sim:/, "");
  return { path, ...usb, serialNumber, pnpId: `usb-Arduino_Uno_${serialNumber}-if00`, locationId: undefined };
}

type Reading = {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly length: number;
  readonly resolve: (read: { buffer: Buffer; bytesRead: number }) => void;
  readonly reject: (error: Error) => void;
};

/** Opening asserts DTR, whose edge resets the board, as on an Uno. */
function openPort(
  { path, board, timeline, closed }: Plugged,
  options: OpenOptions,
  pacer: Pacer,
  over: () => void,
): BindingPortInterface & { goneAway(): void } {
  const openOptions: Required<OpenOptions> = {
    dataBits: 8,
    stopBits: 1,
    parity: "none",
    lock: true,
    rtscts: false,
    xon: false,
    xoff: false,
    xany: false,
    hupcl: true,
    ...options,
  };
  let settings = settingsOf(openOptions);
  const adapter = createAdapter(timeline, { rx: board.tx, tx: board.rx }, settings);
  let waiting: number[] = [];
  let reading: Reading | undefined;
  let sentUntil = 0;
  let dtr = false;
  let gone = false;
  adapter.onByte = (byte) => {
    if (waiting.push(byte) === 1) setImmediate(deliver); // what comes in one slice of time is read at once
  };
  setDtr(true);
  const pacing = pacer(timeline);

  function deliver(): void {
    if (!reading || waiting.length === 0) return;
    const { buffer, offset, length, resolve } = reading;
    reading = undefined;
    const bytes = waiting.splice(0, length);
    buffer.set(bytes, offset);
    resolve({ buffer, bytesRead: bytes.length });
  }

  function setDtr(on: boolean): void {
    if (on && !dtr) {
      board.reset("pin");
      waiting = [];
    }
    dtr = on;
  }

  function end(why: BindingsErrorInterface): void {
    pacing.stop();
    adapter.onByte = () => {};
    over();
    closed?.();
    reading?.reject(why);
    reading = undefined;
  }

  function mustBeOpen(): void {
    if (gone) throw new Error(`${path} went away`);
    if (!port.isOpen) throw new Error("Port is not open");
  }

  const port: BindingPortInterface & { goneAway(): void } = {
    openOptions,
    isOpen: true,
    close: async () => {
      if (!gone) mustBeOpen();
      port.isOpen = false; // not before: who has it open closes it when it hears that it went away
      if (!gone) end(Object.assign(new Error("the port was closed"), { canceled: true }));
    },
    read: async (buffer, offset, length) => {
      mustBeOpen();
      if (length < 1 || offset + length > buffer.length) throw new RangeError("there is no room for a byte to read");
      return new Promise((resolve, reject) => {
        reading = { buffer, offset, length, resolve, reject };
        deliver();
      });
    },
    write: async (bytes) => {
      mustBeOpen();
      adapter.send(bytes);
      sentUntil = Math.max(sentUntil, timeline.now()) + bytes.length * cyclesOf(formatOf(settings));
    },
    update: async ({ baudRate }) => {
      mustBeOpen();
      settings = { ...settings, baud: baudRate };
      adapter.set(settings);
    },
    set: async ({ dtr: on = true }) => {
      mustBeOpen();
      setDtr(on);
    },
    get: async () => {
      mustBeOpen();
      return { cts: false, dsr: false, dcd: false };
    },
    getBaudRate: async () => {
      mustBeOpen();
      return { baudRate: settings.baud };
    },
    flush: async () => {
      mustBeOpen();
      waiting = [];
    },
    drain: async () => {
      mustBeOpen();
      if (timeline.now() < sentUntil) await new Promise<void>((resolve) => timeline.at(sentUntil, resolve));
    },
    goneAway: () => {
      gone = true;
      end(new Error(`${path} went away`));
    },
  };
  return port;
}

function settingsOf({ baudRate, dataBits, parity, stopBits }: Required<OpenOptions>): AdapterSettings {
  if (!(baudRate > 0)) throw new TypeError(`"baudRate" is bits a second, not ${baudRate}`);
  if (parity !== "none" && parity !== "even" && parity !== "odd")
    throw new TypeError(`"parity" is none, even or odd here, not ${parity}`);
  return { baud: baudRate, dataBits, parity, stopBits };
}
