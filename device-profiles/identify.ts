import { bytesAt, type Registers } from "./registers.ts";
import type { Profile } from "./schema.ts";

/** What an instrument was heard to say of itself: Modbus registers, and texts by name (vendor, product, server id). */
export type Introduced = { readonly registers?: Registers; readonly texts: Readonly<Record<string, string>> };

/** What of it speaks for this model, what for its maker only, and what against, in words. */
export type Words = {
  readonly fit: readonly string[];
  readonly maker: readonly string[];
  readonly against: readonly string[];
};

/** Compares what an instrument says of itself with what the profile's documents say that it does. Pure. */
export function compareWords(profile: Profile, { registers, texts }: Introduced): Words {
  const fit: string[] = [];
  const against: string[] = [];
  const judge = (is: boolean, said: string, expected: string) =>
    is ? fit.push(`says "${said}"`) : against.push(`says "${said}", not ${expected}`);
  for (const sign of profile.protocol === "modbus" ? (profile.identify ?? []) : []) {
    if ("says" in sign) {
      const said = texts[sign.says];
      if (said !== undefined) judge(contains(said, sign.text), said, sign.text);
      continue;
    }
    const count = "text" in sign ? sign.count : 1;
    const bytes = registers && bytesAt(registers[sign.table], sign.register, count);
    if (!bytes) continue;
    if ("is" in sign) {
      const code = (bytes[0]! << 8) | bytes[1]!;
      judge(sign.is.includes(code), `code ${code}`, `code ${sign.is.join(" or ")}`);
    } else {
      const said = textIn(bytes);
      if (said !== "") judge(contains(said, sign.text), said, sign.text);
    }
  }
  const spoken = Object.values(texts);
  const isNamed = (name: string) =>
    name.length >= 3 && name !== "generic" && spoken.some((text) => contains(text, name));
  if (fit.length === 0 && against.length === 0 && isNamed(profile.model)) fit.push(`says "${profile.model}"`);
  return { fit, maker: isNamed(profile.vendor) ? [`says "${profile.vendor}"`] : [], against };
}

/** The registers in which a profile's instrument names itself. */
export function identifyingRegisters(
  profile: Profile,
): readonly { readonly table: "input" | "holding"; readonly register: number; readonly count: number }[] {
  if (profile.protocol !== "modbus") return [];
  return (profile.identify ?? []).flatMap((sign) =>
    "says" in sign ? [] : [{ table: sign.table, register: sign.register, count: "text" in sign ? sign.count : 1 }],
  );
}

function contains(said: string, text: string): boolean {
  return said.toLowerCase().includes(text.toLowerCase());
}

/** Printable characters, two in a register, up to the first 0. */
function textIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end)))
    .replace(/[^\x20-\x7e]/g, "")
    .trim();
}
