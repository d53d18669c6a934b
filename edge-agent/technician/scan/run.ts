import type { Profile } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { Hearing, Question, Sighting } from "../../drivers/discover.ts";
import { type LineSettings, type Link, LinkError } from "../../drivers/driver.ts";
import { costOf, estimate, isDue, keyOf } from "./estimate.ts";
import { ask } from "./exchange.ts";
import { type Named, nameInstrument } from "./name.ts";
import type { Discoveries, LineTransport, Pass } from "./plan.ts";

/** An instrument that answered. */
export type Found = Sighting & {
  readonly protocol: Profile["protocol"];
  /** undefined: the line sets them itself. */
  readonly settings: LineSettings | undefined;
  readonly named?: Named;
  /** It answers whatever unit number it is called by. */
  readonly anyUnit?: boolean;
};

/** Something answered that could not be understood. */
export type Odd = {
  readonly protocol: Profile["protocol"];
  readonly settings: LineSettings | undefined;
  readonly who: string;
  /** several: more answered together than could be told apart. talks: bytes come without a question. broken: no whole answer. */
  readonly what: "several" | "talks" | "broken";
};

export type ScanEvent =
  | {
      readonly event: "pass";
      readonly protocol: Profile["protocol"];
      readonly settings: LineSettings | undefined;
      readonly what: string;
    }
  | { readonly event: "progress"; readonly asked: number; readonly elapsedMs: number; readonly remainingMs: number }
  | ({ readonly event: "found" } & Found)
  | ({ readonly event: "named" } & Found)
  | ({ readonly event: "odd" } & Odd);

export type ScanOptions = {
  readonly passes: readonly Pass[];
  readonly discoveries: Discoveries;
  /** Undefined: instruments are found and not named. */
  readonly profiles: readonly Profile[];
  readonly link: Link;
  readonly transport: LineTransport;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: (event: ScanEvent) => void;
};

export type ScanResult = {
  readonly found: readonly Found[];
  readonly odd: readonly Odd[];
  readonly asked: number;
  readonly elapsedMs: number;
  /** Why it ended before its time: stopped, or the link went away. */
  readonly ended?: LinkError;
};

/** Telling apart meters that answer together takes at most so many questions a line. */
const mostNarrowing = 800;
/** What answers brokenly to so many digits in a row is not told apart by digits. */
const mostBroken = 6;
const listenMs = 600;

/** Asks the questions of the plan as they fall due, tells apart who answers together, and names whom it finds. Only reads. Never rejects for what instruments do. */
export async function scanLine(options: ScanOptions): Promise<ScanResult> {
  const { passes, link, transport, timeoutMs, clock, signal, report, discoveries, profiles } = options;
  const startedAt = clock.monotonic();
  const found = new Map<string, Found>();
  const foundAt = new Map<string, Set<string>>();
  const odd: Odd[] = [];
  const doubtful: { readonly pass: Pass; readonly question: Question }[] = [];
  const cleared = new Set<string>();
  let asked = 0;
  let predictedMs = 0;
  let askingMs = 0;
  let ahead = 0;
  let current: Pass | undefined;

  const elapsedMs = () => clock.monotonic() - startedAt;
  const isKnown = (pass: Pass, who: Sighting) => found.has(foundKey(pass, who));

  function tellProgress(): void {
    const pace = predictedMs > 2000 ? askingMs / predictedMs : 1;
    const rest = ahead + estimate(passes.slice(passes.indexOf(current!) + 1), foundAt, timeoutMs);
    report({ event: "progress", asked, elapsedMs: elapsedMs(), remainingMs: rest * pace });
  }

  async function put(question: Question, { settings }: Pass): Promise<Hearing> {
    const from = clock.monotonic();
    const hearing = await ask(question, { link, settings, timeoutMs, clock, signal });
    asked++;
    predictedMs += costOf(question, settings, timeoutMs);
    askingMs += clock.monotonic() - from;
    return hearing;
  }

  function note(pass: Pass, seen: readonly Sighting[]): void {
    for (const who of seen) {
      if (isKnown(pass, who)) continue;
      const entry: Found = { protocol: pass.protocol, settings: pass.settings, ...who };
      found.set(foundKey(pass, who), entry);
      const at = foundAt.get(pass.protocol) ?? new Set();
      foundAt.set(pass.protocol, at.add(keyOf(pass.settings)));
      report({ event: "found", ...entry });
    }
  }

  /** A question that brought something broken, or only others' late answers, is asked once more. */
  async function put2(question: Question, pass: Pass): Promise<Hearing> {
    const { target } = question;
    const first = await put(question, pass);
    note(pass, first.seen);
    const isMissed = target !== undefined && first.seen.length > 0 && !isKnown(pass, target);
    if (!first.broken && !isMissed) return first;
    const second = await put(question, pass);
    note(pass, second.seen);
    return { seen: [...first.seen, ...second.seen], broken: second.broken };
  }

  async function askPass(pass: Pass): Promise<void> {
    const { questions, settings, protocol } = pass;
    report({ event: "pass", protocol, settings, what: pass.what });
    if (settings) await link.set?.(settings);
    ahead = questions.reduce((sum, question) => sum + costOf(question, settings, timeoutMs), 0);
    for (const question of questions) {
      ahead -= costOf(question, settings, timeoutMs);
      if (question.target && isKnown(pass, question.target)) continue;
      const hearing = await put2(question, pass);
      if (hearing.broken) doubtful.push({ pass, question });
      tellProgress();
    }
    if (transport.kind === "tcp") joinAnyUnit(pass);
    await nameNew();
  }

  /** A server that answers to every unit number is one instrument. */
  function joinAnyUnit(pass: Pass): void {
    const own = pass.questions.map(({ target }) => foundKey(pass, target ?? {}));
    if (own.length < 8 || !own.every((key) => found.has(key))) return;
    const one = found.get(foundKey(pass, { unit: 1 })) ?? found.get(own[0]!)!;
    found.clear();
    found.set(foundKey(pass, one), { ...one, anyUnit: true });
  }

  async function nameNew(): Promise<void> {
    for (const [key, entry] of found) {
      if (entry.named) continue;
      const own = entry.settings ? ({ ...transport, ...entry.settings } as LineTransport) : transport;
      const named = await nameInstrument(entry, {
        link,
        transport: own,
        discovery: discoveries[entry.protocol]!,
        profiles: profiles.filter(({ protocol }) => protocol === entry.protocol),
        timeoutMs,
        clock,
        signal,
      });
      found.set(key, { ...entry, named });
      report({ event: "named", ...entry, named });
    }
  }

  function tellOdd({ pass, question }: (typeof doubtful)[number], what: Odd["what"]): void {
    const entry = { protocol: pass.protocol, settings: pass.settings, who: question.who, what };
    odd.push(entry);
    report({ event: "odd", ...entry });
  }

  /** Broken answers: does somebody talk by himself, do several answer together, or are the settings others? */
  async function clearUp(doubt: (typeof doubtful)[number]): Promise<void> {
    const { pass, question } = doubt;
    const { settings } = pass;
    const key = `${pass.protocol} ${keyOf(settings)}`;
    if (cleared.has(key) || (settings && isFoundNear(settings))) return;
    report({
      event: "pass",
      protocol: pass.protocol,
      settings,
      what: `${question.who}: several answer, telling them apart`,
    });
    if (settings) await link.set?.(settings);
    const silence: Question = {
      who: "nobody",
      frame: new Uint8Array(),
      hear: talking,
      longestAnswer: 0,
      timeoutMs: listenMs,
    };
    if ((await put(silence, pass)).broken) return tellOdd(doubt, "talks");
    if (!question.narrow) return tellOdd(doubt, "broken");
    const before = found.size;
    const left = await narrow(question, pass, { left: mostNarrowing });
    if (left === "several" || found.size === before) tellOdd(doubt, found.size > before ? "several" : "broken");
    if (found.size > before) cleared.add(key);
    await nameNew();
  }

  /** The same answers come broken at a wrong parity. */
  function isFoundNear(settings: LineSettings): boolean {
    return [...found.values()].some(
      (entry) => entry.settings?.baud === settings.baud && keyOf(entry.settings) !== keyOf(settings),
    );
  }

  /** Asks for ever more digits where several answer together. `several` when some cannot be told apart. */
  async function narrow(question: Question, pass: Pass, budget: { left: number }): Promise<"all" | "several"> {
    let result: "all" | "several" = "all";
    const parts = question.narrow?.() ?? [];
    if (parts.length === 0) return "several";
    let broken = 0;
    for (const [index, part] of parts.entries()) {
      if (budget.left-- <= 0 || broken >= mostBroken) return "several";
      ahead = (parts.length - index) * costOf(part, pass.settings, timeoutMs);
      const hearing = await put2(part, pass);
      tellProgress();
      broken = hearing.broken ? broken + 1 : 0;
      if (hearing.broken && (await narrow(part, pass, budget)) === "several") result = "several";
    }
    return result;
  }

  const finish = (ended?: LinkError): ScanResult => ({
    found: [...found.values()],
    odd,
    asked,
    elapsedMs: elapsedMs(),
    ...(ended && { ended }),
  });

  try {
    for (const pass of passes) {
      current = pass;
      if ([...found.values()].some(({ anyUnit }) => anyUnit)) break;
      if (isDue(pass, foundAt)) await askPass(pass);
    }
    current = passes.at(-1);
    for (const doubt of doubtful) await clearUp(doubt);
    return finish();
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return finish(signal.aborted ? new LinkError("closed", "stopped") : error);
  }
}

const talking = (bytes: Uint8Array): Hearing => ({ seen: [], broken: bytes.length > 0 });

/** Meters have addresses of their own in the world; a unit number is one on its line at its settings. */
function foundKey({ protocol, settings }: Pass, { unit, address }: Sighting): string {
  return address === undefined ? `${protocol} ${unit} ${keyOf(settings)}` : `${protocol} ${address}`;
}
