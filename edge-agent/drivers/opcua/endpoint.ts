import { LinkError } from "../driver.ts";
import { deprecatedPolicies, type OpcuaServer, securityModes, securityPolicies } from "./server.ts";

/** A way into a server, as it offers it. */
export type Offer = {
  readonly policy: string;
  readonly mode: string;
  readonly tokens: readonly { readonly type: string; readonly policy: string }[];
};

type Asked = Pick<OpcuaServer, "url" | "policy" | "mode" | "deprecatedBecause" | "identity">;

/**
 * The most secure of the offers that the configuration allows; none at all only where it says so. Throws a LinkError that lists
 * what the server offers, or why the identity cannot be used.
 */
export function chooseOffer<T extends Offer>(offers: readonly T[], asked: Asked): T {
  const rank = ({ policy, mode }: Offer) => [
    securityModes.indexOf(mode as "None"),
    securityPolicies.indexOf(policy as "None"),
  ];
  const isAllowed = ({ policy, mode }: Offer) => {
    if (asked.policy !== undefined ? policy !== asked.policy : policy === "None") return false;
    if (asked.mode !== undefined ? mode !== asked.mode : mode === "None" && asked.policy !== "None") return false;
    if (!securityPolicies.some((known) => known === policy)) return false;
    return !deprecatedPolicies.includes(policy) || asked.deprecatedBecause !== undefined;
  };
  const fitting = offers.filter(isAllowed).sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return y[0]! - x[0]! || y[1]! - x[1]!;
  });
  if (fitting.length === 0) throw new LinkError("refused", `${asked.url}: ${noneFits(offers, asked)}`);
  const taking = fitting.find((offer) => offer.tokens.some(({ type }) => type === tokenOf[asked.identity.kind]));
  if (!taking) throw new LinkError("refused", `${asked.url}: ${noIdentity(fitting, asked)}`);
  checkPassword(taking, asked);
  return taking;
}

const tokenOf = { anonymous: "Anonymous", user: "UserName", certificate: "Certificate" } as const;

/** A password must be encrypted by its channel or by its token. */
function checkPassword(offer: Offer, { url, identity }: Asked): void {
  if (identity.kind !== "user" || identity.plain || offer.mode === "SignAndEncrypt") return;
  const tokens = offer.tokens.filter(({ type }) => type === "UserName");
  const isPlain = tokens.every(({ policy }) => (policy || offer.policy) === "None");
  if (isPlain)
    throw new LinkError(
      "refused",
      `${url}: with ${offerText(offer)} the password would go over the network readable for all; use mode SignAndEncrypt, or set plain_password: true`,
    );
}

function noneFits(offers: readonly Offer[], { policy, mode }: Asked): string {
  const wanted =
    policy === undefined && mode === undefined
      ? "no secure way in"
      : `no way in with ${[policy, mode].filter(Boolean).join(", ")}`;
  if (offers.length === 0) return "the server offers no way in at all; check its configuration";
  const shown = [...new Set(offers.map(offerText))].join("; ");
  return `the server offers ${wanted}, but ${shown}; write policy and mode accordingly${hintOn(offers)}`;
}

function hintOn(offers: readonly Offer[]): string {
  if (offers.some(({ policy }) => deprecatedPolicies.includes(policy))) return " (broken ones need deprecated_because)";
  return offers.every(({ policy }) => policy === "None") ? " (policy: None leaves everything readable for all)" : "";
}

function noIdentity(offers: readonly Offer[], { identity }: Asked): string {
  const types = [...new Set(offers.flatMap(({ tokens }) => tokens.map(({ type }) => type)))];
  const want = { anonymous: "nobody in without a name", user: "no user names", certificate: "no user certificates" }[
    identity.kind
  ];
  return `the server lets ${want}; it takes ${types.map((type) => remedyOf[type] ?? type).join(" or ") || "nobody"}`;
}

const remedyOf: Readonly<Record<string, string>> = {
  Anonymous: "anonymous users (leave username and cert_file out)",
  UserName: "username with password_file",
  Certificate: "cert_file with key_file",
};

export function offerText({ policy, mode }: Offer): string {
  return policy === mode ? policy : `${policy} ${mode}`;
}
