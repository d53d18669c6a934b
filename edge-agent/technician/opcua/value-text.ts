import type { ServerValue } from "../../drivers/opcua/session.ts";

const longest = 60;

/** A value as one line: what it is, and its status where that is not good. */
export function valueText({ value, status }: Pick<ServerValue, "value" | "status">): string {
  const said = status === "Good" ? "" : status;
  const text = value === undefined || value === null ? "" : plain(value);
  const short = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  return [short, said].filter((part) => part !== "").join(" ");
}

function plain(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object") return String(value).replace(/\s+/g, " ");
  if (ArrayBuffer.isView(value) || Array.isArray(value))
    return `[${Array.from(value as ArrayLike<unknown>, plain).join(", ")}]`;
  return "text" in (value as object) ? String((value as { text: unknown }).text ?? "") : "(structure)";
}
