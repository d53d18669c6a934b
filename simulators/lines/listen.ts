import { createServer, type Socket } from "node:net";

const idleMs = 600_000;

export type ListenOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly serve: (socket: Socket) => void;
};

/** Takes connections until the signal aborts, then drops them. Resolves, with the port, once it listens; rejects with what `listen` says. */
export async function listen({ host, port, serve }: ListenOptions, signal: AbortSignal): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  signal.addEventListener("abort", () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  if (signal.aborted) server.close();
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
