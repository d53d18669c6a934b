import { createHash, type KeyObject } from "node:crypto";
import { slotBytes } from "./boot485.ts";
import { canonical } from "./canonical.ts";
import { findIdentity, isSealed } from "./identity.ts";
import { type Rotation, type Signature, signValue } from "./keys.ts";
import { pagesOf } from "./stage.ts";

/** What an image is, for whom, and what it was made of. The release role signs it. */
export type Manifest = {
  readonly vendor: string;
  readonly model: string;
  readonly hardwareClass: number;
  readonly hardwareRevision: number;
  readonly version: string;
  /** Bytes, with the seal. */
  readonly length: number;
  /** SHA-256 of each page of 128 bytes, hexadecimal. */
  readonly pages: readonly string[];
  readonly compiler: string;
  /** SHA-256 over the sources, hexadecimal; see firmware/images/manifest.json. */
  readonly sources: string;
};

/** That it may be installed. The fleet role signs it. */
export type Approval = {
  /** SHA-256 of the canonical manifest, hexadecimal. */
  readonly manifest: string;
  /** ISO 8601, UTC: after it no gateway whose clock is right begins with it. */
  readonly expires: string;
  /** Also where a newer version runs already. */
  readonly older: boolean;
};

/** A file of JSON: what is to be installed, and why it may be. */
export type Bundle = {
  readonly manifest: Manifest;
  readonly release: Signature;
  readonly approval?: Approval;
  readonly fleet?: Signature;
  /** Keys that have taken the place of others since gateways were told whom to trust. */
  readonly rotations: readonly Rotation[];
  readonly image: Uint8Array;
};

export const bundleFormat = 1;
/** A message of the command road holds it, and so does a request to the cloud. */
export const mostBundleBytes = 60_000;

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

export const manifestDigest = (manifest: Manifest): string => sha256(canonical(manifest));

/** Throws RangeError for what is no whole node image, or too large for a slot. */
export function manifestOf(image: Uint8Array, about: Pick<Manifest, "vendor" | "compiler" | "sources">): Manifest {
  const identity = findIdentity(image);
  if (!identity || !isSealed(image))
    throw new RangeError("this is no node image that boot485 would start: weir-firmware build seals those of ours");
  if (image.length > slotBytes)
    throw new RangeError(`the image has ${image.length} bytes, and a slot of boot485 ${slotBytes}`);
  return { ...about, ...identity, length: image.length, pages: pagesOf(image).map(sha256) };
}

export type Signer = { readonly key: KeyObject; readonly publicKey: KeyObject };

export function signRelease(manifest: Manifest, image: Uint8Array, { key, publicKey }: Signer): Bundle {
  return { manifest, release: signValue(key, publicKey, "release", manifest), rotations: [], image };
}

export function signApproval(
  bundle: Bundle,
  about: Pick<Approval, "expires" | "older">,
  { key, publicKey }: Signer,
): Bundle {
  const approval = { ...about, manifest: manifestDigest(bundle.manifest) };
  return { ...bundle, approval, fleet: signValue(key, publicKey, "approval", approval) };
}

export function formatBundle({ image, ...bundle }: Bundle): string {
  const whole = { bundle: bundleFormat, ...bundle, image: Buffer.from(image).toString("base64") };
  return `${JSON.stringify(whole, undefined, 1)}\n`;
}
