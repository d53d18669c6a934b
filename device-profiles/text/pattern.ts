import { type CharSet, type Node, parsePattern } from "./pattern-syntax.ts";

/** A pattern that is ready for use. */
export type Pattern = {
  /** Names of its groups, in their order. */
  readonly names: readonly string[];
  /**
   * The first place in the text that fits, as a regular expression would find it: what each group holds there, undefined for a
   * group that took no part. Takes time proportional to the text, whatever the pattern: every way through it is walked at once.
   */
  match(text: string): Groups | undefined;
};

export type Groups = Readonly<Record<string, string | undefined>>;

type Step =
  | { readonly op: "char"; readonly set: CharSet }
  | { readonly op: "fork"; readonly first: number; readonly second: number }
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "start" | "end" | "done" };

const longest = 500;
const mostSteps = 4000;

/** Throws RangeError that says what is wrong, where, and what would be right. */
export function compilePattern(source: string): Pattern {
  if (source.length > longest)
    throw new RangeError(`a pattern of ${source.length} characters; use at most ${longest}, or several messages`);
  const names: string[] = [];
  const steps: Step[] = [];

  function add(step: Step): number {
    if (steps.length >= mostSteps)
      throw new RangeError(`this pattern repeats too much: write counts such as {1,20} smaller, or + and *`);
    return steps.push(step) - 1;
  }

  function compile(node: Node): void {
    if (node.kind === "set") add({ op: "char", set: node.set });
    else if (node.kind === "sequence") for (const part of node.parts) compile(part);
    else if (node.kind === "choice") compileChoice(node.parts);
    else if (node.kind === "repeat") compileRepeat(node);
    else if (node.kind === "group") {
      if (!names.includes(node.name)) names.push(node.name);
      const slot = 2 * names.indexOf(node.name);
      add({ op: "save", slot });
      compile(node.part);
      add({ op: "save", slot: slot + 1 });
    } else add({ op: node.kind });
  }

  function fork(at: number, near: number, far: number, lazy: boolean): void {
    steps[at] = lazy ? { op: "fork", first: far, second: near } : { op: "fork", first: near, second: far };
  }

  function compileChoice([part, ...rest]: readonly Node[]): void {
    const split = rest.length > 0 ? add({ op: "done" }) : undefined;
    compile(part!);
    if (split === undefined) return;
    const jump = add({ op: "done" });
    fork(split, split + 1, steps.length, false);
    compileChoice(rest);
    fork(jump, steps.length, steps.length, false);
  }

  function compileRepeat({ part, min, max, lazy }: Extract<Node, { kind: "repeat" }>): void {
    for (let i = 0; i < min; i++) compile(part);
    if (max === Number.POSITIVE_INFINITY) {
      const split = add({ op: "done" });
      compile(part);
      const jump = add({ op: "done" });
      fork(jump, split, split, false);
      fork(split, split + 1, steps.length, lazy);
      return;
    }
    const splits: number[] = [];
    for (let i = min; i < max; i++) {
      splits.push(add({ op: "done" }));
      compile(part);
    }
    for (const split of splits) fork(split, split + 1, steps.length, lazy);
  }

  compile(parsePattern(source));
  add({ op: "done" });
  return { names, match: (text) => run(steps, names, text) };
}

type Thread = { readonly at: number; readonly slots: readonly number[] };

/** Thompson's way: all threads step on with each character, at most one a step of the pattern, the preferred one first. */
function run(steps: readonly Step[], names: readonly string[], text: string): Groups | undefined {
  let threads: Thread[] = [];
  let found: readonly number[] | undefined;
  const none: readonly number[] = new Array(2 * names.length).fill(-1);
  const seenAt = new Int32Array(steps.length).fill(-1);

  function enter(into: Thread[], first: Thread, place: number): void {
    const stack: Thread[] = [first];
    for (let thread = stack.pop(); thread; thread = stack.pop()) {
      const { at, slots } = thread;
      if (seenAt[at] === place) continue;
      seenAt[at] = place;
      const step = steps[at]!;
      if (step.op === "fork") stack.push({ at: step.second, slots }, { at: step.first, slots });
      else if (step.op === "save") stack.push({ at: at + 1, slots: slots.with(step.slot, place) });
      else if (step.op === "start") place === 0 && stack.push({ at: at + 1, slots });
      else if (step.op === "end") place === text.length && stack.push({ at: at + 1, slots });
      else into.push(thread);
    }
  }

  enter(threads, { at: 0, slots: none }, 0);
  for (let place = 0; place <= text.length; place++) {
    const next: Thread[] = [];
    const code = place < text.length ? text.charCodeAt(place) : -1;
    for (const { at, slots } of threads) {
      const step = steps[at]!;
      if (step.op === "done") {
        found = slots;
        break;
      }
      if (step.op === "char" && code >= 0 && code < 256 && step.set[code] === 1)
        enter(next, { at: at + 1, slots }, place + 1);
    }
    if (!found && place < text.length) enter(next, { at: 0, slots: none }, place + 1);
    if (found && next.length === 0) break;
    threads = next;
  }
  if (!found) return undefined;
  const groups: Record<string, string | undefined> = {};
  for (const [i, name] of names.entries()) {
    const [from, to] = [found[2 * i]!, found[2 * i + 1]!];
    groups[name] = from < 0 || to < 0 ? undefined : text.slice(from, to);
  }
  return groups;
}
