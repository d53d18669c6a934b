import { type Bundle, manifestDigest } from "./bundle.ts";
import { compareVersions, describeNode } from "./identity.ts";
import { isSignedBy, type Role, type Rotation, rotate, type Signature, type TrustedKey } from "./keys.ts";

/** What a gateway knows when it is given a bundle. */
export type Ground = {
  readonly trusted: readonly TrustedKey[];
  /** The newest version of this kind of node that has been confirmed here; undefined: none yet. */
  readonly floor: string | undefined;
  /** Epoch ms. */
  readonly now: number;
  /** Whether the clock has been synchronised since the machine booted. */
  readonly clockTrusted: boolean;
};

export type Checked = {
  /** Why it is not taken, all at once; empty when it is. */
  readonly faults: readonly string[];
  /** What a person should know. */
  readonly warnings: readonly string[];
  /** Those of its key rotations that took place, to be kept; none where there are faults. */
  readonly rotations: readonly Rotation[];
};

/** Versions are counted by this: what one kind of node runs says nothing of another. */
export const kindOf = ({ manifest: { vendor, hardwareClass, hardwareRevision } }: Pick<Bundle, "manifest">): string =>
  `${vendor}/${hardwareClass}/${hardwareRevision}`;

/** Whether a bundle may be installed: signed by a trusted key of each role, not expired, not older than what runs here. */
export function checkBundle(bundle: Bundle, { trusted, floor, now, clockTrusted }: Ground): Checked {
  const { manifest, approval, rotations } = bundle;
  const { trusted: current, taken } = rotate(trusted, rotations);
  const faults: string[] = [];
  const warnings: string[] = [];
  const check = (role: Role, signature: Signature | undefined, purpose: string, value: object | undefined) => {
    const why = whyNot(current, taken, role, signature, purpose, value);
    if (why !== undefined) faults.push(why);
  };
  check("release", bundle.release, "release", manifest);
  if (!approval || !bundle.fleet)
    faults.push("nobody has said that it may be installed: have it signed with weir-firmware sign");
  else {
    check("fleet", bundle.fleet, "approval", approval);
    if (approval.manifest !== manifestDigest(manifest)) faults.push("the approval is for another manifest");
    if (Date.parse(approval.expires) <= now) {
      const expired = `the approval ended at ${approval.expires}`;
      if (clockTrusted) faults.push(`${expired}: have it signed anew with weir-firmware sign`);
      else
        warnings.push(
          `${expired}, if this clock is right: it has not been synchronised, so that is no reason to refuse`,
        );
    }
    if (floor !== undefined && compareVersions(manifest.version, floor) < 0) {
      const older = `${describeNode(manifest)} is older than ${floor}, which has been confirmed here`;
      if (approval.older) warnings.push(`${older}; the approval allows that`);
      else faults.push(`${older}: if that is meant, have it signed with weir-firmware sign --allow-older`);
    }
  }
  return { faults, warnings, rotations: faults.length === 0 ? taken : [] };
}

function whyNot(
  trusted: readonly TrustedKey[],
  taken: readonly Rotation[],
  role: Role,
  signature: Signature | undefined,
  purpose: string,
  value: object | undefined,
): string | undefined {
  if (!signature || !value) return `${role}: it is not signed`;
  const replaced = taken.find((rotation) => rotation.role === role && rotation.from === signature.key);
  if (replaced) return `${role}: key ${signature.key} has been replaced by ${replaced.name}`;
  const key = trusted.find((each) => each.role === role && each.id === signature.key);
  if (!key) {
    const known = trusted.filter((each) => each.role === role).map(({ id, name }) => `${id} (${name})`);
    return `${role}: key ${signature.key} is not trusted here; trusted ${known.length > 0 ? `are ${known.join(", ")}` : "is none"}`;
  }
  if (isSignedBy(key.key, signature, purpose, value as never)) return undefined;
  return `${role}: the signature of ${key.name} does not fit: it has been changed since, or was signed with another key`;
}
