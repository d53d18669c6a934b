import { connect, createServer, type Socket } from "node:net";

/** Passes TCP on to a port of 127.0.0.1 until it is cut; then all connections are gone and new ones are refused. */
export async function openRelay(to: number) {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer({ noDelay: true }, (near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connect({ port: to, host: "127.0.0.1", noDelay: true });
    for (const [from, onto] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => from.destroy());
      from.on("close", () => {
        sockets.delete(from);
        onto.destroy();
      });
      from.pipe(onto);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    cut(): void {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    mend(): void {
      isCut = false;
    },
    close(): void {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
