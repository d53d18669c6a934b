import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type Sentence, say } from "@weir/wire/sentences.ts";
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
  if (!server) return texts.none.en;
  const known = trust.list();
  const own = known.find(({ certificate }) => certificate.fingerprint256 === server.fingerprint256);
  const named = say(texts.named, {
    ...{ host: judged.host, name: commonName(server), fingerprint: fingerprintOf(server).slice(0, 16) },
  });
  const path = own?.shelf === "trusted" ? [server] : pathToTrust(server, sent, known);
  if (!path) {
    if (own?.shelf !== "rejected") trust.put(server, "rejected");
    return say(texts.notTrusted, {
      ...{ named, folder: trust.folder, fingerprint: fingerprintOf(server).slice(0, 16) },
    });
  }
  const issuer = path[1] ?? issuerOf(server, [...sent, ...known.map(({ certificate }) => certificate)]);
  if (issuer && judged.isRevoked(server, issuer)) return say(texts.revoked, { named, authority: commonName(issuer) });
  for (const certificate of path) {
    const fault = validityFault(certificate, judged.now);
    if (fault !== undefined && !judged.accept.includes("expired"))
      return say(texts.outOfTime, {
        whose: certificate === server ? named : say(texts.authority, { name: commonName(certificate) }),
        fault,
      });
  }
  if (judged.applicationUri && !urisOf(server).includes(judged.applicationUri))
    return say(texts.otherApplication, {
      ...{ named, uris: urisOf(server).join(", ") || "no application", uri: judged.applicationUri },
    });
  if (!namesHost(server, judged.host) && !judged.accept.includes("host-name"))
    return say(texts.otherHost, { named, hosts: hostsOf(server).join(", ") || "no host", host: judged.host });
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
  if (now > Date.parse(validTo)) return say(texts.expired, { day: day(validTo) });
  if (now < Date.parse(validFrom)) return say(texts.notYet, { day: day(validFrom) });
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

const texts = {
  none: {
    en: "the server shows no certificate; check its security settings",
    zh: "服务器没有出示证书；请检查其安全设置",
  },
  notTrusted: {
    en: "{named} is not trusted; compare its fingerprint with the server's own, then: weir-edge opcua trust {folder} add {fingerprint}",
    zh: "{named} 不受信任；请与服务器上的指纹核对，然后运行：weir-edge opcua trust {folder} add {fingerprint}",
  },
  revoked: {
    en: '{named} has been revoked by its authority, "{authority}"; the server needs a new one',
    zh: "{named} 已被其颁发机构“{authority}”吊销；服务器需要新证书",
  },
  outOfTime: {
    en: "{whose} {fault}; renew it, or accept: [expired]",
    zh: "{whose} {fault}；请更新证书，或设 accept: [expired]",
  },
  otherApplication: {
    en: "{named} was made for {uris}, and the server calls itself {uri}; make it anew at the server",
    zh: "{named} 是为 {uris} 签发的，而服务器自称 {uri}；请在服务器上重新生成",
  },
  otherHost: {
    en: "{named} was made for {hosts}, not for {host}; use one of these in the url, or accept: [host-name]",
    zh: "{named} 是为 {hosts} 签发的，不是 {host}；请在 url 中使用其中之一，或设 accept: [host-name]",
  },
  named: {
    en: 'the certificate of {host}, "{name}" (SHA-256 {fingerprint}…)',
    zh: "{host} 的证书“{name}”（SHA-256 {fingerprint}…）",
  },
  authority: { en: 'the authority "{name}"', zh: "颁发机构“{name}”" },
  expired: { en: "expired on {day}", zh: "已于 {day} 过期" },
  notYet: {
    en: "is not valid before {day}; check the clock of this gateway",
    zh: "在 {day} 之前无效，请检查本网关的时钟",
  },
} as const satisfies Record<string, Sentence>;
export const sentences: readonly Sentence[] = Object.values(texts);
