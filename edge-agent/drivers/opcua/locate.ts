import { fitsStep, type NodeText, type PathStep } from "@weir/device-profiles/opcua.ts";
import { type Sentence, say } from "@weir/wire/sentences.ts";
import type { Child, NodeRef } from "./session.ts";

/** Where a text leads: to one node, or why not. */
export type Located = { readonly node: NodeRef } | { readonly status: string; readonly why: string };

type Browse = (nodes: readonly NodeRef[]) => Promise<readonly (readonly Child[] | string)[]>;

/**
 * Follows browse names from a starting node down, level by level, all texts together; a node that several pass is browsed once.
 * A text must lead to exactly one node: otherwise it says what there is, or what fits. Rejects only as `browse` does.
 */
export async function locate(
  texts: readonly { readonly text: string; readonly parsed: NodeText }[],
  from: { readonly start: NodeRef; readonly refOf: (id: Extract<NodeText, { id: string }>) => NodeRef | undefined },
  browse: Browse,
): Promise<readonly Located[]> {
  const known = new Map<NodeRef, readonly Child[] | string>();
  const walks = texts.map(({ text, parsed }) =>
    "id" in parsed ? undefined : { text, steps: parsed.steps, at: [{ node: from.start, path: "" }], seen: "" },
  );
  const longest = Math.max(0, ...walks.map((walk) => walk?.steps.length ?? 0));
  for (let depth = 0; depth < longest; depth++) {
    const going = walks.filter((walk) => walk && depth < walk.steps.length).map((walk) => walk!);
    const wanted = [...new Set(going.flatMap(({ at }) => at.map(({ node }) => node)))].filter(
      (node) => !known.has(node),
    );
    const found = wanted.length === 0 ? [] : await browse(wanted);
    for (const [i, node] of wanted.entries()) known.set(node, found[i]!);
    for (const walk of going) {
      const step = walk.steps[depth]!;
      const below = walk.at.flatMap(({ node, path }) => {
        const children = known.get(node)!;
        return typeof children === "string"
          ? []
          : children.map((child) => ({ ...child, path: `${path}/${child.name}` }));
      });
      if (walk.at.length > 0) walk.seen = seenText(walk.at, below);
      walk.at = below.filter((child) => fits(step, child));
    }
  }
  return texts.map(({ text, parsed }, i) => {
    if ("id" in parsed) {
      const node = from.refOf(parsed);
      return node === undefined ? noNamespace(text, parsed.namespace) : { node };
    }
    return resultOf(walks[i]!);
  });
}

function fits(step: PathStep, child: Child): boolean {
  return (step.namespace === undefined || step.namespace === child.namespace) && fitsStep(step, child.name);
}

type Place = { readonly node: NodeRef; readonly path: string };

function resultOf({ text, at, seen }: { text: string; at: readonly Place[]; seen: string }): Located {
  const nodes = new Map(at.map((place) => [place.node, place.path]));
  const [first] = nodes.keys();
  if (nodes.size === 1) return { node: first! };
  if (nodes.size === 0) return { status: "BadNoMatch", why: say(texts.nothing, { text, seen }) };
  const paths = [...nodes.values()].map((path) => path.slice(1));
  return {
    status: "BadTooManyMatches",
    why: say(texts.several, { text, paths: few(paths) }),
  };
}

function noNamespace(text: string, namespace: string | undefined): Located {
  return {
    status: "BadNodeIdUnknown",
    why: say(texts.noNamespace, { text, namespace: namespace ?? "" }),
  };
}

function seenText(at: readonly Place[], below: readonly { readonly name: string }[]): string {
  const where = at.length === 1 && at[0]!.path === "" ? texts.start.en : few(at.map(({ path }) => path.slice(1)));
  if (below.length === 0) return say(texts.nothingBelow, { where });
  return say(texts.below, { where, names: few(below.map(({ name }) => name)) });
}

function few(names: readonly string[]): string {
  const shown = [...new Set(names)];
  return shown.length <= 8 ? shown.join(", ") : `${shown.slice(0, 8).join(", ")} and ${shown.length - 8} more`;
}

const texts = {
  nothing: { en: 'nothing is called "{text}"; {seen}', zh: "没有名为“{text}”的节点；{seen}" },
  several: {
    en: '"{text}" fits {paths}; write it so that it fits one, with the prefix of a namespace if the names are the same',
    zh: "“{text}”同时符合 {paths}；请写得只符合其中一个，名称相同时加命名空间前缀",
  },
  noNamespace: {
    en: '"{text}": the server has no namespace {namespace}; `weir-edge opcua browse` lists those it has',
    zh: "“{text}”：服务器没有命名空间 {namespace}；`weir-edge opcua browse` 可列出其所有命名空间",
  },
  start: { en: "where it starts", zh: "起点" },
  nothingBelow: {
    en: "there is nothing below {where}, or nothing that this user may see",
    zh: "{where} 之下没有内容，或此用户无权查看",
  },
  below: { en: "below {where} there is {names}", zh: "{where} 之下有 {names}" },
} as const satisfies Record<string, Sentence>;
export const sentences: readonly Sentence[] = Object.values(texts);
