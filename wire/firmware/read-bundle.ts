import { createHash } from "node:crypto";
import { parseObject } from "../json.ts";
import { pageBytes, slotBytes } from "./boot485.ts";
import { type Approval, type Bundle, bundleFormat, type Manifest, mostBundleBytes } from "./bundle.ts";
import { findIdentity, isSealed } from "./identity.ts";
import type { Rotation, Signature } from "./keys.ts";
import { pagesOf } from "./stage.ts";

export type ReadBundle = { readonly bundle: Bundle } | { readonly faults: readonly string[] };

/** Takes a bundle apart and holds its image against its manifest: all that is wrong at once. Whose it is, checkBundle says. Never throws. */
export function readBundle(text: string): ReadBundle {
  if (text.length > mostBundleBytes)
    return { faults: [`it has ${text.length} bytes, and a bundle has at most ${mostBundleBytes}`] };
  const value = parseObject(text);
  if (!value) return { faults: ["it is no bundle: not JSON, or cut off"] };
  if (value.bundle !== bundleFormat)
    return { faults: [`it is no bundle of format ${bundleFormat}, but ${JSON.stringify(value.bundle)?.slice(0, 40)}`] };
  const faults: string[] = [];
  const fault = (what: string) => {
    faults.push(what);
    return undefined;
  };
  const manifest = manifestFrom(value.manifest) ?? fault("manifest: something is missing or is not what it should be");
  const release = signatureFrom(value.release) ?? fault("release: there is no signature");
  const approval =
    value.approval === undefined
      ? undefined
      : (approvalFrom(value.approval) ?? fault("approval: something is missing or is not what it should be"));
  const fleet =
    value.fleet === undefined ? undefined : (signatureFrom(value.fleet) ?? fault("fleet: there is no signature"));
  const rotations = listOf(value.rotations, rotationFrom) ?? fault("rotations: one is not what it should be");
  const image = imageFrom(value.image) ?? fault("image: it is not base64, or cut off");
  if (manifest && image) faults.push(...differences(manifest, image));
  if (faults.length > 0 || !manifest || !release || !rotations || !image) return { faults };
  return {
    bundle: { manifest, release, ...(approval && { approval }), ...(fleet && { fleet }), rotations, image },
  };
}

/** Where the image is not what the manifest says. */
function differences(manifest: Manifest, image: Uint8Array): readonly string[] {
  const { length, pages } = manifest;
  if (length > slotBytes) return [`the image has ${length} bytes, and a slot of boot485 ${slotBytes}`];
  if (image.length !== length) return [`the image has ${image.length} bytes, and its manifest says ${length}`];
  const digests = pagesOf(image).map((page) => createHash("sha256").update(page).digest("hex"));
  const wrong = digests.flatMap((digest, n) => (digest === pages[n] ? [] : [n]));
  if (pages.length !== digests.length)
    return [`the manifest has ${pages.length} pages, and the image ${digests.length}`];
  if (wrong.length > 0)
    return [
      `page ${wrong[0]} (at ${wrong[0]! * pageBytes}) is not the one of the manifest${wrong.length > 1 ? `, nor are ${wrong.length - 1} others` : ""}`,
    ];
  const identity = findIdentity(image);
  if (!identity || !isSealed(image)) return ["the image is no node image that boot485 would start"];
  const keys = ["model", "hardwareClass", "hardwareRevision", "version"] as const;
  return keys.flatMap((key) =>
    identity[key] === manifest[key]
      ? []
      : [`${key}: the image says ${identity[key]}, and its manifest ${manifest[key]}`],
  );
}

type Loose = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Loose | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;

/** Exactly these fields, each of its kind. */
function fieldsOf<Shape extends Readonly<Record<string, (value: unknown) => boolean>>>(
  value: unknown,
  shape: Shape,
): Loose | undefined {
  const object = objectOf(value);
  if (!object || Object.keys(object).length !== Object.keys(shape).length) return undefined;
  return Object.entries(shape).every(([key, is]) => is(object[key])) ? object : undefined;
}

const isText = (value: unknown) => typeof value === "string" && value.length > 0 && value.length <= 200;
const isDigest = (value: unknown) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isKeyId = (value: unknown) => typeof value === "string" && /^[0-9a-f]{16}$/.test(value);
const isSignature = (value: unknown) => typeof value === "string" && /^[A-Za-z0-9+/]{86}==$/.test(value);
const isVersion = (value: unknown) => typeof value === "string" && /^\d{1,3}\.\d{1,3}\.\d{1,5}$/.test(value);
const isMoment = (value: unknown) =>
  typeof value === "string" && new Date(Date.parse(value) || 0).toISOString() === value;
const isWord = (value: unknown) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff;

function manifestFrom(value: unknown): Manifest | undefined {
  const isPages = (pages: unknown) =>
    Array.isArray(pages) && pages.length > 0 && pages.length <= 200 && pages.every(isDigest);
  return fieldsOf(value, {
    ...{ vendor: isText, model: isText, hardwareClass: isWord, hardwareRevision: isWord, version: isVersion },
    ...{ length: isWord, pages: isPages, compiler: isText, sources: isText },
  }) as Manifest | undefined;
}

const approvalFrom = (value: unknown) =>
  fieldsOf(value, { manifest: isDigest, expires: isMoment, older: (older) => typeof older === "boolean" }) as
    | Approval
    | undefined;

const signatureFrom = (value: unknown) =>
  fieldsOf(value, { key: isKeyId, signature: isSignature }) as Signature | undefined;

const rotationFrom = (value: unknown) =>
  fieldsOf(value, {
    ...{ role: (role) => role === "release" || role === "fleet", from: isKeyId, to: isText, name: isText },
    ...{ at: isMoment, signature: isSignature, proof: isSignature },
  }) as Rotation | undefined;

function listOf<T>(value: unknown, itemOf: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value) || value.length > 20) return undefined;
  const items = value.map(itemOf);
  return items.includes(undefined) ? undefined : (items as readonly T[]);
}

function imageFrom(value: unknown): Uint8Array | undefined {
  if (typeof value !== "string" || value === "" || !/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0)
    return undefined;
  return Uint8Array.from(Buffer.from(value, "base64"));
}
