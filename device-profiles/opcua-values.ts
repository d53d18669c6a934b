import { opcuaTypes } from "./opcua.ts";
import type { OpcuaAddress } from "./schema.ts";
import { shortestFloat } from "./shortest-float.ts";

/** What a server gives for a node: `value` is a number, true or false, or an array of them; undefined where it gives none. */
export type OpcuaValue = { readonly type?: string | undefined; readonly value?: unknown; readonly status: string };

/** What an example of an OPC UA instrument holds. */
export type NodeValues = { readonly valueAt: (at: OpcuaAddress) => OpcuaValue | undefined };

/** How far a status lets a value be trusted: its name begins with it (OPC 10000-4, 7.39). */
export function severityOf(status: string): "good" | "uncertain" | "bad" {
  if (status.startsWith("Good")) return "good";
  return status.startsWith("Uncertain") ? "uncertain" : "bad";
}

/**
 * A value of a built-in type → the raw number: false and true are 0 and 1; a Float is the shortest decimal that is that Float.
 * NaN for what is no number. undefined where an array ends before the element.
 */
export function rawOf({ type, value }: Omit<OpcuaValue, "status">, element?: number): number | undefined {
  const one = element === undefined ? value : elementOf(value, element);
  if (one === undefined) return element === undefined ? Number.NaN : undefined;
  if (typeof one === "boolean") return one ? 1 : 0;
  if (typeof one === "bigint") return Number(one);
  if (typeof one !== "number") return Number.NaN;
  return type === "Float" ? shortestFloat(one) : one;
}

/** `Flow = Float 12.5 | State = Int32 3 | Level = BadSensorFailure` → what each node gives. Throws RangeError that names the part. */
export function parseNodeValues(text: string): NodeValues {
  const values = new Map<string, OpcuaValue>();
  for (const part of text.split(/\s\|\s|\n/)) {
    if (part.trim() === "") continue;
    const at = part.lastIndexOf(" = ");
    if (at < 0) throw new RangeError(`"${part.trim()}": write the node, " = ", type and value: Flow = Double 12.5`);
    const node = part.slice(0, at).trim();
    if (values.has(node)) throw new RangeError(`"${part.trim()}": ${node} is given twice; give it once`);
    values.set(node, parseValue(part.slice(at + 3).trim(), part.trim()));
  }
  return { valueAt: ({ node }) => values.get(node) };
}

function parseValue(text: string, part: string): OpcuaValue {
  if (/^(Bad|Uncertain|Good)\w*$/.test(text)) return { status: text };
  const match = /^(\w+)\s+(\[[^\]]*\]|\S+)(?:\s+((?:Bad|Uncertain|Good)\w*))?$/.exec(text);
  if (!match)
    throw new RangeError(`"${part}": write type, value and, where it is not Good, the status: Double 12.5 Uncertain`);
  const [, type = "", value = "", status = "Good"] = match;
  if (type === "String") return { type, value, status };
  if (!opcuaTypes.some((known) => known === type))
    throw new RangeError(`"${part}": no type "${type}"; use ${opcuaTypes.join(", ")} or String`);
  const list = value.startsWith("[")
    ? value
        .slice(1, -1)
        .split(/[\s,]+/)
        .filter(Boolean)
    : undefined;
  return { type, value: list ? list.map((one) => scalar(one, type, part)) : scalar(value, type, part), status };
}

function scalar(text: string, type: string, part: string): number | boolean {
  if (type === "Boolean") {
    if (text === "true" || text === "false") return text === "true";
    throw new RangeError(`"${part}": a Boolean is true or false`);
  }
  const value = text === "NaN" ? Number.NaN : Number(text);
  if (Number.isNaN(value) && text !== "NaN") throw new RangeError(`"${part}": "${text}" is no number`);
  return type === "Float" ? Math.fround(value) : value;
}

function elementOf(value: unknown, element: number): unknown {
  const list = value as ArrayLike<unknown> | undefined;
  return typeof value === "object" && value !== null && "length" in value ? list![element] : undefined;
}
