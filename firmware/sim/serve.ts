import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Adapter } from "./adapter.ts";

export type Served = { readonly host: string; readonly port: number; close(): Promise<void> };

/**
 * An adapter as a serial server: the bytes of its line on TCP, for every client alike. `onConnect` is what opening the port does to a
 * board that is reset by DTR.
 */
export async function serve(
  adapter: Adapter,
  { host = "127.0.0.1", port = 0, onConnect = () => {} }: { host?: string; port?: number; onConnect?: () => void } = {},
): Promise<Served> {
  const clients = new Set<Socket>();
  let waiting: number[] = [];
  adapter.onByte = (byte) => {
    if (waiting.push(byte) > 1) return;
    setImmediate(() => {
      const bytes = Uint8Array.from(waiting);
      waiting = [];
      for (const client of clients) client.write(bytes);
    });
  };
  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client);
    onConnect();
    client.on("data", (bytes) => adapter.send(bytes));
    client.on("error", () => client.destroy());
    client.on("close", () => clients.delete(client));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
