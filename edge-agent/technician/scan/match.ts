import type { Both, Words } from "@weir/device-profiles/identify.ts";
import type { Why } from "@weir/device-profiles/interpret.ts";
import type { Profile, ProfilePoint } from "@weir/device-profiles/schema.ts";

/** What one point of a profile came to in the instrument that was found. */
export type Answer = {
  readonly point: ProfilePoint;
  readonly value: number | null;
  readonly raw?: number | undefined;
  /** A Why of interpret, or undefined for a good value. */
  readonly why?: Why | undefined;
  /** The instrument has no such place, or kept silent. */
  readonly missing?: boolean;
};

export type Candidate = {
  readonly profile: Profile;
  /** Logarithmic: 1 more is about e times as likely. */
  readonly score: number;
  /** In words, best first. */
  readonly reasons: readonly Both[];
  /** The instrument names itself as this model. */
  readonly named: boolean;
};

export type Verdict = {
  /** Best first; empty when nothing fits. */
  readonly candidates: readonly Candidate[];
  /** The first of them that cannot be told apart by what was read. */
  readonly ties: readonly Candidate[];
  /** One profile, and enough that speaks for it to configure it without a look at the instrument. */
  readonly certain: boolean;
};

/** Evidence of one value. A float that happens to be plausible is rarer than a word that is; a 0 says next to nothing. */
const weights = { float: 4, long: 2, digits: 2, word: 1, state: 1.5, bit: 0.2, zero: 0, noValue: 0.5 } as const;
/** Where most places are 0, each beyond half of them: devices are known that answer 0 for whatever they do not have. */
const idleWeight = -0.5;
/** A probe that measures when told to holds 0 until it is told. */
const startedWeight = 0.1;
/** Smaller than anything that is measured: words of another type, taken for a float. */
const leastFloat = 1e-6;
const tiny = -3;
const against: Readonly<Record<Why | "missing", number>> = {
  implausible: -3,
  "not-a-number": -4,
  "no-such-state": -3,
  "outside-valid": -1,
  decimals: -3,
  "bad-status": 0,
  doubted: 0,
  "no-value": 0,
  missing: -4,
};
const namedWeight = 20;
const makerWeight = 3;
const contradictedWeight = -12;
/** Closer than this is no difference. */
const tieWithin = 0.9;
const leastScore = -0.5;
/** Less could be anything that answers a register or two. */
const leastCertain = 3;
const mostShown = 5;

/** How well a profile explains what an instrument answered. Points that share a place count once, by the best of them. Pure. */
export function judge(profile: Profile, answers: readonly Answer[], words: Words, isUsual: boolean): Candidate {
  const places = Map.groupBy(answers, ({ point }) => JSON.stringify(point.at));
  let score = 0;
  let zeros = 0;
  for (const each of places.values()) {
    score += Math.max(...each.map(evidenceOf));
    if (each.every(({ raw }) => raw === 0)) zeros++;
  }
  if (startsWhenTold(profile)) score += startedWeight * zeros;
  else score += idleWeight * Math.max(0, zeros - Math.max(1, places.size / 2));
  if (words.fit.length > 0) score += namedWeight;
  else if (words.against.length > 0) score += contradictedWeight;
  else if (words.maker.length > 0) score += makerWeight;
  if (isUsual) score += 0.3;
  if (profile.template) score -= 0.4;
  return { profile, score, reasons: reasonsOf(answers, words, isUsual), named: words.fit.length > 0 };
}

/** Ranks the profiles that fit, and says which cannot be told apart. Pure. */
export function rank(judged: readonly Candidate[]): Verdict {
  const candidates = judged.filter(({ score }) => score >= leastScore).sort((a, b) => b.score - a.score);
  const best = candidates[0]?.score ?? 0;
  const ties = candidates.filter(({ score }) => score >= best - tieWithin);
  const certain = ties.length === 1 && (ties[0]!.named || best >= leastCertain);
  return { candidates: candidates.slice(0, Math.max(mostShown, ties.length)), ties, certain };
}

function startsWhenTold(profile: Profile): boolean {
  return profile.protocol === "modbus" && profile.measure !== undefined;
}

function evidenceOf({ point, value, raw, why, missing }: Answer): number {
  if (missing) return against.missing;
  if (why === "no-value") return weights.noValue;
  if (why !== undefined) return against[why];
  if (raw === 0 || value === null) return weights.zero;
  if (point.bit !== undefined) return weights.bit;
  if (point.states) return weights.state;
  return weightOf(point, raw ?? value);
}

function weightOf({ at }: ProfilePoint, raw: number): number {
  if (!("type" in at)) return weights.digits;
  if (at.type === "bit") return weights.bit;
  if (at.type === "f32" || at.type === "f64") return Math.abs(raw) < leastFloat ? tiny : weights.float;
  if (at.type.startsWith("bcd")) return weights.digits;
  // One half that is 0 tells no more than a word does.
  return /32|64/.test(at.type) && raw % 0x10000 !== 0 && Math.abs(raw) > 0xffff ? weights.long : weights.word;
}

function reasonsOf(answers: readonly Answer[], words: Words, isUsual: boolean): readonly Both[] {
  const answered = answers.filter(({ missing }) => !missing);
  const plausible = answered.filter(({ why }) => why === undefined);
  const empty = answered.filter(({ why }) => why === "no-value").length;
  return [
    ...(words.fit.length > 0 ? words.fit : words.maker),
    ...words.against,
    {
      en: `${answered.length} of ${answers.length} points answer`,
      zh: `${answers.length} 个测点中 ${answered.length} 个应答`,
    },
    {
      en: `${plausible.length} plausible${empty > 0 ? `, ${empty} without a value` : ""}`,
      zh: `${plausible.length} 个数值合理${empty > 0 ? `，${empty} 个无值` : ""}`,
    },
    ...(isUsual ? [{ en: "at the settings it is shipped with", zh: "通信设置与出厂一致" }] : []),
  ];
}
