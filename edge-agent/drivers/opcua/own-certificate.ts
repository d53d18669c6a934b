import { createPrivateKey, generateKeyPairSync, webcrypto, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { crypto_utils } from "node-opcua-client";
import { LinkError } from "../driver.ts";
import { validityFault } from "./judge-certificate.ts";

export type OwnCertificate = {
  readonly certificate: X509Certificate;
  /** PEM. */
  readonly privateKey: string;
  readonly applicationUri: string;
  /** What to show the server's administrator. */
  readonly file: string;
};

const years = 10;
const bits = 2048;
const forApplication = 2;

/**
 * This gateway's own certificate: made at the first call (application URI, host name, ten years), the same ever after. The private
 * key is readable for the owner only. Rejects with a LinkError where it cannot be made or has expired.
 */
export async function ownCertificate(folder: string, now: number): Promise<OwnCertificate> {
  const own = join(folder, "own");
  const file = join(own, "certs", "weir-edge.der");
  const keyFile = join(own, "private", "weir-edge.pem");
  try {
    if (!existsSync(file)) await make(folder, now);
    const certificate = new X509Certificate(readFileSync(file));
    const fault = validityFault(certificate, now);
    if (fault !== undefined)
      throw new LinkError(
        "refused",
        `this gateway's own certificate ${fault}; remove ${own}, and a new one is made at the next try`,
      );
    const applicationUri = /URI:([^,\s]+)/.exec(certificate.subjectAltName ?? "")?.[1] ?? uriOf(hostname());
    return { certificate, privateKey: readFileSync(keyFile, "utf8"), applicationUri, file };
  } catch (error) {
    if (error instanceof LinkError) throw error;
    throw new LinkError("refused", `${own}: ${(error as Error).message}; check the folder's rights`, { cause: error });
  }
}

/** Made beside its place and moved there whole: two programs that start together end with the same one. */
async function make(folder: string, now: number): Promise<void> {
  const host = hostname();
  const beside = join(folder, `own.${process.pid}.new`);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  const key = await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
  const { cert } = await crypto_utils.createSelfSignedCertificate({
    privateKey: key as Parameters<typeof crypto_utils.createSelfSignedCertificate>[0]["privateKey"],
    notBefore: new Date(now - 86_400_000),
    notAfter: new Date(now + years * 365 * 86_400_000),
    subject: `CN=weir-edge@${host}`,
    dns: [host],
    applicationUri: uriOf(host),
    purpose: forApplication,
  });
  mkdirSync(join(beside, "certs"), { recursive: true });
  mkdirSync(join(beside, "private"), { recursive: true, mode: 0o700 });
  writeFileSync(join(beside, "certs", "weir-edge.der"), new X509Certificate(cert).raw);
  writeFileSync(join(beside, "private", "weir-edge.pem"), pem, { mode: 0o600 });
  try {
    renameSync(beside, join(folder, "own"));
  } catch (error) {
    rmSync(beside, { recursive: true });
    if (!existsSync(join(folder, "own", "certs", "weir-edge.der"))) throw error;
  }
}

function uriOf(host: string): string {
  return `urn:${host}:weir-edge`;
}
