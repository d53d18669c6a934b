import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "@weir/config/command-line.ts";
import type { Port, PortSettings } from "./port.ts";
import { ProgrammingError } from "./stk500.ts";

/**
 * Opens the port that was named, and no other: a device (/dev/ttyACM0, COM3), a serial server (host:port, where opening resets the
 * board) or a simulated board (sim:uno, kept in uno.sim). Rejects with what to check.
 */
export async function openPort(name: string | undefined, settings: PortSettings): Promise<Port> {
  if (name === undefined || name === "")
    throw new UsageError("--port is needed: /dev/serial/by-id/… , COM3, host:port or sim:uno; no port is ever guessed");
  if (name.startsWith("sim:")) return openSimulated(name, settings);
  const [, host, port] = /^([^/\\]+):(\d+)$/.exec(name) ?? [];
  if (host) return openTcp(name, host, Number(port));
  return openSerial(name, settings);
}

async function openSimulated(name: string, settings: PortSettings): Promise<Port> {
  const [{ createSimPort }, { createTimeline }, { openSimFile }] = await Promise.all([
    import("../sim/port.ts"),
    import("../sim/timeline.ts"),
    import("../sim/sim-file.ts"),
  ]);
  const { board, save } = await openSimFile(name.slice("sim:".length));
  const timeline = createTimeline();
  timeline.add(board);
  const port = createSimPort(name, timeline, board);
  await port.set(settings);
  return { ...port, close: async () => save() };
}

type Stream = { write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown };

/** What has come from a stream and has not been read. */
function createInbox(name: string, stream: Stream) {
  let waiting: number[] = [];
  let gone: string | undefined;
  let wake = () => {};
  return {
    push: (bytes: Uint8Array) => {
      waiting.push(...bytes);
      wake();
    },
    end: (why: string) => {
      gone ??= why;
      wake();
    },
    port: {
      name,
      write: (bytes: Uint8Array) =>
        new Promise<void>((resolve, reject) => {
          if (gone !== undefined) return reject(new ProgrammingError("closed", `${name}: ${gone}`));
          stream.write(bytes, (error) =>
            error ? reject(new ProgrammingError("closed", `${name}: ${error.message}`)) : resolve(),
          );
        }),
      read: async (count: number, timeoutMs: number, signal: AbortSignal) => {
        const until = performance.now() + timeoutMs;
        while (waiting.length < count) {
          signal.throwIfAborted();
          if (gone !== undefined) throw new ProgrammingError("closed", `${name}: ${gone}`);
          const left = until - performance.now();
          if (left <= 0) break;
          const { promise, resolve } = Promise.withResolvers<void>();
          wake = resolve;
          const timer = setTimeout(resolve, left);
          signal.addEventListener("abort", () => resolve(), { once: true });
          await promise;
          clearTimeout(timer);
        }
        return Uint8Array.from(waiting.splice(0, count));
      },
      wait: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
      discard: async () => {
        waiting = [];
      },
    },
  };
}

/** A serial server behind a mobile network, and a simulation on a busy machine, are as late as that. */
const networkMs = 800;

/** A board is reset by the connect itself; its server sets the speed. */
async function openTcp(name: string, host: string, port: number): Promise<Port> {
  const socket = connect({ host, port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (error) =>
      reject(new Error(`${name}: ${error.message}; check that the serial server listens there`)),
    );
  });
  const inbox = createInbox(name, socket);
  socket.on("data", inbox.push);
  socket.on("error", (error) => inbox.end(error.message));
  socket.on("close", () => inbox.end("the connection was closed"));
  return {
    ...inbox.port,
    latencyMs: networkMs,
    set: async () => {},
    resetBoard: async () => {},
    close: async () => void socket.destroy(),
  };
}

async function openSerial(name: string, { baud, parity }: PortSettings): Promise<Port> {
  const { SerialPort } = await import("serialport");
  type Done = (error: Error | null | undefined) => void;
  const finished = (start: (done: Done) => void) =>
    new Promise<void>((resolve, reject) => start((error) => (error ? reject(explainPort(name, error)) : resolve())));

  async function open(settings: PortSettings): Promise<InstanceType<typeof SerialPort>> {
    const opened = new SerialPort({
      path: name,
      baudRate: settings.baud,
      parity: settings.parity,
      dataBits: 8,
      stopBits: 1,
      autoOpen: false,
    });
    opened.on("data", (bytes: Buffer) => inbox.push(bytes));
    opened.on("error", (error) => inbox.end(error.message));
    opened.on("close", () => reopening || inbox.end("the port went away"));
    await finished((done) => opened.open(done));
    return opened;
  }
  let reopening = false;
  let current: PortSettings = { baud, parity };
  const inbox = createInbox(name, { write: (bytes, done) => port.write(bytes, done) });
  let port = await open(current);
  return {
    ...inbox.port,
    set: async (settings) => {
      if (settings.parity !== current.parity) {
        reopening = true; // parity is fixed when a port is opened
        await finished((done) => port.close(done));
        port = await open(settings);
        reopening = false;
        await sleep(2500); // opening has reset the board: its bootloader waits first
      } else await finished((done) => port.update({ baudRate: settings.baud }, done));
      current = settings;
    },
    resetBoard: async () => {
      await finished((done) => port.set({ dtr: false, rts: false }, done));
      await sleep(50);
      await finished((done) => port.set({ dtr: true, rts: true }, done));
      await sleep(50);
    },
    close: async () => {
      if (port.isOpen) await finished((done) => port.close(done));
    },
  };
}

function explainPort(name: string, error: Error): Error {
  const hint = hints.find(([pattern]) => pattern.test(error.message))?.[1] ?? "check the cable and its driver";
  return new Error(`${name}: ${error.message}; ${hint}`, { cause: error });
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/no such file|not found/i, "there is no such port; look into /dev/serial/by-id, whose names survive replugging"],
  [/permission|access denied/i, "add your user to the group that owns the port (dialout), and log in again"],
  [/lock|busy|temporarily unavailable/i, "another program holds the port: a monitor, an IDE or weir-edge"],
  [/ioctl/i, "this port has no control lines: press the board's reset button instead"],
];
