import type { X509Certificate } from "node:crypto";
import { crypto_utils } from "node-opcua-client";

/** True when one of these lists, signed by the authority, names the certificate. A list that cannot be read counts for nothing. */
export function isRevoked(lists: readonly Buffer[], certificate: X509Certificate, authority: X509Certificate): boolean {
  const serial = plain(certificate.serialNumber);
  return lists.some((list) => {
    try {
      if (!crypto_utils.verifyCrlIssuedByCertificate(list, authority.raw)) return false;
      const { tbsCertList } = crypto_utils.exploreCertificateRevocationList(list);
      return tbsCertList.revokedCertificates.some(({ userCertificate }) => plain(userCertificate) === serial);
    } catch {
      return false;
    }
  });
}

function plain(serial: string): string {
  return serial.replaceAll(":", "").replace(/^0+/, "").toLowerCase();
}
