import type { Hearing, Question, Sighting } from "../../drivers/discover.ts";
import { costOf, estimate, type FoundAt, keyOf } from "./estimate.ts";
import { ask } from "./exchange.ts";
import { type Found, foundKey, type Odd } from "./found.ts";
import type { Pass } from "./plan.ts";
import type { ScanOptions } from "./run.ts";

/** Puts questions one at a time, and keeps what has come of them. */
export type Questioner = {
  /** One that brings something broken, or only others' late answers, is put once more. */
  put(question: Question, pass: Pass): Promise<Hearing>;
  /** Put once, and nothing is kept. */
  overhear(question: Question, pass: Pass): Promise<Hearing>;
  /** ms: what is still to be asked of the questions at hand. */
  tellProgress(aheadMs: number, later: readonly Pass[]): void;
  isKnown(pass: Pass, who: Sighting): boolean;
  tellOdd(pass: Pass, who: string, what: Odd["what"]): void;
  /** By foundKey. */
  readonly found: Map<string, Found>;
  readonly foundAt: FoundAt;
  readonly odd: readonly Odd[];
  asked(): number;
  elapsedMs(): number;
};

/** Until so much has been asked, the estimate is not corrected by it. */
const enoughMs = 2000;

export function createQuestioner({ link, timeoutMs, clock, signal, report }: ScanOptions): Questioner {
  const startedAt = clock.monotonic();
  const found = new Map<string, Found>();
  const foundAt = new Map<string, Set<string>>();
  const odd: Odd[] = [];
  let asked = 0;
  let predictedMs = 0;
  let askingMs = 0;
  const elapsedMs = () => clock.monotonic() - startedAt;
  const isKnown = (pass: Pass, who: Sighting) => found.has(foundKey(pass, who));

  async function overhear(question: Question, { settings }: Pass): Promise<Hearing> {
    const from = clock.monotonic();
    const hearing = await ask(question, { link, settings, timeoutMs, clock, signal });
    asked++;
    predictedMs += costOf(question, settings, timeoutMs);
    askingMs += clock.monotonic() - from;
    return hearing;
  }

  async function put(question: Question, pass: Pass): Promise<Hearing> {
    const { target } = question;
    const first = await overhear(question, pass);
    for (const who of first.seen) note(pass, who);
    const isMissed = target !== undefined && first.seen.length > 0 && !isKnown(pass, target);
    if (!first.broken && !isMissed) return first;
    const second = await overhear(question, pass);
    for (const who of second.seen) note(pass, who);
    return { seen: [...first.seen, ...second.seen], broken: second.broken };
  }

  function note(pass: Pass, who: Sighting): void {
    const key = foundKey(pass, who);
    const known = found.get(key);
    // The same instrument answers in the way of several profiles.
    if (known?.among && who.among) found.set(key, { ...known, among: [...new Set([...known.among, ...who.among])] });
    if (known) return;
    const { protocol, settings } = pass;
    const entry: Found = { protocol, settings, ...who };
    found.set(key, entry);
    foundAt.set(protocol, (foundAt.get(protocol) ?? new Set()).add(keyOf(settings)));
    report({ event: "found", ...entry });
  }

  return {
    put,
    overhear,
    tellProgress: (aheadMs, later) => {
      const pace = predictedMs > enoughMs ? askingMs / predictedMs : 1;
      const remainingMs = (aheadMs + estimate(later, foundAt, timeoutMs)) * pace;
      report({ event: "progress", asked, elapsedMs: Math.round(elapsedMs()), remainingMs: Math.round(remainingMs) });
    },
    isKnown,
    tellOdd: ({ protocol, settings }, who, what) => {
      const entry: Odd = { protocol, settings, who, what };
      odd.push(entry);
      report({ event: "odd", ...entry });
    },
    ...{ found, foundAt, odd, elapsedMs },
    asked: () => asked,
  };
}
