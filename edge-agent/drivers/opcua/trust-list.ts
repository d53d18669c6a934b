import { X509Certificate } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where a certificate lies: trusted, an authority whose certificates are checked but not trusted by itself, or put aside. */
export type Shelf = "trusted" | "issuers" | "rejected";
const shelves: readonly Shelf[] = ["trusted", "issuers", "rejected"];

export type KnownCertificate = {
  readonly shelf: Shelf;
  readonly file: string;
  readonly certificate: X509Certificate;
};

/** The certificates of a folder that is laid out as OPC UA tools do (`trusted/certs`, `trusted/crl`, `issuers/…`, `rejected/certs`). */
export type TrustList = {
  readonly folder: string;
  list(): readonly KnownCertificate[];
  /** The lists of revoked certificates, DER. */
  revocations(): readonly Buffer[];
  /** Puts a certificate on a shelf, off the others. */
  put(certificate: X509Certificate, shelf: Shelf): void;
  remove(known: KnownCertificate): void;
};

/** Reads the folder anew at each call, so that what a technician trusts counts at the next try. */
export function openTrustList(folder: string): TrustList {
  function list(): readonly KnownCertificate[] {
    return shelves.flatMap((shelf) =>
      filesIn(join(folder, shelf, "certs")).flatMap((file) => {
        const certificate = readCertificate(file);
        return certificate ? [{ shelf, file, certificate }] : [];
      }),
    );
  }

  return {
    folder,
    list,
    revocations: () =>
      ["trusted", "issuers"].flatMap((shelf) =>
        filesIn(join(folder, shelf, "crl")).map((file) => derOf(readFileSync(file))),
      ),
    put: (certificate, shelf) => {
      const here = list().filter((known) => known.certificate.fingerprint256 === certificate.fingerprint256);
      const into = join(folder, shelf, "certs");
      mkdirSync(into, { recursive: true });
      if (!here.some((known) => known.shelf === shelf)) {
        const file = join(into, fileName(certificate));
        writeFileSync(`${file}.new`, certificate.raw);
        renameSync(`${file}.new`, file);
      }
      for (const known of here) if (known.shelf !== shelf) rmSync(known.file, { force: true });
    },
    remove: ({ file }) => rmSync(file, { force: true }),
  };
}

/** As people compare it: hex in small letters without colons, SHA-256. */
export function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(":", "").toLowerCase();
}

/** The name that a certificate gives itself. */
export function commonName({ subject }: X509Certificate): string {
  return /(?:^|\n)CN=([^\n]+)/.exec(subject)?.[1] ?? subject.replaceAll("\n", ", ");
}

/** A certificate file, PEM or DER; undefined where it is none. */
export function readCertificate(file: string): X509Certificate | undefined {
  try {
    return new X509Certificate(readFileSync(file));
  } catch {
    return undefined;
  }
}

function fileName(certificate: X509Certificate): string {
  const name = commonName(certificate)
    .replace(/[^\w.@-]+/g, "_")
    .slice(0, 60);
  return `${name} [${fingerprintOf(certificate).slice(0, 40)}].der`;
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.endsWith(".new"))
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function derOf(bytes: Buffer): Buffer {
  const pem = /-----BEGIN X509 CRL-----([^-]+)-----END/.exec(bytes.toString("latin1"))?.[1];
  return pem === undefined ? bytes : Buffer.from(pem, "base64");
}
