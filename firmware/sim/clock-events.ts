import type { AVRTimer, CPU } from "avr8js";

/** What avr8js keeps to itself. */
type Event = { cycles: number; callback: () => void; next: Event | null };
type Queue = {
  nextClockEvent: Event | null;
  clockEventPool: Event[];
  pendingInterrupts: ({ address: number; constant?: boolean } | null)[];
};
type Counter = {
  readonly divider: number;
  readonly lastCycle: number;
  readonly tcnt: number;
  readonly ocrA: number;
  readonly ocrB: number;
  readonly TOP: number;
  readonly timerMode: number;
  readonly tcntUpdated: boolean;
  readonly updateDivider: boolean;
  readonly compA: number;
  readonly compB: number;
};

const queueOf = (cpu: CPU) => cpu as unknown as Queue;

/**
 * Does all that is due at `cpu.cycles`, then enters an interrupt if one is pending. In place of `cpu.tick`, which does one event a call and
 * takes it off its queue only after its callback has run, so that a callback cannot reschedule itself.
 */
export function tick(cpu: CPU, enter: (cpu: CPU, address: number) => void): void {
  const queue = queueOf(cpu);
  let event = queue.nextClockEvent;
  while (event && event.cycles <= cpu.cycles) {
    queue.nextClockEvent = event.next;
    event.callback();
    if (queue.clockEventPool.length < 10) queue.clockEventPool.push(event);
    event = queue.nextClockEvent;
  }
  if (cpu.nextInterrupt >= 0 && cpu.data[95]! & 0x80) {
    const interrupt = queue.pendingInterrupts[cpu.nextInterrupt]!;
    enter(cpu, interrupt.address);
    if (!interrupt.constant) cpu.clearInterrupt(interrupt as Parameters<CPU["clearInterrupt"]>[0]);
  }
}

/** The cycle of the next event that may wake a sleeping chip: a timer is asked when it will overflow or match, not for its every count. */
export function nextWake(cpu: CPU, timers: readonly AVRTimer[]): number {
  let wake = Number.POSITIVE_INFINITY;
  for (let event = queueOf(cpu).nextClockEvent; event; event = event.next) {
    if (event.cycles >= wake) break;
    const timer = timers.find(({ count }) => count === event.callback);
    const at = timer ? Math.max(event.cycles, nextPoint(timer as unknown as Counter)) : event.cycles;
    if (at < wake) wake = at;
  }
  return wake;
}

/** When the counter reaches a compare value or its top, after one count at least. Phase-correct modes count both ways: every count then. */
function nextPoint({
  divider,
  lastCycle,
  tcnt,
  ocrA,
  ocrB,
  TOP,
  timerMode,
  tcntUpdated,
  updateDivider,
}: Counter): number {
  if (
    !divider ||
    tcntUpdated ||
    updateDivider ||
    tcnt > TOP ||
    timerMode === phaseCorrect ||
    timerMode === phaseFrequencyCorrect
  )
    return 0;
  const period = TOP + 1;
  const ticksTo = (point: number) => ((point - tcnt + period - 1) % period) + 1;
  let ticks = ticksTo(0);
  for (const compare of [ocrA, ocrB]) if (compare <= TOP) ticks = Math.min(ticks, ticksTo(compare));
  return lastCycle + ticks * divider;
}

const phaseCorrect = 1;
const phaseFrequencyCorrect = 4;
