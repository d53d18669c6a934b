import type { Fault } from "./fault.ts";

/** A fault that is on. */
export type ActiveFault = {
  readonly id: number;
  /** A bus or an instrument. */
  readonly target: string;
  readonly fault: Fault;
  /** Epoch ms of the machine's clock. */
  readonly since: number;
  readonly until: number | undefined;
  /** The instant of the world at which it began. */
  readonly worldSince: number;
};

/** Every fault that is on now; those whose time is over are forgotten. */
export type FaultBoard = {
  set(target: string, fault: Fault): ActiveFault;
  /** How many were cleared: one by its id, all of a target, or all there are. */
  clear(which?: number | string): number;
  list(): readonly ActiveFault[];
  /** Those of any of these targets that hit this time. */
  hitting(targets: readonly string[]): readonly ActiveFault[];
};

export type BoardOptions = {
  readonly now: () => number;
  readonly worldNow: () => number;
  /** [0, 1) */
  readonly draw: () => number;
};

export function createBoard({ now, worldNow, draw }: BoardOptions): FaultBoard {
  let active: readonly ActiveFault[] = [];
  let lastId = 0;

  function list(): readonly ActiveFault[] {
    if (active.some(({ until }) => until !== undefined && until <= now()))
      active = active.filter(({ until }) => until === undefined || until > now());
    return active;
  }

  return {
    list,
    set(target, fault) {
      const since = now();
      lastId += 1;
      const until = fault.for === undefined ? undefined : since + fault.for * 1000;
      const entry = { id: lastId, target, fault, since, until, worldSince: worldNow() };
      active = [...list(), entry];
      return entry;
    },
    clear(which) {
      const before = list();
      active = which === undefined ? [] : before.filter(({ id, target }) => id !== which && target !== which);
      return before.length - active.length;
    },
    hitting(targets) {
      if (active.length === 0) return active;
      return list().filter(
        ({ target, fault }) => targets.includes(target) && (shareOf(fault) === 1 || draw() < shareOf(fault)),
      );
    },
  };
}

/** How often it hits; always, where a fault has no probability. */
function shareOf(fault: Fault): number {
  return "probability" in fault ? fault.probability : 1;
}
