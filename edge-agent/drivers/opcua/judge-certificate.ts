import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { CertificateFault } from "./server.ts";
import { commonName, fingerprintOf, type KnownCertificate, type TrustList } from "./trust-list.ts";

export type Judged = {
  /** The server's certificate and those that its authority sent with it, DER. */
  readonly chain: readonly Buffer[];
  /** As the server's address names it. */
  readonly host: string;
  readonly applicationUri: string | null;
  /** Epoch ms. */
  readonly now: number;
  readonly accept: readonly CertificateFault[];
  /** True when one of our lists of revoked certificates, issued by this authority, names this one. */
  readonly isRevoked: (certificate: X509Certificate, issuer: X509Certificate) => boolean;
};

/**
 * Why a server's certificate is not to be believed, and what to do about it; undefined when it is (OPC 10000-4, 6.1.3).
 * One that is not known is put aside, so that it can be trusted.
 */
export function judgeCertificate(judged: Judged, trust: TrustList): string | undefined {
  const [server, ...sent] = judged.chain.map((der) => new X509Certificate(der));
  if (!server) return "the server shows no certificate; check its security settings";
  const known = trust.list();
  const own = known.find(({ certificate }) => certificate.fingerprint256 === server.fingerprint256);
  const named = `the certificate of ${judged.host}, "${commonName(server)}" (SHA-256 ${fingerprintOf(server).slice(0, 16)}…)`;
  const path = own?.shelf === "trusted" ? [server] : pathToTrust(server, sent, known);
  if (!path) {
    if (own?.shelf !== "rejected") trust.put(server, "rejected");
    return `${named} is not trusted; compare its fingerprint with the server's own, then: weir-edge opcua trust ${trust.folder} add ${fingerprintOf(server).slice(0, 16)}`;
  }
  const issuer = path[1] ?? issuerOf(server, [...sent, ...known.map(({ certificate }) => certificate)]);
  if (issuer && judged.isRevoked(server, issuer))
    return `${named} has been revoked by its authority, "${commonName(issuer)}"; the server needs a new one`;
  for (const certificate of path) {
    const fault = validityFault(certificate, judged.now);
    if (fault !== undefined && !judged.accept.includes("expired"))
      return `${certificate === server ? named : `the authority "${commonName(certificate)}"`} ${fault}; renew it, or accept: [expired]`;
  }
  if (judged.applicationUri && !urisOf(server).includes(judged.applicationUri))
    return `${named} was made for ${urisOf(server).join(", ") || "no application"}, and the server calls itself ${judged.applicationUri}; make it anew at the server`;
  if (!namesHost(server, judged.host) && !judged.accept.includes("host-name"))
    return `${named} was made for ${hostsOf(server).join(", ") || "no host"}, not for ${judged.host}; use one of these in the url, or accept: [host-name]`;
  return undefined;
}

/** From the server's certificate up to a trusted authority; undefined when none is reached. */
function pathToTrust(
  server: X509Certificate,
  sent: readonly X509Certificate[],
  known: readonly KnownCertificate[],
): readonly X509Certificate[] | undefined {
  const authorities = [
    ...known.filter(({ shelf }) => shelf !== "rejected").map(({ certificate }) => certificate),
    ...sent,
  ];
  const path = [server];
  for (let at = server; path.length < 8; ) {
    const issuer = issuerOf(at, authorities);
    if (!issuer || path.includes(issuer)) return undefined;
    path.push(issuer);
    if (
      known.some(
        ({ shelf, certificate }) => shelf === "trusted" && certificate.fingerprint256 === issuer.fingerprint256,
      )
    )
      return path;
    at = issuer;
  }
  return undefined;
}

function issuerOf(certificate: X509Certificate, among: readonly X509Certificate[]): X509Certificate | undefined {
  return among.find(
    (candidate) =>
      candidate.ca &&
      candidate.fingerprint256 !== certificate.fingerprint256 &&
      certificate.checkIssued(candidate) &&
      certificate.verify(candidate.publicKey),
  );
}

/** What is wrong with its time, after the name of the certificate. */
export function validityFault({ validFrom, validTo }: X509Certificate, now: number): string | undefined {
  if (now > Date.parse(validTo)) return `expired on ${day(validTo)}`;
  if (now < Date.parse(validFrom)) return `is not valid before ${day(validFrom)}; check the clock of this gateway`;
  return undefined;
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

function namesHost(certificate: X509Certificate, host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, "");
  if (hostsOf(certificate).some((name) => name.toLowerCase() === plain.toLowerCase())) return true;
  return (isIP(plain) === 0 ? certificate.checkHost(plain) : certificate.checkIP(plain)) !== undefined;
}

/** The host names and addresses that a certificate was made for. */
export function hostsOf(certificate: X509Certificate): readonly string[] {
  return [...(certificate.subjectAltName ?? "").matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name]) => name!);
}

function urisOf({ subjectAltName }: X509Certificate): readonly string[] {
  return [...(subjectAltName ?? "").matchAll(/URI:("(?:[^"\\]|\\.)*"|[^,\s]+)/g)].map(([, uri]) =>
    uri!.startsWith('"') ? (JSON.parse(uri!) as string) : uri!,
  );
}
