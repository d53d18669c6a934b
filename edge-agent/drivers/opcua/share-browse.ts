import type { Clock } from "@weir/wire/clock.ts";
import type { Wait } from "../driver.ts";
import type { NodeRef, Session } from "./session.ts";

type Browse = Session["browse"];

/** A folder that many instruments start from is asked for once while they all look for their nodes. */
const freshMs = 10_000;

/**
 * The same browse, where what a node has below it is remembered for ten seconds: a hundred instruments in one folder are found with one
 * list of it, not with a hundred. Refusals are not remembered. `tidy` lets go of what is older.
 */
export function shareBrowse(browse: Browse, clock: Clock): { readonly browse: Browse; readonly tidy: () => void } {
  const known = new Map<NodeRef, { readonly at: number; readonly children: Awaited<ReturnType<Browse>>[number] }>();
  const tidy = () => {
    const oldest = clock.monotonic() - freshMs;
    for (const [node, { at }] of known) if (at <= oldest) known.delete(node);
  };
  return {
    tidy,
    browse: async (wanted: readonly NodeRef[], wait: Wait) => {
      tidy();
      const missing = wanted.filter((node) => !known.has(node));
      const found = missing.length === 0 ? [] : await browse(missing, wait);
      const at = clock.monotonic();
      const fresh = new Map(missing.map((node, i) => [node, found[i]!]));
      for (const [node, children] of fresh) if (typeof children !== "string") known.set(node, { at, children });
      return wanted.map((node) => fresh.get(node) ?? known.get(node)!.children);
    },
  };
}
