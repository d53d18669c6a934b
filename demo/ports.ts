import { createServer } from "node:net";

/** The ports of 127.0.0.1 among `wanted` that somebody else listens on. */
export async function portsInUse(wanted: readonly number[]): Promise<number[]> {
  const taken = await Promise.all(wanted.map((port) => isTaken(port)));
  return wanted.filter((_, index) => taken[index]);
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(true));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(false)));
  });
}
