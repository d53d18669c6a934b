import { evaluate } from "@weir/device-profiles/evaluate.ts";
import { compareWords, identifyingRegisters } from "@weir/device-profiles/identify.ts";
import type { Why } from "@weir/device-profiles/interpret.ts";
import type { ModbusProfile, Profile } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { Discovery, Sighting } from "../../drivers/discover.ts";
import { type Line, type Link, lineSettings } from "../../drivers/driver.ts";
import { drivers } from "../../drivers/drivers.ts";
import { createSurvey, type Place, type Survey } from "../../drivers/modbus/survey.ts";
import { layOut, readingOf } from "../../poll/reading.ts";
import { introduce } from "./exchange.ts";
import { type Answer, judge, rank, type Verdict } from "./match.ts";
import type { LineTransport } from "./plan.ts";

export type NameContext = {
  readonly link: Link;
  /** With the settings at which the instrument was found. */
  readonly transport: LineTransport;
  readonly discovery: Discovery;
  /** Those of its protocol. */
  readonly profiles: readonly Profile[];
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

/** What an instrument says of itself, and which profiles fit what it answers. */
export type Named = { readonly texts: Readonly<Record<string, string>>; readonly verdict: Verdict };

/** Instruments that are slower than this to answer are not worth asking a hundred questions. */
const patienceMs = 500;

/** Asks a found instrument for what tells profiles apart; only reads. Rejects with a LinkError when the link is gone. */
export async function nameInstrument(who: Sighting, context: NameContext): Promise<Named> {
  const { profiles, transport } = context;
  const texts = await introductionsOf(who, context);
  const modbus = profiles.filter((profile) => profile.protocol === "modbus");
  const others = worthReading(
    profiles.filter((profile) => profile.protocol !== "modbus"),
    texts,
  );
  const judged = [
    ...(modbus.length > 0 ? await judgeModbus(modbus, texts, who, context) : []),
    ...(await judgeOthers(others, who, context)).map(({ profile, answers }) =>
      judge(profile, answers, compareWords(profile, { texts }), isUsual(profile, transport)),
    ),
  ];
  return { texts, verdict: rank(judged) };
}

/** A sensor that names itself is not asked for what others measure: a measurement takes seconds. */
function worthReading(profiles: readonly Profile[], texts: Readonly<Record<string, string>>): readonly Profile[] {
  if (Object.keys(texts).length === 0) return profiles;
  const words = new Map(profiles.map((profile) => [profile, compareWords(profile, { texts })]));
  const named = profiles.filter((profile) => words.get(profile)!.fit.length > 0);
  return named.length > 0 ? named : profiles.filter((profile) => words.get(profile)!.maker.length > 0);
}

/** Which of the instruments that speak by themselves it is that speaks; undefined when it is none that has a profile. */
export async function nameTalker(context: Omit<NameContext, "discovery">): Promise<Verdict | undefined> {
  const settings = lineSettings(context.transport);
  const talkers = context.profiles.filter(
    (profile) => speaksByItself(profile) && (!settings || isUsual(profile, context.transport)),
  );
  const judged = await judgeOthers(talkers, {}, context);
  const verdict = rank(
    judged.map(({ profile, answers }) => judge(profile, answers, { fit: [], maker: [], against: [] }, false)),
  );
  return verdict.candidates.length > 0 ? verdict : undefined;
}

function speaksByItself(profile: Profile): boolean {
  if (profile.protocol === "frame") return profile.request === undefined;
  if (profile.protocol === "vaisala") return profile.mode !== "polled";
  if (profile.protocol === "nmea") return profile.query === undefined;
  return profile.protocol === "line" && Object.values(profile.messages).every(({ send }) => send === undefined);
}

async function introductionsOf(who: Sighting, context: NameContext): Promise<Readonly<Record<string, string>>> {
  const { link, transport, clock, signal, discovery } = context;
  const timeoutMs = Math.max(context.timeoutMs, patienceMs);
  const settings = lineSettings(transport);
  let texts = {};
  for (const introduction of discovery.introductions?.(who, transport) ?? [])
    texts = { ...texts, ...(await introduce(introduction, { link, settings, timeoutMs, clock, signal })) };
  return texts;
}

/**
 * A profile's first and last place are asked first; only where one of them answers, all of it is read. What one profile has
 * learnt of the instrument, the next one knows.
 */
async function judgeModbus(
  profiles: readonly ModbusProfile[],
  texts: Readonly<Record<string, string>>,
  { unit = 1 }: Sighting,
  context: NameContext,
) {
  const { signal, timeoutMs, transport } = context;
  const survey = createSurvey({ unit, timeoutMs: Math.max(timeoutMs, patienceMs) }, lineOf(context), signal);
  for (const place of profiles.flatMap(identifyingRegisters)) await survey.learnBlock(place);
  const samples = profiles.map((profile) => ({ profile, sample: sampleOf(placesOf(profile)) }));
  await survey.learn(samples.flatMap(({ sample }) => sample));
  const promising = samples.filter(({ sample }) => sample.some((place) => survey.has(place)));
  await survey.learn(promising.flatMap(({ profile }) => placesOf(profile)));
  return promising.map(({ profile }) =>
    judge(
      profile,
      answersOf(profile, survey),
      compareWords(profile, { registers: survey.registers, texts }),
      isUsual(profile, transport),
    ),
  );
}

/** Of what a survey holds, the points of a profile. Pure. */
function answersOf(profile: ModbusProfile, survey: Survey): readonly Answer[] {
  return evaluate(profile, survey.registers).map(({ point, value, raw, why, missing }) => ({
    point,
    value,
    raw,
    why,
    missing: missing !== undefined || ("table" in point.at && survey.has(point.at) === false),
  }));
}

function placesOf({ points }: ModbusProfile): readonly Place[] {
  return points.flatMap(({ at, decimals }) => (decimals ? [at, decimals] : [at]));
}

function sampleOf(places: readonly Place[]): readonly Place[] {
  return [...new Set([places[0]!, places.at(-1)!])];
}

/** Other protocols have few profiles: each is read as the agent would. */
async function judgeOthers(profiles: readonly Profile[], who: Sighting, context: Omit<NameContext, "discovery">) {
  const { timeoutMs, signal, clock } = context;
  const judged: { readonly profile: Profile; readonly answers: readonly Answer[] }[] = [];
  for (const profile of profiles) {
    const usual = Math.max(timeoutMs, 2 * patienceMs);
    const patience = speaksByItself(profile) ? profile.timeout : Math.min(profile.timeout, usual);
    const connection = drivers[profile.protocol].open({ profile, timeoutMs: patience, ...who }, lineOf(context));
    const { addresses, points } = layOut(profile.points);
    const results = await connection.read(addresses, { urgent: false, deadline: 0, signal });
    connection.close();
    const answers = points.map((placed): Answer => {
      const { value, raw, why } = readingOf(placed, results, clock.now());
      const missing = raw === undefined;
      return { point: placed.point, value, raw, missing, ...(!missing && { why: why as Why | undefined }) };
    });
    if (answers.some(({ missing }) => !missing)) judged.push({ profile, answers });
  }
  return judged;
}

/** The line as drivers see it: the scan is alone on it. */
function lineOf({ link, transport, clock }: Pick<NameContext, "link" | "transport" | "clock">): Line {
  return { transport, clock, exchange: (_turn, job) => job(link) };
}

function isUsual(profile: Profile, transport: LineTransport): boolean {
  const settings = lineSettings(transport);
  if (!settings || !("link" in profile)) return false;
  return profile.link.baud === settings.baud && profile.link.parity === settings.parity;
}
