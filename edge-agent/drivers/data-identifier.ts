import { decodeField } from "@weir/device-profiles/field.ts";
import type { Address, Cjt188Address, Dlt645Address } from "@weir/device-profiles/schema.ts";
import { type Sentence, say } from "@weir/wire/sentences.ts";
import type { AskerStats } from "./asker.ts";
import { type Connection, type Line, LinkError, type LinkErrorCode, type Result, type Turn } from "./driver.ts";

/** One instrument's requests. */
export type IdentifierAsker<Data = Uint8Array> = {
  /** What stands behind an identifier. Rejects with a LinkError. */
  ask(identifier: string, turn: Turn): Promise<Data>;
  stats(): AskerStats;
};

/** How the points of a protocol stand behind identifiers. */
export type Layout<At extends Address, Data> = {
  readonly identifierOf: (at: At) => string;
  /** undefined: the data do not hold this point. */
  readonly decode: (data: Data, at: At) => number | undefined;
  /** In words, for data that do not hold a point. */
  readonly misfit: (data: Data, at: At) => string;
};

export type IdentifierOptions<At extends Address, Data> = {
  readonly asker: IdentifierAsker<Data>;
  readonly layout: Layout<At, Data>;
  readonly line: Line;
  /** The instrument answers and has no such data. */
  readonly isRefusal: (code: LinkErrorCode) => boolean;
  /** What one says of a write, which these drivers do not do. */
  readonly noWriting: string;
  /** Where a question is cheaper than reading an identifier: rejects with a LinkError when nobody is there. */
  readonly probe?: (turn: Turn) => Promise<void>;
};

/** A meter's data: bytes behind a data identifier. */
export const meterLayout: Layout<Dlt645Address | Cjt188Address, Uint8Array> = {
  identifierOf: ({ di }) => di,
  decode: decodeField,
  misfit: (data, { di }) => say(tooShort, { di, length: data.length }),
};

const tooShort = {
  en: "{di}: the answer holds {length} bytes, fewer than the point asks for; check from and format in the profile",
  zh: "{di}：应答只有 {length} 个字节，少于测点所需；请检查配置档中的 from 和 format",
} as const;
export const sentences: readonly Sentence[] = [tooShort];

const retryUnsupportedMs = 3_600_000;
/** So many silences about one identifier, while others were answered, show that the meter does not have it. */
const silencesToCondemn = 5;

/**
 * An instrument that is asked by identifier, one request for all points of an identifier. A silent one costs one time-out a
 * read; an identifier that was met with silence goes last the next time; what the instrument has not is asked again after an hour.
 */
export function connectByIdentifier<At extends Address, Data>({
  asker,
  layout: { identifierOf, decode, misfit },
  line: { clock },
  isRefusal,
  noWriting,
  probe,
}: IdentifierOptions<At, Data>): Connection<At> {
  const missing = new Map<string, { readonly retryAt: number }>();
  const silences = new Map<string, { readonly count: number; readonly replies: number }>();
  const groupsOf = new WeakMap<readonly At[], ReadonlyMap<string, readonly number[]>>();
  let good: string | undefined;
  let wrong: string | undefined;
  let closed = false;

  function group(addresses: readonly At[]): ReadonlyMap<string, readonly number[]> {
    const groups =
      groupsOf.get(addresses) ??
      Map.groupBy(
        addresses.map((_, i) => i),
        (i) => identifierOf(addresses[i]!),
      );
    groupsOf.set(addresses, groups);
    return groups;
  }

  /** The identifiers to ask, those that were met with silence last; at most one that is known to be missing and due. */
  function order(identifiers: Iterable<string>): readonly string[] {
    const due: string[] = [];
    const answering: string[] = [];
    const silent: string[] = [];
    for (const di of identifiers) {
      const known = missing.get(di);
      if (known === undefined) (silences.has(di) ? silent : answering).push(di);
      else if (due.length === 0 && known.retryAt <= clock.monotonic()) due.push(di);
    }
    return [...answering, ...silent, ...due];
  }

  async function askOne(di: string, turn: Turn): Promise<{ readonly data: Data } | { readonly error: LinkErrorCode }> {
    try {
      const data = await askTwiceIfSpoilt(di, turn);
      good ??= di;
      silences.delete(di);
      missing.delete(di);
      return { data };
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      if (isRefusal(code)) condemn(di);
      else if (code === "timeout" || code === "frame" || code === "mismatch") learnFromSilence(di);
      return { error: code };
    }
  }

  async function askTwiceIfSpoilt(di: string, turn: Turn): Promise<Data> {
    try {
      return await asker.ask(di, turn);
    } catch (error) {
      if (codeOf(error) !== "crc" || turn.signal.aborted) throw error;
      return await asker.ask(di, turn);
    }
  }

  function condemn(di: string): void {
    silences.delete(di);
    missing.set(di, { retryAt: clock.monotonic() + retryUnsupportedMs });
  }

  function learnFromSilence(di: string): void {
    const { replies } = asker.stats();
    const before = silences.get(di);
    const count = before && replies > before.replies ? before.count + 1 : (before?.count ?? 1);
    if (count >= silencesToCondemn || missing.has(di)) condemn(di);
    else silences.set(di, { count, replies });
  }

  function fill(addresses: readonly At[], places: readonly number[], data: Data, results: Result[]): void {
    const at = clock.now();
    for (const i of places) {
      const raw = decode(data, addresses[i]!);
      if (raw !== undefined) results[i] = { raw, at };
      else {
        results[i] = { error: "mismatch" };
        wrong = misfit(data, addresses[i]!);
      }
    }
  }

  return {
    read: async (addresses, turn) => {
      if (closed) return addresses.map(() => ({ error: "closed" }));
      const results: Result[] = new Array(addresses.length);
      const groups = group(addresses);
      let given: LinkErrorCode | undefined;
      wrong = undefined;
      for (const di of order(groups.keys())) {
        const answer = await askOne(di, turn);
        if ("data" in answer) fill(addresses, groups.get(di)!, answer.data, results);
        else {
          for (const i of groups.get(di)!) results[i] = { error: answer.error };
          if (!endsTheRead(answer.error)) continue;
          given = answer.error;
          break;
        }
      }
      addresses.forEach((address, i) => {
        results[i] ??= { error: missing.has(identifierOf(address)) ? "unsupported" : (given ?? "timeout") };
      });
      return results;
    },
    write: async () => {
      throw new LinkError("refused", noWriting);
    },
    probe: async (addresses, turn) => {
      if (probe) return probe(turn);
      const identifiers = addresses.map(identifierOf);
      const di = good ?? identifiers.find((identifier) => !missing.has(identifier)) ?? identifiers[0]!;
      await asker.ask(di, turn).catch((error) => {
        if (!codeOf(error)?.startsWith("exception-")) throw error;
      });
    },
    stats: () => {
      const stats = asker.stats();
      return { ...stats, lastError: wrong ?? stats.lastError, unsupported: [...missing.keys()] };
    },
    close: () => {
      closed = true;
    },
  };
}

/** Nothing more is to be had now: a dead meter costs one time-out, and its neighbours wait no longer. */
function endsTheRead(code: LinkErrorCode): boolean {
  return code === "timeout" || code === "closed" || code === "refused" || code === "frame" || code === "mismatch";
}

/** The code of a LinkError, undefined for anything else. */
function codeOf(error: unknown): LinkErrorCode | undefined {
  return error instanceof LinkError ? error.code : undefined;
}
