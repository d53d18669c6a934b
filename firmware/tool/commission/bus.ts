import { identityRegister, identityWords, isAnybodyAt, readInput, writeHolding } from "../modbus.ts";
import type { Port, PortSettings } from "../port.ts";
import { createAskAll } from "./line.ts";
import type { AskAll } from "./search.ts";

/** A line with nodes on it, as commissioning needs it: a port of this machine, or the Modbus proxy of an agent that goes on polling. */
export type NodeBus = {
  /** As the person named it. */
  readonly name: string;
  readonly askAll: AskAll;
  /** The identification block of whoever is at an address; undefined when nothing whole came, as from two at once. */
  readIdentity(unit: number): Promise<readonly number[] | undefined>;
  /** Holding registers, by function 16: true once it was confirmed. */
  write(unit: number, at: number, words: readonly number[]): Promise<boolean>;
  /** Whether anything answers at an address, whoever it is. */
  isTaken(unit: number): Promise<boolean>;
  /** From the next frame on; undefined where the settings of the line are somebody else's. */
  readonly set: ((settings: PortSettings) => Promise<void>) | undefined;
  wait(ms: number): Promise<void>;
};

export type PortBusOptions = {
  readonly port: Port;
  readonly settings: PortSettings;
  /** How long an answer may take to begin, ms. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
};

/** A line at a port that is already set. */
export function createPortBus({ port, settings, waitMs, signal }: PortBusOptions): NodeBus {
  let askAll = createAskAll({ port, baud: settings.baud, waitMs, signal });
  return {
    name: port.name,
    askAll: (request) => askAll(request),
    readIdentity: (unit) => readInput(port, unit, identityRegister, identityWords, signal).catch(whenItSaysNo),
    write: (unit, at, words) => writeHolding(port, unit, at, words, signal),
    isTaken: (unit) => isAnybodyAt(port, unit, signal),
    set: async (next) => {
      await port.set(next);
      askAll = createAskAll({ port, baud: next.baud, waitMs, signal });
    },
    wait: (ms) => port.wait(ms, signal),
  };
}

/** Another instrument than a node has no such registers. */
function whenItSaysNo(error: unknown): undefined {
  if (error instanceof Error && /exception/.test(error.message)) return undefined;
  throw error;
}
