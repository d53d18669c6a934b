import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { type Bundle, formatBundle, manifestOf, signApproval, signRelease } from "@weir/wire/firmware/bundle.ts";
import { checkBundle } from "@weir/wire/firmware/check-bundle.ts";
import { describeNode } from "@weir/wire/firmware/identity.ts";
import { parseTrustedKeys, type Rotation, roles } from "@weir/wire/firmware/keys.ts";
import { readBundle } from "@weir/wire/firmware/read-bundle.ts";
import { flatten, type Image } from "../hex.ts";
import { imageArgument } from "../image-argument.ts";
import { readManifest } from "../images.ts";
import { newKey, rotateKey, signerOf } from "./key-files.ts";

export const signingHelp = `weir-firmware key, bundle, sign: firmware that gateways trust

  weir-firmware key new <release|fleet> <name>   a key pair: <name>.key, to be kept, and <name>.pub, a line for gateways
  weir-firmware key rotate <old.key> <name>      a pair that takes the old one's place, and <name>.rotation for bundles
  weir-firmware key give --port <port>           the key of a node on a line: weir-firmware flash --help
  weir-firmware bundle <image> --key <release.key> --to <file>
                                                 image and manifest, signed by whoever builds firmware
  weir-firmware sign <bundle> --key <fleet.key>  that it may be installed, signed by whoever runs the nodes
  weir-firmware inspect <bundle>                 what is in it, and with --trust whether a gateway would take it

A gateway takes a bundle that both roles have signed. Its trusted keys are the lines of the .pub files, in one file: edge.yaml, firmware.keys.

  --key <file>         what signs
  --to <file>          bundle: where it goes
  --expires <days>d    sign: how long it may be begun with; 90d unless given
  --allow-older        sign: also where a newer version runs
  --rotation <file>    bundle, sign: a key has taken another's place; may be given again
  --vendor <name>      bundle: weir unless given
  --compiler <text>    bundle, of an image that is not one of ours: what built it …
  --sources <sha256>   … and of what
  --trust <file>       inspect: the lines of trusted keys
  --json

Examples
  weir-firmware key new release makers-2026 && weir-firmware key new fleet waterworks-2026
  cat makers-2026.pub waterworks-2026.pub > trusted.keys
  weir-firmware bundle level --key makers-2026.key --to level.bundle
  weir-firmware sign level.bundle --key waterworks-2026.key --expires 30d
  weir-firmware inspect level.bundle --trust trusted.keys

Exit code: 0 done; 1 not: what is wrong stands there; 2 the command was not understood.`;

export type SigningOptions = {
  readonly key?: string | undefined;
  readonly to?: string | undefined;
  readonly expires: string;
  readonly "allow-older": boolean;
  readonly rotation: readonly string[];
  readonly vendor: string;
  readonly compiler?: string | undefined;
  readonly sources?: string | undefined;
  readonly trust?: string | undefined;
  readonly json: boolean;
};

const dayMs = 86_400_000;
const iso = (at: number) => new Date(at).toISOString();

/** `key new` and `key rotate`. */
export function makeKey(words: readonly string[], { json }: SigningOptions, now: number, { out }: Terminal): number {
  const [verb, first, name, ...more] = words;
  if ((verb !== "new" && verb !== "rotate") || first === undefined || name === undefined || more.length > 0)
    throw new UsageError("key takes new <release|fleet> <name>, rotate <old.key> <name>, or give");
  if (!/^[\w.-]+$/.test(basename(name)))
    throw new UsageError(`${name}: a name of a key has letters, digits, and . _ - only; a folder may stand before it`);
  if (verb === "rotate") {
    const made = rotateKey(first, name, iso(now));
    if (json) out(JSON.stringify(made));
    else
      out(
        `${made.key}, ${made.pub}, ${made.rotation}: ${made.id} takes the place of ${first} where a bundle carries it`,
      );
    return 0;
  }
  const role = roles.find((each) => each === first);
  if (!role) throw new UsageError(`${first}: a key is for release or for fleet`);
  const made = newKey(role, name);
  if (json) out(JSON.stringify(made));
  else out(`${made.key} signs, keep it; ${made.pub} is the line for gateways: ${made.line}`);
  return 0;
}

/** An image and its manifest, signed. */
export async function makeBundle(name: string, options: SigningOptions, { out }: Terminal): Promise<number> {
  const { key, to, vendor, rotation, json } = options;
  if (key === undefined || to === undefined) throw new UsageError("bundle needs --key <release.key> and --to <file>");
  const signer = signerOf("release", key);
  const image = flatten(await imageArgument(name));
  const manifest = manifestOf(image, { vendor, ...(await madeOf(name, options)) });
  const bundle = { ...signRelease(manifest, image, signer), rotations: rotation.map(readRotation) };
  writeFileSync(to, formatBundle(bundle));
  out(
    json
      ? JSON.stringify({ file: to, manifest })
      : `${to}: ${describeNode(manifest)}, ${manifest.pages.length} pages; not approved yet`,
  );
  return 0;
}

async function madeOf(name: string, { compiler, sources }: SigningOptions) {
  const { images, toolchain } = await readManifest();
  const ours = images[name];
  if (ours) return { compiler: `${toolchain.compiler}, avr-libc ${toolchain.libc}`, sources: ours.sources };
  if (compiler === undefined || sources === undefined)
    throw new UsageError(
      `${name} is not one of our images: say what built it, --compiler <text>, and of what, --sources <sha256>`,
    );
  return { compiler, sources };
}

/** Approves a bundle, in place. */
export function sign(file: string, options: SigningOptions, now: number, { out }: Terminal): number {
  const { key, expires, rotation, json } = options;
  if (key === undefined) throw new UsageError("sign needs --key <fleet.key>");
  const [, days] = /^(\d{1,5})d$/.exec(expires) ?? [];
  if (days === undefined) throw new UsageError(`--expires is a number of days, such as 90d, not ${expires}`);
  const signer = signerOf("fleet", key);
  const bundle = openBundle(file);
  const about = { expires: iso(now + Number(days) * dayMs), older: options["allow-older"] };
  const signed = signApproval(
    { ...bundle, rotations: [...bundle.rotations, ...rotation.map(readRotation)] },
    about,
    signer,
  );
  writeFileSync(file, formatBundle(signed));
  out(
    json
      ? JSON.stringify({ file, approval: signed.approval })
      : `${file}: ${describeNode(bundle.manifest)} may be installed until ${about.expires.slice(0, 10)}${about.older ? ", also in place of a newer one" : ""}`,
  );
  return 0;
}

/** Throws with every fault of the file. */
export function openBundle(file: string): Bundle {
  if (!existsSync(file)) throw new Error(`${file}: there is no such file; weir-firmware bundle makes one`);
  const read = readBundle(readFileSync(file, "utf8"));
  if ("faults" in read) throw new Error(read.faults.map((fault) => `${file}: ${fault}`).join("\n"));
  return read.bundle;
}

/**
 * The image of a bundle, which is held against trusted keys where they are given, and whether its approval allows it in place of a newer
 * version. Throws with every reason not to take it.
 */
export function imageOfBundle(
  file: string,
  { trust, now, err }: { readonly trust: string | undefined; readonly now: number; readonly err: Terminal["err"] },
): { readonly image: Image; readonly older: boolean } {
  const bundle = openBundle(file);
  if (trust === undefined) err(`${file}: whose it is was not looked at: --trust <file> names the trusted keys`);
  else {
    const trusted = parseTrustedKeys(readFileSync(trust, "utf8"), trust);
    const { faults } = checkBundle(bundle, { trusted, floor: undefined, now, clockTrusted: true });
    if (faults.length > 0) throw new Error(faults.map((fault) => `${file}: ${fault}`).join("\n"));
  }
  return { image: { segments: [{ start: 0, bytes: bundle.image }] }, older: bundle.approval?.older ?? false };
}

/** What is in a bundle; with trusted keys, whether a gateway takes it: 1 when it would not. */
export function inspectBundle(
  file: string,
  { trust, json }: SigningOptions,
  now: number,
  { out, err }: Terminal,
): number {
  const bundle = openBundle(file);
  const { manifest, approval, release, fleet, rotations } = bundle;
  const trusted = trust === undefined ? undefined : parseTrustedKeys(readFileSync(trust, "utf8"), trust);
  const checked = trusted && checkBundle(bundle, { trusted, floor: undefined, now, clockTrusted: true });
  if (json)
    out(JSON.stringify({ manifest, approval: approval ?? null, release, fleet: fleet ?? null, rotations, ...checked }));
  else {
    out(`is        ${describeNode(manifest)}, hardware class ${manifest.hardwareClass}, of ${manifest.vendor}`);
    out(`holds     ${manifest.length} bytes in ${manifest.pages.length} pages`);
    out(`built     by ${manifest.compiler}, of sources ${manifest.sources.slice(0, 16)}…`);
    out(`release   signed by ${release.key}`);
    out(
      approval && fleet
        ? `fleet     signed by ${fleet.key}; may be begun with until ${approval.expires.slice(0, 10)}${approval.older ? ", also in place of a newer version" : ""}`
        : "fleet     not approved: weir-firmware sign",
    );
    for (const { role, from, to, name } of rotations)
      out(`rotation  ${role}: ${name} (${to.slice(0, 16)}…) for ${from}`);
    for (const warning of checked?.warnings ?? []) out(`note      ${warning}`);
    if (checked?.faults.length === 0) out("trusted   a gateway with these keys takes it");
  }
  for (const fault of checked?.faults ?? []) if (!json) err(`${file}: ${fault}`);
  return (checked?.faults.length ?? 0) > 0 ? 1 : 0;
}

function readRotation(file: string): Rotation {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Rotation;
  } catch (cause) {
    throw new Error(`${file}: this is no rotation; weir-firmware key rotate makes one`, { cause });
  }
}
