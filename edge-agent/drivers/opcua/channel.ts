import { createPrivateKey } from "node:crypto";
import type { Clock } from "@weir/wire/clock.ts";
import {
  type EndpointDescription,
  LogLevel,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  setLogLevel,
  type UserIdentityInfo,
} from "node-opcua-client";
import { LinkError, type Wait } from "../driver.ts";
import { explain } from "./explain.ts";
import type { OwnCertificate } from "./own-certificate.ts";
import type { SecurityModeName, SecurityPolicyName } from "./server.ts";

// The library writes what it thinks to the console; what matters comes to us as errors.
setLogLevel(LogLevel.Emergency);

/** What every request and response of the library has. */
export type Request = { readonly requestHeader: { authenticationToken: unknown; timeoutHint: number } };
export type Response = { readonly responseHeader: { readonly serviceResult: { readonly name: string } } };

/** A session on a secure channel, that never reconnects by itself. */
export type Channel = {
  /** The response, whatever its result. Rejects with a LinkError. */
  request<R extends Response>(request: Request, wait: Wait): Promise<R>;
  /** Resolves with the reason once the connection is gone. */
  readonly lost: Promise<LinkError>;
  readonly sessionTimeoutMs: number;
  /** Says goodbye when told to; lets go within a second in any case. */
  close(): Promise<void>;
};

export type ChannelOptions = {
  readonly url: string;
  readonly own: OwnCertificate;
  readonly clock: Clock;
  readonly timeoutMs: number;
};

type Inner = {
  performMessageTransaction(request: Request, done: (error: Error | null, response?: Response) => void): void;
  readonly _secureChannel: { forceConnectionBreak(): void } | null;
};

const goodbyeMs = 1000;
const dayMs = 86_400_000;
const sessionTimeoutMs = 60_000;
const neverRetry = { maxRetry: 0, initialDelay: 100, maxDelay: 200 };

function createClient({ own, timeoutMs }: ChannelOptions, security: Partial<Security>): OPCUAClient {
  const { policy = "None", mode = "None", serverCertificate } = security;
  return OPCUAClient.create({
    applicationName: "weir-edge",
    applicationUri: own.applicationUri,
    clientName: "weir-edge",
    certificateKeyPairProvider: {
      getCertificate: () => own.certificate.raw,
      getCertificateChain: () => [own.certificate.raw],
      getPrivateKey: () => ({ hidden: createPrivateKey(own.privateKey) }),
    },
    connectionStrategy: neverRetry,
    endpointMustExist: false,
    keepSessionAlive: false,
    requestedSessionTimeout: sessionTimeoutMs,
    // The library would cut every connection that is quiet for so long; that is for our watchdog to judge.
    transportTimeout: dayMs,
    defaultTransactionTimeout: timeoutMs,
    securityPolicy: SecurityPolicy[policy],
    securityMode: MessageSecurityMode[mode],
    ...(serverCertificate && { serverCertificate }),
  });
}

type Security = {
  readonly policy: SecurityPolicyName;
  readonly mode: SecurityModeName;
  /** Already judged: nothing but this is talked to. */
  readonly serverCertificate: Buffer | undefined;
};

/** What a server offers. Rejects with a LinkError that says what to check. */
export async function discover(options: ChannelOptions, signal: AbortSignal): Promise<readonly EndpointDescription[]> {
  const client = createClient(options, {});
  try {
    return await bounded(
      client.connect(options.url).then(() => client.getEndpoints()),
      options,
      signal,
    );
  } catch (error) {
    throw explain(error, options.url, options.own);
  } finally {
    void letGo(client, options.clock);
  }
}

/** Rejects with a LinkError that says what to check, and then has nothing open. */
export async function openChannel(
  options: ChannelOptions,
  { security, identity }: { readonly security: Security; readonly identity: UserIdentityInfo },
  signal: AbortSignal,
): Promise<Channel> {
  const { url, own, clock } = options;
  const client = createClient(options, security);
  const inner = client as unknown as Inner;
  const { promise: lost, resolve: tellLost } = Promise.withResolvers<LinkError>();
  const waiting = new Set<(why: LinkError) => void>();
  const lose = (why: LinkError) => {
    tellLost(why);
    for (const reject of waiting) reject(why);
    waiting.clear();
  };
  client.on("close", (error?: Error | null) =>
    lose(error ? explain(error, url, own) : new LinkError("closed", `${url}: the session was closed`)),
  );
  client.on("connection_lost", () =>
    lose(new LinkError("closed", `${url}: the connection was lost; check network and server`)),
  );
  try {
    const session = await bounded(
      client.connect(url).then(() => client.createSession(identity)),
      options,
      signal,
    );
    const { authenticationToken } = session as unknown as { readonly authenticationToken: unknown };
    return {
      lost,
      sessionTimeoutMs: session.timeout,
      request: <R extends Response>(request: Request, { timeoutMs, signal }: Wait) => {
        request.requestHeader.authenticationToken = authenticationToken;
        request.requestHeader.timeoutHint = timeoutMs;
        const { promise, resolve, reject } = Promise.withResolvers<R>();
        waiting.add(reject);
        inner.performMessageTransaction(request, (error, response) => {
          if (response) resolve(response as R);
          else reject(explain(error ?? new Error("no response"), url, own));
        });
        return bounded(promise, { url, clock, timeoutMs }, signal).finally(() => waiting.delete(reject));
      },
      close: () => letGo(client, clock, session),
    };
  } catch (error) {
    void letGo(client, clock);
    throw explain(error, url, own);
  }
}

/** Ends in any case: an unanswered goodbye is cut off. */
async function letGo(
  client: OPCUAClient,
  clock: Clock,
  session?: { close(all: boolean): Promise<void> },
): Promise<void> {
  const over = new AbortController();
  const goodbye = (session ? session.close(true) : Promise.resolve()).then(() => client.disconnect()).catch(() => {});
  const cut = clock.sleep(goodbyeMs, over.signal).then(async () => {
    if (over.signal.aborted) return;
    (client as unknown as Inner)._secureChannel?.forceConnectionBreak();
    await client.disconnect().catch(() => {});
  });
  await Promise.race([goodbye, cut]);
  over.abort();
}

/** The promise, or a LinkError after timeoutMs or when the signal aborts; what comes later is dropped. */
export function bounded<T>(
  promise: Promise<T>,
  { url, clock, timeoutMs }: { readonly url: string; readonly clock: Clock; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const { promise: cut, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new LinkError("closed", `${url}: stopped`));
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  void clock.sleep(timeoutMs, over.signal).then(() => {
    if (!over.signal.aborted)
      reject(new LinkError("timeout", `${url} did not answer within ${timeoutMs} ms; check server and network`));
  });
  promise.catch(() => {});
  return Promise.race([promise, cut]).finally(() => {
    over.abort();
    signal.removeEventListener("abort", stop);
  });
}
