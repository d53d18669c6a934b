import type { Terminal } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import { escapeName } from "@weir/device-profiles/opcua.ts";
import type { Wait } from "../../drivers/driver.ts";
import type { Child, NodeRef, Session } from "../../drivers/opcua/session.ts";
import { find } from "./find.ts";
import { valueText } from "./value-text.ts";

export type Limits = { readonly depth: number; readonly limit: number };

/** One node of the tree, with what it has now where it is a variable. */
export type Found = {
  readonly path: string;
  readonly depth: number;
  readonly name: string;
  readonly kind: Child["kind"];
  readonly node: string;
  readonly type?: string | undefined;
  readonly value?: unknown;
  readonly status?: string;
};

type Branch = { readonly child: Child; readonly path: string; readonly depth: number; readonly below: Branch[] };

const slowMs = 2000;
/** The server's own data sheet: shown only when asked for. */
const serverNode: NodeRef = "ns=0;i=2253";

/** What is below a node, level by level; progress on a terminal when it takes longer than two seconds. */
export async function browse(
  session: Session,
  { from, limits, wait }: { readonly from: string | undefined; readonly limits: Limits; readonly wait: Wait },
  { err }: Pick<Terminal, "err">,
): Promise<{ readonly found: readonly Found[]; readonly isCut: boolean }> {
  const start = await find(session, from, wait);
  const startedAt = performance.now();
  let told = startedAt + slowMs;
  const seen = new Set<NodeRef>([start]);
  const roots: Branch[] = [];
  let isCut = false;
  let level: { readonly node: NodeRef; readonly path: string; readonly into: Branch[] }[] = [
    { node: start, path: from === undefined || /^(nsu=|[isgb]=)/.test(from) ? "" : `${from}/`, into: roots },
  ];
  for (let depth = 0; depth < limits.depth && level.length > 0; depth++) {
    const lists = await session.browse(
      level.map(({ node }) => node),
      wait,
    );
    const next: typeof level = [];
    for (const [i, { path, into }] of level.entries()) {
      const children = lists[i]!;
      if (typeof children === "string") continue;
      for (const child of children) {
        if (seen.has(child.node) || (from === undefined && child.node === serverNode)) continue;
        if (seen.size > limits.limit) {
          isCut = true;
          continue;
        }
        seen.add(child.node);
        const branch: Branch = { child, path: `${path}${escapeName(child.name)}`, depth, below: [] };
        into.push(branch);
        next.push({ node: child.node, path: `${branch.path}/`, into: branch.below });
      }
    }
    if (process.stderr.isTTY && performance.now() > told) {
      told = performance.now() + slowMs;
      err(`${seen.size - 1} nodes, level ${depth + 1} of ${limits.depth} …`);
    }
    level = next;
  }
  return { found: await withValues(session, flat(roots), wait), isCut };
}

function flat(branches: readonly Branch[]): readonly Branch[] {
  return branches.flatMap((branch) => [branch, ...flat(branch.below)]);
}

async function withValues(session: Session, branches: readonly Branch[], wait: Wait): Promise<readonly Found[]> {
  const variables = branches.filter(({ child }) => child.kind === "variable").map(({ child }) => child.node);
  const read = variables.length === 0 ? [] : await session.read(variables, wait);
  const values = new Map(variables.map((node, i) => [node, read[i]!]));
  return branches.map(({ child: { node, name, kind }, path, depth }) => {
    const value = values.get(node);
    return { path, depth, name, kind, node: session.textOf(node), ...value };
  });
}

/** The tree as a person reads it. */
export function treeText(found: readonly Found[]): string {
  const rows = found.map(({ depth, name, kind, node, type, value, status }) => [
    `${"  ".repeat(depth)}${name}`,
    type ?? kind,
    status === undefined ? "" : valueText({ status, value }),
    node,
  ]);
  return formatTable([["name", "type", "value", "node id"], ...rows]);
}
