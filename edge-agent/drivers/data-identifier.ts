import { decodeField } from "@weir/device-profiles/field.ts";
import type { Cjt188Address, Dlt645Address } from "@weir/device-profiles/schema.ts";
import type { AskerStats } from "./asker.ts";
import { type Connection, type Line, LinkError, type LinkErrorCode, type Result, type Turn } from "./driver.ts";

type MeterAddress = Dlt645Address | Cjt188Address;

/** One meter's requests. */
export type IdentifierAsker = {
  /** The data behind an identifier. Rejects with a LinkError. */
  ask(di: string, turn: Turn): Promise<Uint8Array>;
  stats(): AskerStats;
};

export type IdentifierOptions = {
  readonly asker: IdentifierAsker;
  readonly line: Line;
  /** The meter answers and has no such data. */
  readonly isRefusal: (code: LinkErrorCode) => boolean;
  /** What one says of a write, which these drivers do not do. */
  readonly noWriting: string;
};

const retryUnsupportedMs = 3_600_000;
/** So many silences about one identifier, while others were answered, show that the meter does not have it. */
const silencesToCondemn = 5;

/**
 * A meter that is asked by data identifier, one request for all points of an identifier. A silent meter costs one time-out a
 * read; an identifier that was met with silence goes last the next time; what the meter has not is asked again after an hour.
 */
export function connectByIdentifier<At extends MeterAddress>({
  asker,
  line: { clock },
  isRefusal,
  noWriting,
}: IdentifierOptions): Connection<At> {
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
        (i) => addresses[i]!.di,
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

  async function askOne(
    di: string,
    turn: Turn,
  ): Promise<{ readonly data: Uint8Array } | { readonly error: LinkErrorCode }> {
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

  async function askTwiceIfSpoilt(di: string, turn: Turn): Promise<Uint8Array> {
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

  function fill(addresses: readonly At[], places: readonly number[], data: Uint8Array, results: Result[]): void {
    const at = clock.now();
    for (const i of places) {
      const raw = decodeField(data, addresses[i]!);
      if (raw !== undefined) results[i] = { raw, at };
      else {
        results[i] = { error: "mismatch" };
        wrong = `${addresses[i]!.di}: the answer holds ${data.length} bytes, fewer than the point asks for; check from and format in the profile`;
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
      addresses.forEach(({ di }, i) => {
        results[i] ??= { error: missing.has(di) ? "unsupported" : (given ?? "timeout") };
      });
      return results;
    },
    write: async () => {
      throw new LinkError("refused", noWriting);
    },
    probe: async (addresses, turn) => {
      const di = good ?? addresses.find((address) => !missing.has(address.di))?.di ?? addresses[0]!.di;
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
