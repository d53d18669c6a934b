import { LinkError, type LinkErrorCode } from "../driver.ts";
import type { OwnCertificate } from "./own-certificate.ts";
import { fingerprintOf } from "./trust-list.ts";

/** What the library says went wrong → a LinkError that says where and what to check. A LinkError stays what it is. */
export function explain(error: unknown, url: string, own: Pick<OwnCertificate, "file" | "certificate">): LinkError {
  if (error instanceof LinkError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const status = statusIn(error) ?? /\bBad[A-Z]\w+/.exec(message)?.[0];
  const network = /\bE[A-Z]{4,}\b/.exec(message)?.[0];
  if (status !== undefined && status in refusals) {
    const shown = `${own.file}, SHA-256 ${fingerprintOf(own.certificate).slice(0, 16)}…`;
    return new LinkError(status as LinkErrorCode, `${url}: ${refusals[status]!.replace("{own}", shown)} (${status})`, {
      cause: error,
    });
  }
  if (network !== undefined && network in reasons) {
    const [code, text] = reasons[network]!;
    return new LinkError(code, `${url}: ${text}`, { cause: error });
  }
  if (/timeout|timed out/i.test(message) || status === "BadTimeout")
    return new LinkError("timeout", `${url} did not answer in time; check server and network`, { cause: error });
  const [first = ""] = message.split("\n");
  return new LinkError("closed", `${url}: ${status ?? first.trim()}`, { cause: error });
}

function statusIn(error: unknown): string | undefined {
  const name = (error as { statusCode?: { name?: string } } | undefined)?.statusCode?.name;
  return typeof name === "string" && name.startsWith("Bad") ? name : undefined;
}

const untrusted =
  "the server does not take this gateway's certificate; trust it at the server (it lies in {own}), then it connects by itself";
const user = "the server does not let this user in; check username and password_file, or the user's certificate";

const refusals: Readonly<Record<string, string>> = {
  BadSecurityChecksFailed: untrusted,
  BadCertificateUntrusted: untrusted,
  BadCertificateInvalid: untrusted,
  BadCertificateUriInvalid: untrusted,
  BadCertificateUseNotAllowed: untrusted,
  BadCertificateIssuerUseNotAllowed: untrusted,
  BadCertificateTimeInvalid:
    "the server finds this gateway's certificate expired or not yet valid; check both clocks ({own})",
  BadIdentityTokenRejected: user,
  BadIdentityTokenInvalid: user,
  BadUserAccessDenied: user,
  BadUserSignatureInvalid: user,
  BadTooManySessions:
    "the server has no session left; close other clients, raise its limit, or wait until sessions that were lost run out",
  BadTcpServerTooBusy: "the server takes no more connections; close other clients",
  BadSecurityPolicyRejected: "the server refuses this security policy; look at what it offers: weir-edge opcua browse",
  BadSecurityModeRejected: "the server refuses this security mode; look at what it offers: weir-edge opcua browse",
  BadTcpEndpointUrlInvalid: "the server has nothing at this path; check the url",
  BadServerUriInvalid: "the server does not know itself by this url; check the url",
  BadServerHalted: "the server has been halted; check its state",
  BadShutdown: "the server is shutting down",
};

const reasons: Readonly<Record<string, readonly [LinkErrorCode, string]>> = {
  ECONNREFUSED: [
    "refused",
    "the host is there but nothing listens on this port; check the port and that the server runs",
  ],
  EHOSTUNREACH: ["refused", "no route to the host; check its power, cable and address"],
  ENETUNREACH: ["refused", "no route to its network; check this gateway's own address and route"],
  ENOTFOUND: ["refused", "the name is not known; check its spelling or write the IP address"],
  EAI_AGAIN: ["refused", "the name server does not answer; check DNS or write the IP address"],
  ECONNRESET: [
    "closed",
    "the server cut the connection; its log says why, often a certificate or a limit of connections",
  ],
  EPIPE: ["closed", "the server cut the connection"],
  ETIMEDOUT: ["timeout", "the connection died silently; check cable and power"],
};
