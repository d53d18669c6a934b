/** A set of characters: 1 for each of the 256 codes that belong to it. */
export type CharSet = Uint8Array;

/** A pattern, taken apart. */
export type Node =
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Node[] }
  | { readonly kind: "group"; readonly name: string; readonly part: Node }
  | {
      readonly kind: "repeat";
      readonly part: Node;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    };

const mostRepeats = 200;

const setOf = (test: (code: number) => boolean): CharSet => Uint8Array.from({ length: 256 }, (_, i) => Number(test(i)));
const only = (code: number) => setOf((each) => each === code);
const invert = (set: CharSet) => setOf((code) => set[code] === 0);
const digit = setOf((code) => code >= 0x30 && code <= 0x39);
const word = setOf((code) => /[A-Za-z0-9_]/.test(String.fromCharCode(code)));
const space = setOf((code) => /[\t-\r \u00a0]/.test(String.fromCharCode(code)));
const anything = setOf((code) => code !== 0x0a && code !== 0x0d);

const classes: Readonly<Record<string, CharSet>> = {
  ...{ d: digit, w: word, s: space },
  ...{ D: invert(digit), W: invert(word), S: invert(space) },
};
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };

/**
 * The text of a pattern → its parts. The syntax is that of regular expressions without lookaround, back references and word
 * boundaries; characters are the 256 of ISO 8859-1. Throws RangeError that says what is wrong and where.
 */
export function parsePattern(source: string): Node {
  let at = 0;
  const names = new Set<string>();
  const fail = (what: string, where = at): never => {
    throw new RangeError(`${what} at character ${where + 1} of ${JSON.stringify(source)}`);
  };

  function choice(): Node {
    const parts = [sequence()];
    while (source[at] === "|") {
      at++;
      parts.push(sequence());
    }
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  function sequence(): Node {
    const parts: Node[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") parts.push(repeated());
    return { kind: "sequence", parts };
  }

  function repeated(): Node {
    const from = at;
    const part = atom();
    const [min, max] = quantifier() ?? [1, 1];
    if (min === 1 && max === 1) return part;
    if (part.kind === "start" || part.kind === "end") fail("nothing to repeat", from);
    const lazy = source[at] === "?";
    if (lazy) at++;
    if (/^[*+?]$/.test(source[at] ?? "")) fail("a second quantifier");
    return { kind: "repeat", part, min, max, lazy };
  }

  function quantifier(): readonly [number, number] | undefined {
    const simple: Record<string, readonly [number, number]> = { "*": [0, Infinity], "+": [1, Infinity], "?": [0, 1] };
    const found = simple[source[at] ?? ""];
    if (found) {
      at++;
      return found;
    }
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(source.slice(at));
    if (!counted) return undefined;
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] === "" ? Infinity : Number(counted[3]);
    if (max < min || min > mostRepeats || (max > mostRepeats && max !== Infinity))
      fail(`${counted[0]} is no count; write at most ${mostRepeats}, the smaller number first`);
    at += counted[0].length;
    return [min, max];
  }

  function atom(): Node {
    const char = source[at]!;
    if (char === "(") return group();
    if (char === "[") return { kind: "set", set: bracket() };
    if (char === "\\") return { kind: "set", set: escaped() };
    if (/[*+?{]/.test(char)) fail(`nothing to repeat before ${char}; a literal one is \\${char}`);
    at++;
    if (char === "^") return { kind: "start" };
    if (char === "$") return { kind: "end" };
    return { kind: "set", set: char === "." ? anything : only(codeOf(char)) };
  }

  function codeOf(char: string): number {
    const code = char.charCodeAt(0);
    return code < 256 ? code : fail(`"${char}" is not one of the 256 characters of ISO 8859-1`, at - 1);
  }

  function group(): Node {
    const from = at;
    const head = /^\((\?<([A-Za-z][A-Za-z0-9_]*)>|\?:|(?!\?))/.exec(source.slice(at));
    if (!head) return fail("only (?<name>…), (?:…) and (…) are known; a name begins with a letter");
    at += head[0].length;
    const name = head[2];
    if (name !== undefined && names.has(name)) fail(`the name ${name} stands here twice`, from);
    if (name !== undefined) names.add(name);
    const part = choice();
    if (source[at] !== ")") fail("the group that begins is not closed", from);
    at++;
    return name === undefined ? part : { kind: "group", name, part };
  }

  function escaped(): CharSet {
    const char = source[at + 1] ?? fail("nothing follows the \\");
    const hex = /^x([0-9A-Fa-f]{2})/.exec(source.slice(at + 1))?.[1];
    at += hex === undefined ? 2 : 4;
    if (hex !== undefined) return only(Number.parseInt(hex, 16));
    if (char in classes) return classes[char]!;
    if (char in controls) return only(controls[char]!);
    if (/[A-Za-z0-9]/.test(char)) fail(`\\${char} is not known here; use \\d \\w \\s, \\t \\r \\n, \\xHH`, at - 2);
    return only(codeOf(char));
  }

  function bracket(): CharSet {
    const from = at++;
    const negated = source[at] === "^";
    if (negated) at++;
    const set = new Uint8Array(256);
    while (source[at] !== "]") {
      if (at >= source.length) fail("the [ is not closed", from);
      const low = member();
      if (source[at] === "-" && source[at + 1] !== "]" && at + 1 < source.length) {
        at++;
        const high = member();
        const [first, last] = [low.indexOf(1), high.indexOf(1)];
        if (low.filter(Boolean).length !== 1 || high.filter(Boolean).length !== 1 || last < first)
          fail("this range does not run upwards from one character to another");
        set.fill(1, first, last + 1);
      } else for (const [code, here] of low.entries()) if (here) set[code] = 1;
    }
    at++;
    return negated ? invert(set) : set;
  }

  function member(): CharSet {
    if (source[at] === "\\") return escaped();
    at++;
    return only(codeOf(source[at - 1] ?? fail("the [ is not closed")));
  }

  const whole = choice();
  if (at < source.length) fail("a ) without its (");
  return whole;
}
