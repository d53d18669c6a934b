import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { type Canonical, canonical } from "./canonical.ts";

/**
 * release: whoever builds firmware says that this is what was built. fleet: whoever runs the nodes says that it may be installed. A gateway
 * wants both.
 */
export const roles = ["release", "fleet"] as const;
export type Role = (typeof roles)[number];

/** An Ed25519 public key (RFC 8032), with what people call it. */
export type TrustedKey = { readonly role: Role; readonly id: string; readonly key: KeyObject; readonly name: string };

export type Signature = { readonly key: string; readonly signature: string };

const rawBytes = 32;
/** SubjectPublicKeyInfo of Ed25519 up to the key (RFC 8410). */
const prefix = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** The 32 bytes, base64url. */
export function publicText(key: KeyObject): string {
  return key.export({ format: "jwk" }).x!;
}

/** undefined for what is no Ed25519 public key. */
export function publicKeyOf(text: string): KeyObject | undefined {
  if (!/^[\w-]{43}$/.test(text)) return undefined;
  const raw = Buffer.from(text, "base64url");
  if (raw.length !== rawBytes) return undefined;
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: "der", type: "spki" });
}

/** A short name of a key: 16 hexadecimal digits of its SHA-256. */
export function keyId(key: KeyObject): string {
  return createHash("sha256")
    .update(Buffer.from(publicText(key), "base64url"))
    .digest("hex")
    .slice(0, 16);
}

/** What is signed begins with what it is meant for, so that a signature is good for nothing else. */
const signedBytes = (purpose: string, value: Canonical) => Buffer.from(`weir ${purpose}\n${canonical(value)}`);

export function signValue(key: KeyObject, publicKey: KeyObject, purpose: string, value: Canonical): Signature {
  return { key: keyId(publicKey), signature: sign(null, signedBytes(purpose, value), key).toString("base64") };
}

export function isSignedBy(key: KeyObject, { signature }: Signature, purpose: string, value: Canonical): boolean {
  return verify(null, signedBytes(purpose, value), key, Buffer.from(signature, "base64"));
}

/** A line of a file of trusted keys. */
export const formatTrustedKey = (role: Role, key: KeyObject, name: string): string =>
  `${role} ${publicText(key)} ${name}`;

/**
 * Lines `<release|fleet> <key> <name>`; empty ones and those that begin with `#` say nothing. Throws one Error that lists every fault as
 * `file:line: what is wrong`.
 */
export function parseTrustedKeys(text: string, file: string): readonly TrustedKey[] {
  const faults: string[] = [];
  const keys = text.split(/\r?\n/).flatMap((line, index): TrustedKey[] => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const [, role, key, name] = /^(release|fleet) (\S+) (\S.*)$/.exec(line) ?? [];
    const parsed = key === undefined ? undefined : publicKeyOf(key);
    if (parsed) return [{ role: role as Role, id: keyId(parsed), key: parsed, name: name! }];
    faults.push(`${file}:${index + 1}: not \`<release|fleet> <key> <name>\`; weir-firmware key new writes such a line`);
    return [];
  });
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return keys;
}

/** One key takes another's place: signed by the old one, and by the new one to show that it is there. */
export type Rotation = {
  readonly role: Role;
  /** Id of the key that is no longer good. */
  readonly from: string;
  /** The new key, as publicText gives it. */
  readonly to: string;
  readonly name: string;
  /** ISO 8601, UTC; for people. */
  readonly at: string;
  readonly signature: string;
  readonly proof: string;
};

const rotated = ({ role, from, to, name, at }: Omit<Rotation, "signature" | "proof">) => ({ role, from, to, name, at });

export function makeRotation(
  old: { readonly key: KeyObject; readonly publicKey: KeyObject },
  next: { readonly key: KeyObject; readonly publicKey: KeyObject },
  { role, name, at }: { readonly role: Role; readonly name: string; readonly at: string },
): Rotation {
  const what = { role, from: keyId(old.publicKey), to: publicText(next.publicKey), name, at };
  return {
    ...what,
    signature: signValue(old.key, old.publicKey, "rotation", what).signature,
    proof: signValue(next.key, next.publicKey, "rotation", what).signature,
  };
}

/**
 * The keys that are trusted once these rotations have taken place, and those of them that did. One whose old key is not trusted (any more)
 * changes nothing; one that is not signed as it should be is left out.
 */
export function rotate(
  trusted: readonly TrustedKey[],
  rotations: readonly Rotation[],
): { readonly trusted: readonly TrustedKey[]; readonly taken: readonly Rotation[] } {
  let now = trusted;
  const taken: Rotation[] = [];
  for (const rotation of rotations) {
    const { role, from, to, name, signature, proof } = rotation;
    const old = now.find((key) => key.role === role && key.id === from);
    const next = publicKeyOf(to);
    if (!old || !next) continue;
    const what = rotated(rotation);
    if (!isSignedBy(old.key, { key: from, signature }, "rotation", what)) continue;
    if (!isSignedBy(next, { key: keyId(next), signature: proof }, "rotation", what)) continue;
    now = [...now.filter((key) => key !== old), { role, id: keyId(next), key: next, name }];
    taken.push(rotation);
  }
  return { trusted: now, taken };
}
