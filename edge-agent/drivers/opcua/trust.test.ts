import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Judged, judgeCertificate } from "./judge-certificate.ts";
import { ownCertificate } from "./own-certificate.ts";
import { isRevoked } from "./revocation.ts";
import { fingerprintOf, openTrustList, type TrustList } from "./trust-list.ts";

const testdata = join(import.meta.dirname, "testdata/certificates");
const read = (name: string) => new X509Certificate(readFileSync(join(testdata, `${name}.pem`)));
const now = Date.parse("2027-06-01T00:00:00Z");

let folder: string;
let trust: TrustList;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-trust-"));
  trust = openTrustList(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

function judge(name: string, rest: Partial<Judged> = {}): string | undefined {
  const lists = trust.revocations();
  const judged: Judged = {
    chain: [read(name).raw],
    host: "plc.example",
    applicationUri: "urn:acme:plc",
    now,
    accept: [],
    isRevoked: (certificate, issuer) => isRevoked(lists, certificate, issuer),
    ...rest,
  };
  return judgeCertificate(judged, trust);
}

describe("a server's certificate", () => {
  test("that nobody knows is put aside, and the message is the command that trusts it", () => {
    const fingerprint = fingerprintOf(read("plc-alone")).slice(0, 16);
    expect(judge("plc-alone")).toMatch(
      new RegExp(`not trusted; .*weir-edge opcua trust ${folder} add ${fingerprint}$`),
    );
    expect(trust.list()).toMatchObject([{ shelf: "rejected" }]);
    trust.put(trust.list()[0]!.certificate, "trusted");
    expect(trust.list()).toMatchObject([{ shelf: "trusted" }]);
    expect(judge("plc-alone")).toBeUndefined();
  });

  test("is believed when a trusted authority has signed it", () => {
    expect(judge("plc-signed")).toMatch(/not trusted/);
    trust.put(read("ca"), "trusted");
    expect(judge("plc-signed")).toBeUndefined();
  });

  test("is not believed when the authority has the name of a trusted one and another key", () => {
    trust.put(read("other-ca"), "trusted");
    expect(judge("plc-signed")).toMatch(/not trusted/);
    expect(judge("plc-signed", { chain: [read("plc-signed").raw, read("ca").raw] })).toMatch(/not trusted/);
  });

  test("is not believed when one bit of its authority's signature is another", () => {
    trust.put(read("ca"), "trusted");
    const forged = Buffer.from(read("plc-signed").raw);
    forged[forged.length - 1]! ^= 1;
    expect(judge("plc-signed", { chain: [forged] })).toMatch(/not trusted/);
  });

  test("that was rejected stays so, whatever its server sends along", () => {
    trust.put(read("plc-alone"), "rejected");
    expect(judge("plc-alone", { chain: [read("plc-alone").raw, read("plc-alone").raw] })).toMatch(/not trusted/);
  });

  test("that its authority has revoked is refused, even when it is trusted itself", () => {
    trust.put(read("ca"), "trusted");
    expect(judge("plc-revoked")).toBeUndefined();
    mkdirSync(join(folder, "trusted/crl"), { recursive: true });
    copyFileSync(join(testdata, "ca.crl"), join(folder, "trusted/crl/ca.crl"));
    expect(judge("plc-revoked")).toMatch(/has been revoked by its authority, "Weir test authority"/);
    trust.put(read("plc-revoked"), "trusted");
    expect(judge("plc-revoked")).toMatch(/has been revoked/);
    expect(judge("plc-signed")).toBeUndefined();
  });

  test("is refused out of its time, with the date, unless that is accepted", () => {
    trust.put(read("plc-signed"), "trusted");
    const late = { now: Date.parse("2035-02-01T00:00:00Z") };
    expect(judge("plc-signed", late)).toMatch(/expired on 2035-01-01; renew it, or accept: \[expired\]/);
    expect(judge("plc-signed", { ...late, accept: ["expired"] })).toBeUndefined();
    expect(judge("plc-signed", { now: 0 })).toMatch(/not valid before 2025-01-01; check the clock of this gateway/);
  });

  test("is refused for another host, with those it is for, unless that is accepted", () => {
    trust.put(read("plc-signed"), "trusted");
    expect(judge("plc-signed", { host: "10.0.0.5" })).toBeUndefined();
    expect(judge("plc-signed", { host: "PLC.example" })).toBeUndefined();
    expect(judge("plc-signed", { host: "10.0.0.6" })).toMatch(
      /made for plc\.example, 10\.0\.0\.5, not for 10\.0\.0\.6/,
    );
    expect(judge("plc-signed", { host: "10.0.0.6", accept: ["host-name"] })).toBeUndefined();
  });

  test("is refused for another application", () => {
    trust.put(read("plc-signed"), "trusted");
    expect(judge("plc-signed", { applicationUri: "urn:evil" })).toMatch(
      /made for urn:acme:plc, and the server calls itself urn:evil/,
    );
  });
});

describe("this gateway's own certificate", () => {
  test("is made once, names application and host, and its key is its owner's only", async () => {
    const [one, two] = await Promise.all([ownCertificate(folder, now), ownCertificate(folder, now)]);
    expect(two.certificate.fingerprint256).toBe((await ownCertificate(folder, now)).certificate.fingerprint256);
    expect([one.applicationUri, one.certificate.subjectAltName]).toEqual([
      expect.stringMatching(/^urn:.+:weir-edge$/),
      expect.stringContaining(`URI:${one.applicationUri}`),
    ]);
    expect(one.certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(statSync(join(folder, "own/private/weir-edge.pem")).mode & 0o077).toBe(0);
  });

  test("that has expired says what to remove", async () => {
    await ownCertificate(folder, now);
    const later = Date.parse("2040-01-01T00:00:00Z");
    await expect(ownCertificate(folder, later)).rejects.toThrow(
      /own certificate expired on 2037-05-29; remove .*own, and a new one/,
    );
  });
});
