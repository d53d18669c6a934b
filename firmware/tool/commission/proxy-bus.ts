import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { crc16, identityRegister, identityWords } from "../modbus.ts";
import type { NodeBus } from "./bus.ts";
import { type BySerial, decodeBySerial, encodeBySerial } from "./by-serial.ts";

export type ProxyBus = NodeBus & { close(): void };

type Place = { readonly name: string; readonly host: string; readonly port: number };

/** Modbus application protocol V1.1b3, 7, as edge-agent/proxy gives them. */
const exceptions = { function: 1, busy: 6, path: 10, target: 11 } as const;
/** A proxy that is busy is asked again so often, and one that has found a unit silent and tries it again later. */
const [busyTries, silentTries, againMs] = [100, 10, 300];
const answerMs = 5000;
const spoilt = 0xff;

/**
 * The line of an agent that goes on polling it, through its Modbus proxy (edge-agent/proxy): each request takes its turn behind the
 * agent's own. Rejects with what to check.
 */
export async function openProxyBus({ name, host, port }: Place, signal: AbortSignal): Promise<ProxyBus> {
  const socket = connect({ host, port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", ({ message }) =>
      reject(
        new Error(
          `${name}: ${message}; check that the bus has proxy: { listen: …, write: true } in edge.yaml, and that weir-edge runs`,
        ),
      ),
    );
  });
  const request = createClient(name, socket, signal);

  /** The reply PDU; waits while the proxy says that it is busy. */
  async function patiently(unit: number, pdu: readonly number[]): Promise<Uint8Array> {
    for (let n = 0; ; n++) {
      const reply = await request(unit, pdu);
      if (reply[0] !== (pdu[0]! | 0x80) || reply[1] !== exceptions.busy || n >= busyTries) return reply;
      await pause(againMs, signal);
    }
  }

  async function askAll(asked: BySerial) {
    const reply = await patiently(0, [...encodeBySerial(asked)].slice(1, -2));
    if (reply[0] === (65 | 0x80)) {
      if (reply[1] === exceptions.target) return "silence";
      throw new Error(`${name}: ${refusals[reply[1]!] ?? `exception ${reply[1]}`}`);
    }
    return reply[3] === spoilt ? "garbled" : decodeBySerial(frameOf(reply), asked);
  }

  return {
    name,
    askAll,
    readIdentity: async (unit) => {
      const ask = [4, identityRegister >> 8, identityRegister & 0xff, 0, identityWords];
      let reply = await patiently(unit, ask);
      for (let n = 1; n < silentTries && reply[0] !== 4 && reply[1] === exceptions.target; n++) {
        await pause(againMs, signal);
        reply = await patiently(unit, ask);
      }
      if (reply[0] !== 4 || reply[1] !== identityWords * 2) return undefined;
      return Array.from({ length: identityWords }, (_, n) => (reply[2 + 2 * n]! << 8) | reply[3 + 2 * n]!);
    },
    write: async (unit, at, words) => {
      const reply = await patiently(unit, [
        16,
        at >> 8,
        at & 0xff,
        0,
        words.length,
        2 * words.length,
        ...words.flatMap(split),
      ]);
      return reply[0] === 16;
    },
    isTaken: async (unit) => {
      const reply = await patiently(unit, [3, 0, 0, 0, 1]);
      return !(reply[0] === (3 | 0x80) && reply[1] === exceptions.target);
    },
    set: undefined,
    wait: (ms) => pause(ms, signal),
    close: () => socket.destroy(),
  };
}

const refusals: Readonly<Record<number, string>> = {
  [exceptions.function]: "the proxy is read-only; say write: true in its edge.yaml, and send weir-edge SIGHUP",
  [exceptions.path]: "the bus behind the proxy is away, or no line with nodes: see the agent's health page",
  [exceptions.busy]: "the agent needs its line for itself; poll less often, or try again",
};

/** One request at a time over Modbus TCP (Modbus messaging on TCP/IP V1.0b, 3.1.3). */
function createClient(name: string, socket: Socket, signal: AbortSignal) {
  let came = Buffer.alloc(0);
  let heard = () => {};
  let gone: string | undefined;
  let transaction = 0;
  const end = (why: string) => {
    gone ??= why;
    heard();
  };
  socket.on("data", (bytes) => {
    came = Buffer.concat([came, bytes]);
    heard();
  });
  socket.on("error", ({ message }) => end(message));
  socket.on("close", () => end("the connection was closed"));
  signal.addEventListener("abort", () => end("stopped by hand"), { once: true });

  return async (unit: number, pdu: readonly number[]): Promise<Uint8Array> => {
    transaction = (transaction + 1) & 0xffff;
    came = Buffer.alloc(0);
    const head = [transaction >> 8, transaction & 0xff, 0, 0, 0, pdu.length + 1, unit];
    socket.write(Uint8Array.from([...head, ...pdu]));
    const late = setTimeout(() => end(`no answer within ${answerMs / 1000} s`), answerMs);
    try {
      for (;;) {
        if (gone !== undefined)
          throw new Error(`${name}: ${gone}; check that weir-edge runs and its proxy listens there`);
        const whole = came.length >= 6 && came.length >= 6 + came.readUInt16BE(4);
        if (whole && came.readUInt16BE(0) === transaction) return Uint8Array.from(came.subarray(7));
        if (whole) came = came.subarray(6 + came.readUInt16BE(4));
        else
          await new Promise<void>((resolve) => {
            heard = resolve;
          });
      }
    } finally {
      clearTimeout(late);
    }
  };
}

/** A PDU as the frame that it was on the line. */
function frameOf(pdu: Uint8Array): Uint8Array {
  const body = [0, ...pdu];
  const crc = crc16(body);
  return Uint8Array.from([...body, crc & 0xff, crc >> 8]);
}

const split = (word: number): number[] => [word >> 8, word & 0xff];

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal });
}
