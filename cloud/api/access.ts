import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "./fault.ts";

/** Who may do what. `operate` includes `read`. `name` is written in the log beside every command. */
export type Token = {
  readonly name: string;
  readonly access: Access;
  /** SHA-256 of the token, hex: whoever reads the file of tokens cannot use them. See hashToken. */
  readonly sha256: string;
};
export type Access = "read" | "operate";
export type Caller = { readonly name: string; readonly access: Access };

const fewestCharacters = 16;
const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/i;
export const cookieName = "weir_token";

/** What is kept of a token. Throws RangeError for one that can be guessed or does not fit a header and a cookie. */
export function hashToken(token: string): string {
  if (token.length < fewestCharacters)
    throw new RangeError(
      `a token of ${token.length} characters can be guessed; use at least ${fewestCharacters} random ones`,
    );
  if (!/^[\w.~+/=-]+$/.test(token))
    throw new RangeError(
      "a token may hold letters, digits and . _ ~ + / = - only, so that it fits a header and a cookie",
    );
  return digestOf(token).toString("hex");
}

/**
 * Checks where the API would listen against who may use it. Throws one Error that lists every fault: an address beyond loopback
 * without tokens, a hash that is none, two tokens alike or of one name.
 */
export function assertBindable(
  listen: { readonly host: string; readonly port: number },
  tokens: readonly Token[],
): void {
  const faults: string[] = [];
  if (tokens.length === 0 && !loopback.test(listen.host))
    faults.push(
      `listen: ${listen.host} can be reached by others and no tokens are configured; listen on 127.0.0.1, or add tokens`,
    );
  tokens.forEach(({ name, sha256 }, index) => {
    const where = `tokens[${index}] (${name})`;
    const earlier = tokens.slice(0, index);
    if (!/^[0-9a-f]{64}$/.test(sha256))
      faults.push(`${where}: sha256 is not 64 hex digits; have the token's line written anew`);
    if (earlier.some((other) => other.sha256 === sha256)) faults.push(`${where}: is the same as an earlier token`);
    if (earlier.some((other) => other.name === name))
      faults.push(`${where}: the name is taken; names tell callers apart in the log`);
  });
  if (faults.length > 0) throw new Error(faults.map((fault) => `api: ${fault}`).join("\n"));
}

/** What a request tells about its sender. */
export type Credentials = {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
};

/** Decides who a request comes from. With no tokens configured, everybody on this machine may do everything. */
export function buildDoor(tokens: readonly Token[]) {
  const known = tokens.map((entry) => ({ entry, digest: Buffer.from(entry.sha256, "hex") }));
  const callerOf = (token: string): Caller | undefined => {
    const digest = digestOf(token);
    return known.find((each) => timingSafeEqual(each.digest, digest))?.entry;
  };
  return {
    open: tokens.length === 0,
    callerOf,
    /**
     * The caller, or undefined when the request carries no token. Throws ApiError for a wrong token, for a request that another
     * site's page sent with our cookie, and without tokens for a host name that is not loopback (DNS rebinding).
     */
    identify({ authorization, cookie, host, origin }: Credentials): Caller | undefined {
      if (origin !== undefined && originHost(origin) !== host)
        throw new ApiError(
          "not_allowed",
          `the request comes from a page of ${origin}; only pages of this server may call it`,
        );
      if (tokens.length === 0) {
        const name = host?.replace(/:\d+$/, "") ?? "";
        if (loopback.test(name)) return { name: "local", access: "operate" };
        throw new ApiError(
          "wrong_host",
          `this server has no tokens and answers only to localhost, not to ${name}; open http://localhost, or configure tokens`,
        );
      }
      const token = bearerOf(authorization) ?? cookieOf(cookie);
      if (token === undefined) return undefined;
      const caller = callerOf(token);
      if (caller === undefined)
        throw new ApiError("not_signed_in", "the token is not known here; sign in again, or ask for a new token");
      return caller;
    },
  };
}

function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(header ?? "")?.[1];
}

function cookieOf(header: string | undefined): string | undefined {
  return header
    ?.split(/;\s*/)
    .find((pair) => pair.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1);
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Equal lengths for timingSafeEqual, whatever was sent. */
function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
