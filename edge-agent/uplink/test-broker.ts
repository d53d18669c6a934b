import { createServer, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";

/** A broker of one table for tests: says what comes in, answers what it is told to. */
export type TestBroker = {
  readonly url: string;
  readonly received: Packet[];
  /** Resolves with the first packet of that kind, come or yet to come. */
  heard(cmd: Packet["cmd"]): Promise<Packet>;
  send(packet: Packet): void;
  /** Ends every connection without a word. */
  cut(): void;
  close(): Promise<void>;
};

export async function startTestBroker(answer: (packet: Packet) => Packet | undefined): Promise<TestBroker> {
  const sockets = new Set<Socket>();
  const received: Packet[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    const incoming = parser();
    incoming.on("packet", (packet: Packet) => {
      received.push(packet);
      const reply = answer(packet);
      if (reply) socket.write(generate(reply));
      for (const look of waiting) look();
    });
    socket.on("data", (chunk) => incoming.parse(chunk as Buffer));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    received,
    heard: (cmd) =>
      new Promise((resolve) => {
        const look = () => {
          const packet = received.find((each) => each.cmd === cmd);
          if (packet) resolve(packet);
        };
        waiting.push(look);
        look();
      }),
    send: (packet) => {
      for (const socket of sockets) socket.write(generate(packet));
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}

/** What a willing broker answers. */
export function willing(packet: Packet): Packet | undefined {
  if (packet.cmd === "connect") return { cmd: "connack", returnCode: 0, sessionPresent: false };
  if (packet.cmd === "subscribe")
    return { cmd: "suback", messageId: packet.messageId!, granted: packet.subscriptions.map(({ qos }) => qos) };
  return packet.cmd === "pingreq" ? { cmd: "pingresp" } : undefined;
}
