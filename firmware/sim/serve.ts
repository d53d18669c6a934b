import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Adapter } from "./adapter.ts";
import { cyclesPerMs, type Timeline } from "./timeline.ts";

export type Served = { readonly host: string; readonly port: number; close(): Promise<void> };

export type ServeOptions = {
  readonly host?: string;
  readonly port?: number;
  /** What opening the port does to a board that is reset by DTR. */
  readonly onConnect?: () => void;
  /**
   * Of a line that several share: bytes are handed over once it has been silent for 3 ms, as USB adapters and serial servers do. A master
   * that answers at once, as many do, would otherwise begin within the silence by which the others know that a frame has ended.
   */
  readonly line?: Timeline;
};

const silence = 3 * cyclesPerMs;

/** An adapter as a serial server: the bytes of its line on TCP, for every client alike. */
export async function serve(
  adapter: Adapter,
  { host = "127.0.0.1", port = 0, onConnect = () => {}, line }: ServeOptions = {},
): Promise<Served> {
  const clients = new Set<Socket>();
  let waiting: number[] = [];
  let heardAt = 0;
  const handOver = () => {
    const bytes = Uint8Array.from(waiting);
    waiting = [];
    for (const client of clients) client.write(bytes);
  };
  const whenSilent = (timeline: Timeline) =>
    timeline.at(heardAt + silence, () => (timeline.now() < heardAt + silence ? whenSilent(timeline) : handOver()));
  adapter.onByte = (byte) => {
    heardAt = line?.now() ?? 0;
    if (waiting.push(byte) > 1) return;
    if (line) whenSilent(line);
    else setImmediate(handOver);
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
