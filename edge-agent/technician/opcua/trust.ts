import type { X509Certificate } from "node:crypto";
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { list as inWords } from "@weir/config/spelling.ts";
import { formatTable } from "@weir/config/table.ts";
import { hostsOf } from "../../drivers/opcua/judge-certificate.ts";
import {
  commonName,
  fingerprintOf,
  type KnownCertificate,
  openTrustList,
  readCertificate,
  type TrustList,
} from "../../drivers/opcua/trust-list.ts";
import type { CommandOptions } from "../command.ts";
import { serverAt } from "./where.ts";

const verbs = ["list", "add", "reject", "remove"];
const shownDigits = 16;
const leastDigits = 6;

/** Shows and changes whom this gateway trusts. Opens nothing but the folder. */
export function trust(
  where: string,
  [verb = "list", ...which]: readonly string[],
  options: CommandOptions,
  { out }: Terminal,
): number {
  if (!verbs.includes(verb)) throw new UsageError(`opcua trust takes ${inWords(verbs)}, not "${verb}"`);
  const folder = isFolder(where) ? resolve(where) : serverAt(where, options).server.pki;
  const trusted = openTrustList(folder);
  if (verb === "list") {
    if (which.length > 0) throw new UsageError(`opcua trust list takes nothing more: "${which[0]}"`);
    out(options.json ? JSON.stringify(asJson(folder, trusted)) : text(folder, trusted));
    return 0;
  }
  if (which.length === 0) throw new UsageError(`opcua trust ${verb} takes the beginning of a fingerprint, or a file`);
  const certificates = which.map((one) => certificateFor(one, trusted));
  for (const certificate of certificates) {
    const fingerprint = fingerprintOf(certificate).slice(0, shownDigits);
    if (verb === "remove") {
      for (const known of trusted.list())
        if (known.certificate.fingerprint256 === certificate.fingerprint256) trusted.remove(known);
      out(`removed: ${commonName(certificate)}, ${fingerprint}`);
    } else {
      trusted.put(certificate, verb === "add" ? "trusted" : "rejected");
      out(`${verb === "add" ? "trusted" : "rejected"}: ${commonName(certificate)}, ${fingerprint}`);
    }
  }
  return 0;
}

function isFolder(where: string): boolean {
  return statSync(where, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function certificateFor(which: string, trusted: TrustList): X509Certificate {
  const digits = which.replaceAll(":", "").toLowerCase();
  if (/^[0-9a-f]+$/.test(digits)) {
    if (digits.length < leastDigits)
      throw new UsageError(`"${which}" is too short; give at least ${leastDigits} digits of a fingerprint`);
    const found = new Map(
      trusted
        .list()
        .filter(({ certificate }) => fingerprintOf(certificate).startsWith(digits))
        .map(({ certificate }) => [certificate.fingerprint256, certificate]),
    );
    if (found.size === 1) return [...found.values()][0]!;
    throw new UsageError(
      `${found.size === 0 ? "no" : "more than one"} certificate begins with ${which}; \`weir-edge opcua trust ${trusted.folder}\` lists them`,
    );
  }
  const read = readCertificate(which);
  if (read) return read;
  throw new UsageError(`"${which}" is neither a fingerprint nor a certificate file (PEM or DER)`);
}

type Row = Omit<KnownCertificate, "shelf"> & { readonly shelf: KnownCertificate["shelf"] | "own" };

function rows(folder: string, trusted: TrustList): readonly Row[] {
  const file = join(folder, "own", "certs", "weir-edge.der");
  const own = readCertificate(file);
  return [...(own ? [{ shelf: "own" as const, file, certificate: own }] : []), ...trusted.list()];
}

function text(folder: string, trusted: TrustList): string {
  const known = rows(folder, trusted);
  if (known.length === 0)
    return `${folder} holds no certificates yet; this gateway's own is made when it first looks for a server: weir-edge opcua offers`;
  const cells = known.map(({ shelf, certificate }) => [
    shelf === "issuers" ? "authority" : shelf,
    fingerprintOf(certificate).slice(0, shownDigits),
    commonName(certificate),
    `${day(certificate.validFrom)} to ${day(certificate.validTo)}`,
    hostsOf(certificate).join(", "),
  ]);
  return [
    formatTable([["", "SHA-256", "name", "valid", "hosts"], ...cells]),
    "",
    ...known.filter(({ shelf }) => shelf === "own").map(({ file }) => `For the server's administrator: ${file}`),
  ]
    .join("\n")
    .trimEnd();
}

function asJson(folder: string, trusted: TrustList): object {
  return rows(folder, trusted).map(({ shelf, file, certificate }) => ({
    ...{ shelf, file, name: commonName(certificate), subject: certificate.subject, issuer: certificate.issuer },
    fingerprint: fingerprintOf(certificate),
    validFrom: new Date(certificate.validFrom).toISOString(),
    validTo: new Date(certificate.validTo).toISOString(),
    hosts: hostsOf(certificate),
  }));
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}
