import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import type { Clock } from "@weir/wire/clock.ts";
import type { ActiveFault } from "../faults/board.ts";
import type { Log } from "../log.ts";
import { claimPort } from "./claim-port.ts";
import type { OpcuaInstrument } from "./instrument.ts";
import type { Conduct, ServerPlan, Shown } from "./server-plan.ts";

export type OpcuaBusOptions = {
  readonly name: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** See ServerPlan. */
  readonly pki: string;
  readonly instruments: readonly OpcuaInstrument[];
  /** Faults of the bus, with an id those of one instrument and of the bus. */
  readonly faults: (instrument?: string) => readonly ActiveFault[];
  readonly clock: Clock;
  readonly log: Log;
};

export type ToThread = {
  readonly show?: readonly Shown[];
  readonly conduct?: Conduct;
  readonly answers?: readonly { readonly ask: number; readonly status: string }[];
};
export type FromThread =
  | { readonly up: true }
  | { readonly failed: string }
  | { readonly ask: number; readonly index: number; readonly value: number };

/** How often values are told to the server, and faults looked at. */
const beatMs = 250;
/** Keeps 50 MB off; with less, starting takes longer. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };
const afterFailureMs = 5000;
const strangers = ["urn:weir:simulators:unrelated", "urn:weir:simulators:since-the-restart"];

/**
 * Runs an OPC UA server in a thread of its own until the signal aborts. Resolves, with its port, before the server is up: that takes
 * a second or two. Rejects with what `listen` says when the port cannot be had.
 */
export async function serveOpcua(options: OpcuaBusOptions, signal: AbortSignal): Promise<number> {
  const port = await claimPort(options.host, options.port);
  void supervise({ ...options, port }, signal);
  return port;
}

/** What can only change with a new server; undefined while it is down. */
type Life = Pick<ServerPlan, "expired" | "strangers">;

async function supervise(options: OpcuaBusOptions, signal: AbortSignal): Promise<void> {
  const { clock, faults, log, name } = options;
  let running: { readonly life: string; readonly thread: Thread } | undefined;
  while (!signal.aborted) {
    const life = lifeOf(faults());
    if (running && running.life !== JSON.stringify(life)) {
      await running.thread.end();
      log("info", "opc ua server stopped", { bus: name });
      running = undefined;
    }
    if (life && !running) running = { life: JSON.stringify(life), thread: startThread(life, options) };
    running?.thread.beat();
    if (running?.thread.hasFailed()) {
      await running.thread.end();
      running = undefined;
      await clock.sleep(afterFailureMs, signal);
    }
    await clock.sleep(beatMs, signal);
  }
  await running?.thread.end();
}

function lifeOf(faults: readonly ActiveFault[]): Life | undefined {
  const has = (kind: string) => faults.some(({ fault }) => fault.fault === kind);
  if (has("server-restart")) return undefined;
  return { expired: has("expired-certificate"), strangers: strangers.slice(0, has("reindex") ? 2 : 1) };
}

function conductOf(faults: readonly ActiveFault[]): Conduct {
  const has = (kind: string) => faults.some(({ fault }) => fault.fault === kind);
  const delayMs = faults.reduce((sum, { fault }) => sum + (fault.fault === "slow" ? fault.ms : 0), 0);
  return { noPublishes: has("silent-subscription"), silent: has("silence"), delayMs };
}

type Thread = {
  /** Tells the server what is true now. */
  beat(): void;
  hasFailed(): boolean;
  /** Resolves when the thread has gone, its sockets with it. */
  end(): Promise<void>;
};

function startThread(life: Life, options: OpcuaBusOptions): Thread {
  const { name, host, port, pki, instruments, faults, log, clock } = options;
  const variables = instruments.flatMap((each) => each.variables);
  const owners = instruments.flatMap((each) => each.variables.map((_, index) => ({ each, index })));
  const show = () => instruments.flatMap((each) => each.show(faults(each.id)));
  const plan: ServerPlan = { name, host, port, pki, variables, first: show(), ...life };
  const since = clock.monotonic();
  const worker = new Worker(new URL("./thread.ts", import.meta.url), {
    workerData: plan,
    stdout: true,
    stderr: true,
    resourceLimits,
  });
  const send = (message: ToThread) => worker.postMessage(message);
  let up = false;
  let failed = false;
  const fail = (why: string) => {
    if (!failed) log("error", "opc ua server failed; another try follows", { bus: name, port, why });
    failed = true;
  };
  for (const stream of [worker.stdout, worker.stderr])
    createInterface({ input: stream }).on("line", (text) => log("warn", "opc ua server says", { bus: name, text }));
  worker.on("error", (error) => fail((error as Error).message));
  worker.on("message", (message: FromThread) => {
    if ("failed" in message) fail(message.failed);
    else if ("up" in message) {
      up = true;
      log("info", "opc ua server is up", { bus: name, port, ms: Math.round(clock.monotonic() - since) });
    } else {
      const { each, index } = owners[message.index]!;
      const status = each.write(index, message.value);
      send({ show: show(), answers: [{ ask: message.ask, status }] });
    }
  });
  return {
    beat: () => {
      if (up) send({ show: show(), conduct: conductOf(faults()) });
    },
    hasFailed: () => failed,
    end: async () => void (await worker.terminate()),
  };
}
