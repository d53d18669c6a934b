import type { Clock } from "@weir/wire/clock.ts";
import type { EdgeConfig } from "../../config.ts";
import type { AgentStatus } from "../../health/status.ts";
import type { Board } from "./board.ts";
import { agentTroubles } from "./words.ts";

/** Gives what the agent's /status page answers now; rejects when nobody answers there. */
export type AskAgent = (signal: AbortSignal) => Promise<AgentStatus>;

/** Longest wait for the page of a machine's own agent. */
const patienceMs = 2000;

/** Asks the health page where the configuration puts it. */
export function askHealthPage({ health }: Pick<EdgeConfig, "health">): AskAgent {
  const { host, port } = health.listen;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}/status`;
  return async (signal) => {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    return (await response.json()) as AgentStatus;
  };
}

/** True when the agent of this very gateway runs. */
export async function isRunning(
  { site, gateway, health }: EdgeConfig,
  ask: AskAgent,
  signal: AbortSignal,
): Promise<boolean> {
  if (health.listen.port === 0) return false;
  try {
    const status = await ask(signal);
    return status.site === site && status.gateway === gateway;
  } catch {
    return false;
  }
}

export type AgentOptions = { readonly ask: AskAgent; readonly clock: Clock; readonly everyMs: number };

/**
 * Takes the values from the agent that has the buses open, and tells the board what is new. The agent keeps what it reports: a value
 * within its deadband is told again only with its heartbeat. While the agent does not answer the board has a trouble. Resolves when stopped.
 */
export async function watchAgent(
  { ask, clock, everyMs }: AgentOptions,
  board: Board,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const status = await ask(signal);
      board.setTrouble(undefined);
      show(status, board);
    } catch {
      if (!signal.aborted) board.setTrouble(agentTroubles.silent.en);
    }
    await clock.sleep(everyMs, signal);
  }
}

function show({ buses, devices }: AgentStatus, board: Board): void {
  const troubles = new Map(buses.map(({ name, why }) => [name, why]));
  const there = new Set(devices.map(({ device }) => device));
  for (const { device, bus, state, lastReplyAt, cycleMs, lastError, last } of devices) {
    board.note(device, last);
    board.setState(device, { state, lastReplyAt, cycleMs, why: troubles.get(bus) ?? lastError });
  }
  for (const { id } of board.devices)
    if (!there.has(id))
      board.setState(id, {
        state: "starting",
        lastReplyAt: undefined,
        cycleMs: undefined,
        why: agentTroubles.unknown.en,
      });
}
