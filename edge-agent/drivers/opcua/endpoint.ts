import { type Sentence, say } from "@weir/wire/sentences.ts";
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
  if (isPlain) throw new LinkError("refused", `${url}: ${say(texts.plainPassword, { offer: offerText(offer) })}`);
}

function noneFits(offers: readonly Offer[], { policy, mode }: Asked): string {
  const wanted =
    policy === undefined && mode === undefined
      ? texts.noSecureWay.en
      : say(texts.noWayWith, { settings: [policy, mode].filter(Boolean).join(", ") });
  if (offers.length === 0) return texts.noWayAtAll.en;
  const shown = [...new Set(offers.map(offerText))].join("; ");
  return say(texts.noneFits, { wanted, shown, hint: hintOn(offers) });
}

function hintOn(offers: readonly Offer[]): string {
  if (offers.some(({ policy }) => deprecatedPolicies.includes(policy))) return texts.brokenOnes.en;
  return offers.every(({ policy }) => policy === "None") ? texts.allReadable.en : "";
}

function noIdentity(offers: readonly Offer[], { identity }: Asked): string {
  const types = [...new Set(offers.flatMap(({ tokens }) => tokens.map(({ type }) => type)))];
  return say(texts[identity.kind], { takes: types.map((type) => remedyOf[type]?.en ?? type).join(" or ") || "nobody" });
}

const remedyOf: Readonly<Record<string, Sentence>> = {
  Anonymous: {
    en: "anonymous users (leave username and cert_file out)",
    zh: "匿名用户（去掉 username 和 cert_file）",
  },
  UserName: { en: "username with password_file", zh: "username 和 password_file" },
  Certificate: { en: "cert_file with key_file", zh: "cert_file 和 key_file" },
};

const texts = {
  plainPassword: {
    en: "with {offer} the password would go over the network readable for all; use mode SignAndEncrypt, or set plain_password: true",
    zh: "使用 {offer} 时密码将以明文在网络上传输；请用 SignAndEncrypt 模式，或设 plain_password: true",
  },
  noneFits: {
    en: "the server offers {wanted}, but {shown}; write policy and mode accordingly{hint}",
    zh: "服务器{wanted}，只提供 {shown}；请据此填写 policy 和 mode{hint}",
  },
  noSecureWay: { en: "no secure way in", zh: "没有安全的接入方式" },
  noWayWith: { en: "no way in with {settings}", zh: "没有 {settings} 的接入方式" },
  noWayAtAll: {
    en: "the server offers no way in at all; check its configuration",
    zh: "服务器没有任何接入方式；请检查其配置",
  },
  brokenOnes: { en: " (broken ones need deprecated_because)", zh: "（已被攻破的需写 deprecated_because）" },
  allReadable: {
    en: " (policy: None leaves everything readable for all)",
    zh: "（policy: None 使所有内容对任何人可读）",
  },
  anonymous: {
    en: "the server lets nobody in without a name; it takes {takes}",
    zh: "服务器不允许匿名登录；可用的是 {takes}",
  },
  user: { en: "the server lets no user names; it takes {takes}", zh: "服务器不接受用户名；可用的是 {takes}" },
  certificate: {
    en: "the server lets no user certificates; it takes {takes}",
    zh: "服务器不接受用户证书；可用的是 {takes}",
  },
} as const satisfies Record<string, Sentence>;
export const sentences: readonly Sentence[] = [...Object.values(texts), ...Object.values(remedyOf)];

export function offerText({ policy, mode }: Offer): string {
  return policy === mode ? policy : `${policy} ${mode}`;
}
