import type { NmeaProfile, Profile } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";
import { type LineSettings, type Link, LinkError } from "../../drivers/driver.ts";
import { createClearing, type Doubt } from "./doubts.ts";
import { costOf, isDue } from "./estimate.ts";
import { type Found, foundKey, type ScanEvent, type ScanResult } from "./found.ts";
import { nameInstrument, nameTalker } from "./name.ts";
import type { Discoveries, LineTransport, Pass } from "./plan.ts";
import { createQuestioner } from "./questioner.ts";

export type ScanOptions = {
  readonly passes: readonly Pass[];
  readonly discoveries: Discoveries;
  /** What an instrument may be named as. */
  readonly profiles: readonly Profile[];
  readonly link: Link;
  readonly transport: LineTransport;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: (event: ScanEvent) => void;
};

/** So many units in a row make sure that a server answers to every unit. */
const enoughUnits = 8;

/**
 * Asks the questions of the plan as they fall due, tells apart who answers together, and names whom it finds. Only reads.
 * Never rejects for what instruments do.
 */
export async function scanLine(options: ScanOptions): Promise<ScanResult> {
  const { passes, link, transport, timeoutMs, clock, signal, report, discoveries, profiles } = options;
  const questioner = createQuestioner(options);
  const { found } = questioner;
  const clearUp = createClearing(options, questioner);
  const doubts: Doubt[] = [];
  let gone: LinkError | undefined;
  void link.closed.then((why) => {
    gone = why;
  });

  async function askPass(pass: Pass): Promise<void> {
    const { questions, settings, protocol } = pass;
    if (!(await isSet(pass))) return;
    report({ event: "pass", protocol, settings, what: pass.what });
    const later = passes.slice(passes.indexOf(pass) + 1);
    let ahead = questions.reduce((sum, question) => sum + costOf(question, settings, timeoutMs), 0);
    for (const question of questions) {
      ahead -= costOf(question, settings, timeoutMs);
      if (question.target && questioner.isKnown(pass, question.target)) continue;
      const hearing = await questioner.put(question, pass);
      if (hearing.broken) doubts.push({ pass, question });
      questioner.tellProgress(ahead, later);
    }
    if (transport.kind === "tcp") joinUnits(pass);
    await nameNew();
  }

  /** False where the line does not take the settings and is still there. */
  async function isSet(pass: Pass): Promise<boolean> {
    if (!pass.settings) return true;
    try {
      await link.set?.(pass.settings);
      return true;
    } catch (error) {
      await clock.sleep(0, signal);
      if (gone || !(error instanceof LinkError)) throw error;
      questioner.tellOdd(pass, error.message, "unset");
      return false;
    }
  }

  /** A server that answers to every unit number is one instrument. */
  function joinUnits(pass: Pass): void {
    const own = pass.questions.map(({ target }) => foundKey(pass, target ?? {}));
    if (own.length < enoughUnits || !own.every((key) => found.has(key))) return;
    const one = found.get(foundKey(pass, { unit: 1 })) ?? found.get(own[0]!)!;
    found.clear();
    found.set(foundKey(pass, one), { ...one, anyUnit: true });
  }

  async function nameNew(): Promise<void> {
    const unnamed: Found[] = [];
    for (const [key, entry] of found) {
      if (entry.named) continue;
      const named = await nameInstrument(entry, {
        ...{ link, timeoutMs, clock, signal },
        transport: transportAt(transport, entry.settings),
        discovery: discoveries[entry.protocol]!,
        profiles: profiles.filter(({ id, protocol }) =>
          entry.among ? entry.among.includes(id) : protocol === entry.protocol,
        ),
      });
      const finished = { ...entry, named };
      found.set(key, finished);
      if (entry.protocol === "nmea" && named.verdict.candidates.length === 0) unnamed.push(finished);
      else report({ event: "named", ...finished });
    }
    if (unnamed.length > 1) await joinTalkers(unnamed);
    else for (const entry of unnamed) report({ event: "named", ...entry });
  }

  /** Some instruments speak as several talkers, such as a sounder: SD and YX. */
  async function joinTalkers(talkers: readonly Found[]): Promise<void> {
    const [{ protocol, settings }] = talkers as readonly [Found];
    const kinds = talkers.flatMap(({ said = "" }) => said.split(" "));
    const fitting = profiles.filter(
      (profile): profile is NmeaProfile =>
        profile.protocol === "nmea" && profile.points.every(({ at }) => kinds.includes(at.sentence)),
    );
    const own = transportAt(transport, settings);
    const verdict = await nameTalker({ ...{ link, timeoutMs, clock, signal, profiles: fitting }, transport: own });
    if (!verdict) {
      for (const entry of talkers) report({ event: "named", ...entry });
      return;
    }
    for (const entry of talkers) found.delete(foundKey(entry, entry));
    const entry: Found = { protocol, settings, said: kinds.join(" "), named: { texts: {}, verdict } };
    found.set(foundKey(entry, entry), entry);
    report({ event: "named", ...entry });
  }

  const finish = (ended?: LinkError): ScanResult => ({
    found: [...found.values()],
    odd: questioner.odd,
    asked: questioner.asked(),
    elapsedMs: Math.round(questioner.elapsedMs()),
    ...(ended && { ended }),
  });

  try {
    for (const pass of passes) {
      if ([...found.values()].some(({ anyUnit }) => anyUnit)) break;
      if (isDue(pass, questioner.foundAt)) await askPass(pass);
    }
    for (const doubt of doubts) {
      await clearUp(doubt);
      await nameNew();
    }
    return finish();
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return finish(signal.aborted ? new LinkError("closed", "stopped") : error);
  }
}

/** The line at the settings of an instrument. */
export function transportAt(transport: LineTransport, settings: LineSettings | undefined): LineTransport {
  return settings && "baud" in transport ? { ...transport, ...settings } : transport;
}
