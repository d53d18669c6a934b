import { type UpdateState, updateStates } from "@weir/wire/firmware/update-state.ts";

/** A stored value; at: epoch ms. */
export type Stored = {
  readonly at: number;
  readonly value: number | boolean | string | null;
  readonly quality: string;
};

/** What the store holds of a node, and what the node itself said of its version before and after. */
export type Story = {
  readonly id: string;
  readonly by: "cloud" | "technician";
  readonly before: string;
  readonly after: string;
  readonly levels: readonly Stored[];
  readonly states: readonly Stored[];
  readonly progress: readonly Stored[];
};

export type Span = { readonly from: number; readonly to: number };

export type Account = Pick<Story, "id" | "by" | "before" | "after"> & {
  /** Each once, as they followed each other. */
  readonly states: readonly UpdateState[];
  /** From the first page to its end; undefined when it has not come to both. */
  readonly update: Span | undefined;
  /** Median time between two good readings, ms. */
  readonly usualMs: number;
  /** Pauses between good readings that are longer than three usual ones. */
  readonly gaps: readonly Span[];
  /** The longest of those in its own update, and the longest pause otherwise, which is when neighbours are updated, ms. */
  readonly ownMs: number;
  readonly otherMs: number;
};

export type Claim = { readonly claim: string; readonly holds: boolean };

const longIs = 3;
const length = ({ from, to }: Span) => to - from;
const longest = (spans: readonly Span[]) => Math.max(0, ...spans.map(length));

/** What became of one node, from what is stored. */
export function accountOf({ id, by, before, after, levels, states, progress }: Story): Account {
  const times = levels.filter(({ quality }) => quality === "good").map(({ at }) => at);
  const pauses = times.slice(1).map((to, n) => ({ from: times[n]!, to }));
  const usualMs = median(pauses.map(length));
  const names = states.map(({ value }) => updateStates[Number(value) - 1]!);
  const begun = progress[0]?.at;
  const ended = states.find((_, n) => ["confirmed", "rolled-back", "refused"].includes(names[n]!))?.at;
  const update = begun === undefined || ended === undefined ? undefined : { from: begun, to: ended };
  const isOwn = ({ from, to }: Span) => update !== undefined && from < update.to && to > update.from;
  return {
    ...{ id, by, before, after, usualMs, update },
    states: names.filter((name, n) => name !== names[n - 1]),
    gaps: pauses.filter((pause) => length(pause) > longIs * usualMs),
    ownMs: longest(pauses.filter(isOwn)),
    otherMs: longest(pauses.filter((pause) => !isOwn(pause))),
  };
}

/** What the demonstration says, and whether it is so. `hanging`: the node on which the new image hangs. */
export function claimsOf(
  accounts: readonly Account[],
  { hanging, version, missing }: { readonly hanging: string; readonly version: string; readonly missing: number },
): readonly Claim[] {
  const others = accounts.filter(({ id }) => id !== hanging);
  const back = accounts.filter(({ id }) => id === hanging);
  const went = ({ states }: Account, ...wanted: readonly UpdateState[]) => states.join() === wanted.join();
  const inTurn = accounts.every(({ update }, n) => {
    const next = accounts[n + 1]?.update;
    return update !== undefined && (n === accounts.length - 1 || (next !== undefined && next.from >= update.to));
  });
  const longestOther = Math.max(...accounts.map(({ otherMs }) => otherMs));
  const names = (list: readonly Account[]) => list.map(({ id }) => id).join(" and ");
  return [
    {
      claim: `${names(others)} run ${version}: staged, activated, on trial, confirmed`,
      holds: others.every(
        (each) =>
          each.before !== version &&
          each.after === version &&
          went(each, "accepted", "staged", "activated", "trial", "confirmed"),
      ),
    },
    {
      claim: `${names(back)}, where the new image hangs, has gone back by itself and runs what it ran`,
      holds: back.every(
        (each) => each.after === each.before && each.after !== version && each.states.at(-1) === "rolled-back",
      ),
    },
    { claim: "one node of the line after the other", holds: inTurn },
    {
      claim: "in the store each node has one gap, in its own update",
      holds: accounts.every(({ gaps, ownMs, usualMs }) => gaps.length === 1 && ownMs > longIs * usualMs),
    },
    {
      claim: `no node had a gap while a neighbour was updated: at most ${(longestOther / 1000).toFixed(1)} s without a reading`,
      holds: accounts.every(({ otherMs, usualMs }) => otherMs <= longIs * usualMs),
    },
    { claim: "every record of the gateway is in the store", holds: missing === 0 },
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
