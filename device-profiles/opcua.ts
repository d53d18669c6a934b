/** Built-in types of OPC UA that are numbers (OPC 10000-6, 5.1.2), and Boolean. */
export const opcuaTypes = [
  "Boolean",
  "SByte",
  "Byte",
  "Int16",
  "UInt16",
  "Int32",
  "UInt32",
  "Int64",
  "UInt64",
  "Float",
  "Double",
] as const;

/** What stands in `node` and in a device's `address`, namespaces by URI. */
export type NodeText = NodeIdText | NodePath;

/** `id` is `i=2258`, `s=Pump1.Flow`, `g=…` or `b=…`; without namespace it is the standard's own, number 0. */
export type NodeIdText = { readonly namespace?: string; readonly id: string };

/** Browse names from a starting node down. */
export type NodePath = { readonly steps: readonly PathStep[] };

/** `name` may hold `*`, for any number of characters, where `isPattern`. Without namespace the name counts in every namespace. */
export type PathStep = { readonly namespace?: string; readonly name: string; readonly isPattern: boolean };

type Prefixes = Readonly<Record<string, string>>;

/**
 * `nsu=<uri>;s=Pump1.Flow` or `i=2258`: a node id. Anything else: browse names with `/` between them, each with or without a prefix
 * of `namespaces`, `*` for any characters, `&` before a character of a name that would otherwise mean something (OPC 10000-4, A.2).
 * Throws RangeError that says what would be right.
 */
export function parseNodeText(text: string, namespaces: Prefixes = {}): NodeText {
  const id = /^(?:(nsu|ns|svr)=([^;]*);)?([isgb]=.*)$/su.exec(text);
  if (!id) return { steps: pathSteps(text, namespaces) };
  const [, kind, namespace, rest = ""] = id;
  if (kind === "ns" || kind === "svr")
    throw new RangeError(
      `"${text}": a number of a namespace may change whenever the server starts; write its URI: nsu=<uri>;${rest} (\`weir-edge opcua browse\` shows it)`,
    );
  if (!isIdentifier(rest))
    throw new RangeError(`"${text}": expected i=<number>, s=<text>, g=<GUID> or b=<base64> behind the namespace`);
  return namespace === undefined ? { id: rest } : { namespace, id: rest };
}

/** True when the text is a node id that stands where it stands, wherever one starts from. */
export function isNodeId(text: string): boolean {
  return /^(?:(?:nsu|ns|svr)=[^;]*;)?[isgb]=/su.test(text);
}

/** A browse name as it has to be written in a path. */
export function escapeName(name: string): string {
  return name.replace(/[&/*:]/g, "&$&");
}

/** Whether a browse name is what the step asks for. */
export function fitsStep({ name, isPattern }: PathStep, found: string): boolean {
  if (!isPattern) return found === name;
  const parts = name.split("*");
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (found.length < first.length + last.length || !found.startsWith(first) || !found.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const next = found.indexOf(part, at);
    if (next < 0) return false;
    at = next + part.length;
  }
  return at <= found.length - last.length;
}

function isIdentifier(text: string): boolean {
  const value = text.slice(2);
  switch (text[0]) {
    case "i":
      return /^\d{1,10}$/.test(value) && Number(value) <= 0xffffffff;
    case "g":
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
    case "b":
      return /^[A-Za-z0-9+/]+={0,2}$/.test(value);
    default:
      return value !== "";
  }
}

function pathSteps(text: string, namespaces: Prefixes): readonly PathStep[] {
  return splitAt(text, "/").map((part) => {
    const [head = "", ...rest] = splitAt(part, ":");
    if (rest.length > 1)
      throw new RangeError(`"${part}": one prefix is enough; write &: for a colon of the name itself`);
    const written = rest[0] ?? head;
    const name = written.replace(/&(.)/gsu, "$1");
    if (name === "") throw new RangeError(`"${text}": a browse name is empty; write them with one / in between`);
    const isPattern = splitAt(written, "*").length > 1;
    if (isPattern && /&\*/.test(written))
      throw new RangeError(`"${part}": a pattern cannot hold a * of the name itself; write the name in full`);
    if (rest.length === 0) return { name, isPattern };
    const namespace = namespaces[head];
    if (namespace === undefined)
      throw new RangeError(
        `"${part}": \`namespaces\` has no "${head}"; add it, or write &: where the colon belongs to the name`,
      );
    return { namespace, name, isPattern };
  });
}

/** Splits at a character that no & stands before; keeps the &. */
function splitAt(text: string, mark: string): readonly string[] {
  const parts = [""];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === mark) parts.push("");
    else parts[parts.length - 1] += text[i] === "&" && i + 1 < text.length ? `&${text[++i]}` : text[i]!;
  }
  return parts;
}
