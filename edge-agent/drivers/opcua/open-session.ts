import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { readSecret } from "@weir/config/secret.ts";
import type { Clock } from "@weir/wire/clock.ts";
import { crypto_utils, MessageSecurityMode, type UserIdentityInfo, UserTokenType } from "node-opcua-client";
import { LinkError } from "../driver.ts";
import { bounded, discover, openChannel } from "./channel.ts";
import { chooseOffer, type Offer } from "./endpoint.ts";
import { judgeCertificate } from "./judge-certificate.ts";
import { ownCertificate } from "./own-certificate.ts";
import { isRevoked } from "./revocation.ts";
import type { Identity, OpcuaServer, SecurityModeName, SecurityPolicyName } from "./server.ts";
import { createServerSession } from "./server-session.ts";
import type { Session } from "./session.ts";
import { openTrustList } from "./trust-list.ts";

export type OpenSessionOptions = { readonly timeoutMs: number; readonly clock: Clock };

/**
 * Opens a session: looks what the server offers, takes the most secure that the configuration allows, judges the server's
 * certificate, and only then says who we are. Rejects with a LinkError that says what to check, and then has opened nothing.
 */
export async function openSession(
  server: OpcuaServer,
  { timeoutMs, clock }: OpenSessionOptions,
  signal: AbortSignal,
): Promise<Session> {
  const { url, pki, accept } = server;
  const own = await bounded(ownCertificate(pki, clock.now()), { url, clock, timeoutMs: 60_000 }, signal);
  const options = { url, own, clock, timeoutMs };
  const endpoints = await discover(options, signal);
  const chosen = chooseOffer(endpoints.map(offerOf), server);
  const { serverCertificate, server: application } = chosen.endpoint;
  if (chosen.mode !== "None" || isSecret(server.identity)) {
    const trust = openTrustList(pki);
    const lists = trust.revocations();
    const chain = serverCertificate?.length ? crypto_utils.split_der(serverCertificate) : [];
    const fault = judgeCertificate(
      {
        ...{ chain, accept, host: new URL(url).hostname, now: clock.now() },
        applicationUri: application.applicationUri,
        isRevoked: (certificate, issuer) => isRevoked(lists, certificate, issuer),
      },
      trust,
    );
    const isPlain = chosen.mode === "None" && server.identity.kind === "user" && server.identity.plain;
    if (fault !== undefined && !isPlain) throw new LinkError("refused", `${url}: ${fault}`);
  }
  const channel = await openChannel(
    options,
    {
      security: {
        policy: chosen.policy as SecurityPolicyName,
        mode: chosen.mode as SecurityModeName,
        serverCertificate: serverCertificate?.length ? serverCertificate : undefined,
      },
      identity: identityInfo(server.identity, url),
    },
    signal,
  );
  try {
    return await createServerSession(channel, { server, clock, timeoutMs }, signal);
  } catch (error) {
    void channel.close();
    throw error;
  }
}

/** The server's ways in, as it offers them to anybody. Rejects with a LinkError. */
export async function offersOf(
  server: OpcuaServer,
  { timeoutMs, clock }: OpenSessionOptions,
  signal: AbortSignal,
): Promise<readonly (Offer & { readonly certificate: X509Certificate | undefined })[]> {
  const own = await ownCertificate(server.pki, clock.now());
  const endpoints = await discover({ url: server.url, own, clock, timeoutMs }, signal);
  return endpoints.map((endpoint) => ({
    ...offerOf(endpoint),
    certificate: endpoint.serverCertificate?.length
      ? new X509Certificate(crypto_utils.split_der(endpoint.serverCertificate)[0]!)
      : undefined,
  }));
}

type Endpoint = Awaited<ReturnType<typeof discover>>[number];

function offerOf(endpoint: Endpoint): Offer & { readonly endpoint: Endpoint } {
  const nameOf = (uri: string | null | undefined) => (uri ?? "").replace(/^.*#/, "");
  return {
    endpoint,
    policy: nameOf(endpoint.securityPolicyUri),
    mode: MessageSecurityMode[endpoint.securityMode],
    tokens: (endpoint.userIdentityTokens ?? []).map(({ tokenType, securityPolicyUri }) => ({
      type: UserTokenType[tokenType],
      policy: nameOf(securityPolicyUri),
    })),
  };
}

function isSecret(identity: Identity): boolean {
  return identity.kind !== "anonymous";
}

function identityInfo(identity: Identity, url: string): UserIdentityInfo {
  if (identity.kind === "anonymous") return { type: UserTokenType.Anonymous };
  try {
    if (identity.kind === "user")
      return { type: UserTokenType.UserName, userName: identity.name, password: readSecret(identity.passwordFile) };
    return {
      type: UserTokenType.Certificate,
      certificateData: new X509Certificate(readFileSync(identity.certFile)).raw,
      privateKey: readFileSync(identity.keyFile, "utf8"),
    };
  } catch (error) {
    throw new LinkError("refused", `${url}: ${(error as Error).message}`, { cause: error });
  }
}
