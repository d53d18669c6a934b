import { UsageError } from "@weir/config/command-line.ts";
import { SimulatorError } from "../run.ts";

export type Question = {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly send?: unknown;
};

/** Asks the simulator's control address. Throws what a person should read: not running, or everything it refused. */
export async function askControl({ port, method, path, send }: Question, signal: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
      ...(send === undefined ? {} : { body: JSON.stringify(send), headers: { "content-type": "application/json" } }),
    });
  } catch (cause) {
    throw new SimulatorError(
      `no simulator answers on 127.0.0.1:${port}; start one with weir-sim run, or give its --control-port`,
      { cause },
    );
  }
  const reply = (await response.json()) as { readonly errors?: readonly string[] };
  if (!response.ok) throw new UsageError(...(reply.errors ?? [`the simulator answers ${response.status}`]));
  return reply;
}
