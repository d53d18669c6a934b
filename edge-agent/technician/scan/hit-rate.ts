import { evaluate } from "@weir/device-profiles/evaluate.ts";
import { contentOf } from "@weir/device-profiles/example.ts";
import type { Registers } from "@weir/device-profiles/registers.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { judge, rank } from "./match.ts";

export type Hit = {
  readonly id: string;
  /** The profiles that cannot be told apart by the registers; the right one alone, at best. */
  readonly ties: readonly string[];
  readonly isRight: boolean;
};

/**
 * For tests and the bench: what a scan would call an instrument that holds exactly the registers of a profile's example, with no
 * word about itself. `lenient`: it answers 0 for every register that it does not have, as cheap ones do.
 */
export function hitsOf(profiles: readonly Profile[], manner: "strict" | "lenient"): readonly Hit[] {
  return profiles.map((profile) => {
    const content = contentOf(profile, profile.examples[0]!);
    const held = manner === "strict" ? content : lenient(content as Registers);
    const judged = profiles.map((candidate) => {
      const answers = evaluate(candidate, held).map(({ missing, ...rest }) => ({
        ...rest,
        missing: missing !== undefined,
      }));
      return judge(candidate, answers, { fit: [], maker: [], against: [] }, false);
    });
    const ties = rank(judged).ties.map((candidate) => candidate.profile.id);
    return { id: profile.id, ties, isRight: ties.includes(profile.id) };
  });
}

function lenient(registers: Registers): Registers {
  const zeros = (words: ReadonlyMap<number, number>) =>
    new Proxy(words, {
      get: (map, key) => (key === "get" ? (register: number) => map.get(register) ?? 0 : Reflect.get(map, key)),
    });
  return Object.fromEntries(Object.entries(registers).map(([table, words]) => [table, zeros(words)])) as Registers;
}
