import type { Hearing, Question } from "../../drivers/discover.ts";
import type { LineSettings } from "../../drivers/driver.ts";
import { costOf, keyOf } from "./estimate.ts";
import { nameTalker } from "./name.ts";
import type { Pass } from "./plan.ts";
import type { Questioner } from "./questioner.ts";
import { type ScanOptions, transportAt } from "./run.ts";

/** A question that brought bytes which are no whole answer. */
export type Doubt = { readonly pass: Pass; readonly question: Question };

/** Telling apart meters that answer together takes at most so many questions a line. */
const mostNarrowing = 800;
/** What answers brokenly to so many digits in a row is not told apart by digits. */
const mostBroken = 6;
const silence: Question = {
  who: "nobody",
  frame: new Uint8Array(),
  hear: (bytes): Hearing => ({ seen: [], broken: bytes.length > 0 }),
  longestAnswer: 0,
  timeoutMs: 2200, // talkers say something each second or two
};

/** Clears up broken answers: does somebody talk by himself, do several answer together, or are the settings others? */
export function createClearing(options: ScanOptions, questioner: Questioner): (doubt: Doubt) => Promise<void> {
  const { link, transport, timeoutMs, report, profiles, clock, signal } = options;
  const { found } = questioner;
  const cleared = new Set<string>();

  async function clearUp({ pass, question }: Doubt): Promise<void> {
    const { settings, protocol } = pass;
    const key = `${protocol} ${keyOf(settings)}`;
    if (cleared.has(key) || cleared.has(keyOf(settings)) || isTalkerAt(settings)) return;
    if (settings && isFoundNear(settings)) return;
    if (settings) await link.set?.(settings);
    if (question.frame.length === 0 || (await questioner.overhear(silence, pass)).broken)
      return clearUpTalk(pass, question);
    if (!question.narrow) return questioner.tellOdd(pass, question.who, "broken");
    report({ event: "pass", protocol, settings, what: `${question.who}: several answer, telling them apart` });
    const before = found.size;
    const left = await narrow(question, pass, { left: mostNarrowing });
    const isNew = found.size > before;
    if (left === "several" || !isNew) questioner.tellOdd(pass, question.who, isNew ? "several" : "broken");
    if (isNew) cleared.add(key);
  }

  /** What speaks by itself has few profiles: each listens for a while. */
  async function clearUpTalk(pass: Pass, { who }: Question): Promise<void> {
    const { settings } = pass;
    cleared.add(keyOf(settings));
    const own = transportAt(transport, settings);
    const verdict = await nameTalker({ link, transport: own, profiles, timeoutMs, clock, signal });
    const best = verdict?.candidates[0];
    if (!verdict || !best) return questioner.tellOdd(pass, who, "talks");
    const { protocol } = best.profile;
    const entry = { protocol, settings, named: { texts: {}, verdict } };
    found.set(`${protocol} ${keyOf(settings)}`, entry);
    report({ event: "found", ...entry });
    report({ event: "named", ...entry });
  }

  function isTalkerAt(settings: LineSettings | undefined): boolean {
    return [...found.values()].some((one) => one.protocol === "nmea" && keyOf(one.settings) === keyOf(settings));
  }

  /** The same answers come broken at a wrong parity. */
  function isFoundNear(settings: LineSettings): boolean {
    return [...found.values()].some(
      (entry) => entry.settings?.baud === settings.baud && keyOf(entry.settings) !== keyOf(settings),
    );
  }

  /** Asks for ever more digits where several answer together. `several` when some cannot be told apart. */
  async function narrow(question: Question, pass: Pass, budget: { left: number }): Promise<"all" | "several"> {
    const parts = question.narrow?.() ?? [];
    if (parts.length === 0) return "several";
    let result: "all" | "several" = "all";
    let broken = 0;
    for (const [index, part] of parts.entries()) {
      if (budget.left-- <= 0 || broken >= mostBroken) return "several";
      const hearing = await questioner.put(part, pass);
      questioner.tellProgress((parts.length - index) * costOf(part, pass.settings, timeoutMs), []);
      broken = hearing.broken ? broken + 1 : 0;
      if (hearing.broken && (await narrow(part, pass, budget)) === "several") result = "several";
    }
    return result;
  }

  return clearUp;
}
