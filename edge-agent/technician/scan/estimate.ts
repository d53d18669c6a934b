import type { Question } from "../../drivers/discover.ts";
import type { LineSettings } from "../../drivers/driver.ts";
import type { Pass } from "./plan.ts";

/** Settings at which each protocol has been found; `line` where the line sets them itself. */
export type FoundAt = ReadonlyMap<string, ReadonlySet<string>>;

/** Silence before a question, in characters (Modbus over serial line V1.02, 2.5.1.1; harmless to the others). */
const silenceBytes = 3.5;
/** Opening the port anew, as a change of parity needs. */
const switchMs = 30;
/** Serial servers do not tell their baud rate; this one is taken for granted. */
const usualBaud = 9600;

/** 11 bits a character: start, eight of data, parity or second stop bit, stop. */
export function msPerByte(settings: LineSettings | undefined): number {
  return 11_000 / (settings?.baud ?? usualBaud);
}

/** What a question costs that nobody answers: its own bytes, the silence before it, the time-out. ms. */
export function costOf(question: Question, settings: LineSettings | undefined, timeoutMs: number): number {
  const { frame } = question;
  return (frame.length + silenceBytes) * msPerByte(settings) + waitOf(question, timeoutMs);
}

/** How long to wait for an answer's first byte. ms. */
export function waitOf(question: Question, timeoutMs: number): number {
  return Math.max(question.timeoutMs ?? 0, timeoutMs);
}

/** What a pass costs if nobody answers. ms. */
export function passCost({ questions, settings }: Pass, timeoutMs: number): number {
  return questions.reduce((sum, question) => sum + costOf(question, settings, timeoutMs), switchMs);
}

/** True when the pass is to be asked, as far as is known now. */
export function isDue({ protocol, settings, when }: Pass, found: FoundAt): boolean {
  const at = found.get(protocol);
  if (when === "always") return true;
  if (when === "if-nothing") return [...found.values()].every((each) => each.size === 0);
  if (when === "unless-found") return at === undefined || at.size === 0;
  const here = at?.has(keyOf(settings)) ?? false;
  return when === "where-found" ? here : here || at === undefined || at.size === 0;
}

/**
 * What the passes will cost at most as far as is known now, ms: those that are due, and while a protocol is not found yet, of
 * those that go where it is found the dearest. Pure.
 */
export function estimate(passes: readonly Pass[], found: FoundAt, timeoutMs: number): number {
  let sum = 0;
  const dearest = new Map<string, number>();
  for (const pass of passes) {
    const cost = passCost(pass, timeoutMs);
    if (isDue(pass, found)) sum += cost;
    else if (pass.when === "where-found" && !found.get(pass.protocol)?.size)
      dearest.set(pass.protocol, Math.max(cost, dearest.get(pass.protocol) ?? 0));
  }
  for (const cost of dearest.values()) sum += cost;
  return sum;
}

export function keyOf(settings: LineSettings | undefined): string {
  return settings ? JSON.stringify(settings) : "line";
}
