/** What can be signed: no fractions, no null, so that there is one way to write it. */
export type Canonical =
  | string
  | number
  | boolean
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined };

/**
 * One text for one value: JSON without blanks, keys in the order of their UTF-16 code units (as RFC 8785 has it, for strings, whole numbers,
 * booleans, arrays and objects). Keys without a value are left out. Throws RangeError for a number that is not a safe integer.
 */
export function canonical(value: Canonical): string {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new RangeError(`${value} cannot be signed`);
    return String(value);
  }
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const entries = Object.entries(value as Readonly<Record<string, Canonical | undefined>>);
  const kept = entries.filter((entry): entry is [string, Canonical] => entry[1] !== undefined);
  kept.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${kept.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}
