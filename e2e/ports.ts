import { createServer, type Server } from "node:net";
import { portsInUse } from "@weir/demo/ports.ts";

export type Ports = {
  /** The first of 63 ports in a row that nobody listens on. */
  readonly base: number;
  release(): Promise<void>;
};

const block = 64;
const [lowest, blocks] = [20_000, 190]; // below the ports that the system hands out by itself

/** Free ports of 127.0.0.1, kept from other tests by listening on the one behind them. */
export async function reservePorts(): Promise<Ports> {
  for (let tries = 0; tries < blocks; tries++) {
    const base = lowest + block * ((process.pid + tries) % blocks);
    const guard = await listenOn(base + block - 1);
    if (!guard) continue;
    const release = () => new Promise<void>((resolve) => guard.close(() => resolve()));
    const taken = await portsInUse(Array.from({ length: block - 1 }, (_, n) => base + n));
    if (taken.length === 0) return { base, release };
    await release();
  }
  throw new Error(`no ${block} ports in a row are free from ${lowest} on`);
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
