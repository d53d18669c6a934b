import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Signer } from "@weir/wire/firmware/bundle.ts";
import {
  formatTrustedKey,
  keyId,
  makeRotation,
  parseTrustedKeys,
  type Role,
  type TrustedKey,
} from "@weir/wire/firmware/keys.ts";

/** A pair of files: `<name>.key`, PKCS 8 in PEM, to be kept; `<name>.pub`, the line that gateways are given. */
export type KeyFiles = { readonly key: string; readonly pub: string; readonly line: string; readonly id: string };

/** Makes a key pair; `path` ends with its name. Throws when one of the files is there already: a key is never overwritten. */
export function newKey(role: Role, path: string): KeyFiles {
  const { key, publicKey } = makePair(path);
  const line = formatTrustedKey(role, publicKey, basename(path));
  writeFileSync(`${path}.key`, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
  writeFileSync(`${path}.pub`, `${line}\n`, { flag: "wx" });
  return { key: `${path}.key`, pub: `${path}.pub`, line, id: keyId(publicKey) };
}

function makePair(path: string) {
  for (const file of [`${path}.key`, `${path}.pub`])
    if (existsSync(file)) throw new Error(`${file} is there already; a key is never overwritten: choose another name`);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { key: privateKey, publicKey };
}

/** A new key that takes the place of another, and `<path>.rotation`, which a bundle carries to the gateways. */
export function rotateKey(oldFile: string, path: string, at: string): KeyFiles & { readonly rotation: string } {
  const old = readSigner(oldFile);
  const files = newKey(old.role, path);
  const next = readSigner(files.key);
  const rotation = `${path}.rotation`;
  const made = makeRotation(old, next, { role: old.role, name: basename(path), at });
  writeFileSync(rotation, `${JSON.stringify(made)}\n`, { flag: "wx" });
  return { ...files, rotation };
}

/** A private key, and whose it is: its `.pub` stands beside it. Throws with the file's name, and never with what is in it. */
export function readSigner(file: string): Signer & Pick<TrustedKey, "role" | "name"> {
  const pub = file.replace(/(\.key)?$/, ".pub");
  try {
    const key = createPrivateKey(readFileSync(file));
    const publicKey = createPublicKey(key);
    const [trusted] = parseTrustedKeys(readFileSync(pub, "utf8"), pub);
    if (trusted?.id !== keyId(publicKey)) throw new Error(`${pub} is not the public half of ${file}`);
    return { key, publicKey, role: trusted.role, name: trusted.name };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("ERR_OSSL") || /asn1|DECODER|PEM/i.test(message))
      throw new Error(`${file}: this is no private key; weir-firmware key new makes one`);
    if (code === "ENOENT") throw new Error(`${(error as NodeJS.ErrnoException).path}: there is no such file`);
    throw error;
  }
}

/** The same, for one role. Throws for a key of the other. */
export function signerOf(role: Role, file: string): Signer {
  const signer = readSigner(file);
  if (signer.role !== role) throw new Error(`${file}: this is a ${signer.role} key, and here signs a ${role} key`);
  return signer;
}
