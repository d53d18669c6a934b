import { generateKeyPairSync } from "node:crypto";
import { type Approval, type Bundle, manifestOf, type Signer, signApproval, signRelease } from "./bundle.ts";
import { seal } from "./identity.ts";
import { formatTrustedKey, parseTrustedKeys, type Role, type TrustedKey } from "./keys.ts";

/** For tests: keys, and bundles that they have signed. */
export function newSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { key: privateKey, publicKey };
}

export const trust = (role: Role, { publicKey }: Signer, name: string): TrustedKey =>
  parseTrustedKeys(formatTrustedKey(role, publicKey, name), "keys")[0]!;

export type Version = readonly [major: number, minor: number, patch: number];

/** For tests: a node image in all that a bundle and boot485 look at; nothing runs it. */
export function imageOf(version: Version, bytes = 2000): Uint8Array {
  const image = Uint8Array.from({ length: bytes }, (_, n) => (n * 31) & 0xff);
  image.set(new TextEncoder().encode("WEIRNODE"), 104);
  image.set([1, 0, 1, 0, version[0], version[1], version[2], 0], 112);
  image.set(new TextEncoder().encode("WEIR-LEVEL\0\0\0\0\0\0"), 120);
  return seal(image)!;
}

export const about = { vendor: "weir", compiler: "avr-gcc (GCC) 5.4.0", sources: "ab".repeat(32) };
export const expires = "2027-01-31T00:00:00.000Z";

export function bundleOf(
  image: Uint8Array,
  { release, fleet }: { readonly release: Signer; readonly fleet: Signer },
  approval: Pick<Approval, "expires" | "older"> = { expires, older: false },
): Bundle {
  return signApproval(signRelease(manifestOf(image, about), image, release), approval, fleet);
}
