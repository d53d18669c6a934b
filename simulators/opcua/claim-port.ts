import { createServer } from "node:net";

/** Listens for a moment, to know that the port is to be had and which it is; 0 takes any free one. Rejects with what `listen` says. */
export function claimPort(host: string, port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
