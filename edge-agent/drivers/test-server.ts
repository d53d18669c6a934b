import { type AddressInfo, createServer, type Socket } from "node:net";
import { answerRtu, answerTcp, type Slave } from "./test-slave.ts";

/** For tests: slaves behind a real socket on 127.0.0.1. */
export type TestServer = {
  readonly port: number;
  readonly connections: () => number;
  /** Resets every open connection. */
  reset(): void;
  close(): Promise<void>;
};

/** How it behaves: bytes one at a time, the connection closed after each reply, garbage before it. */
export type Manner = "plain" | "in-pieces" | "closes-after-reply" | "noisy";

export async function startTestServer(
  slaves: readonly Slave[],
  kind: "tcp" | "raw-tcp",
  manner: Manner = "plain",
): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections++;
    sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let size = frameSize(pending, kind); size > 0 && size <= pending.length; size = frameSize(pending, kind)) {
        const frame = pending.subarray(0, size);
        pending = pending.subarray(size);
        const reply =
          kind === "tcp" ? answerTcp(slaves, frame) : slaves.map((slave) => answerRtu(slave, frame)).find(Boolean);
        if (reply) send(socket, reply, manner);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function send(socket: Socket, reply: Buffer, manner: Manner): void {
  if (manner === "in-pieces") for (const byte of reply) socket.write(Buffer.from([byte]));
  else if (manner === "noisy") socket.write(Buffer.concat([Buffer.from([0x00, 0xff, 0x55]), reply]));
  else socket.write(reply);
  if (manner === "closes-after-reply") socket.end();
}

function frameSize(bytes: Buffer, kind: "tcp" | "raw-tcp"): number {
  if (bytes.length < 8) return 0;
  if (kind === "tcp") return 6 + bytes.readUInt16BE(4);
  const fn = bytes[1]!;
  return fn === 15 || fn === 16 ? 9 + bytes[6]! : 8;
}
