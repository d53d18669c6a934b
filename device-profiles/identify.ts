import { bytesAt, type Registers } from "./registers.ts";
import type { Profile } from "./schema.ts";

/** What an instrument was heard to say of itself: Modbus registers, and texts by name (vendor, product, server id). */
export type Introduced = { readonly registers?: Registers; readonly texts: Readonly<Record<string, string>> };

export type Both = { readonly en: string; readonly zh: string };

/** What of it speaks for this model, what for its maker only, and what against, in words. */
export type Words = {
  readonly fit: readonly Both[];
  readonly maker: readonly Both[];
  readonly against: readonly Both[];
};

/** Compares what an instrument says of itself with what the profile's documents say that it does. Pure. */
export function compareWords(profile: Profile, { registers, texts }: Introduced): Words {
  const fit: Both[] = [];
  const against: Both[] = [];
  const judge = (is: boolean, said: string, expected: string) =>
    is ? fit.push(saysText(said)) : against.push(saysText(said, expected));
  for (const sign of "identify" in profile ? (profile.identify ?? []) : []) {
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
  if (fit.length === 0 && against.length === 0) {
    if (isNamed(profile.model)) fit.push(saysText(profile.model));
    else if (isCutOff(texts.product, profile.model)) fit.push(saysText(texts.product!));
  }
  return { fit, maker: isNamed(profile.vendor) ? [saysText(profile.vendor)] : [], against };
}

function saysText(said: string, expected?: string): Both {
  if (expected === undefined) return { en: `says "${said}"`, zh: `自报 "${said}"` };
  return { en: `says "${said}", not ${expected}`, zh: `自报 "${said}"，而非 ${expected}` };
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

/** SDI-12 has six characters for a model. */
function isCutOff(said: string | undefined, model: string): boolean {
  const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  return said !== undefined && letters(said).length >= 4 && letters(model).startsWith(letters(said));
}

/** Printable characters, two in a register or one. */
function textIn(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
    .replace(/[^\x20-\x7e]/g, "")
    .trim();
}
