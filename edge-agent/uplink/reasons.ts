import { type Sentence, say, tellerOf } from "@weir/wire/sentences.ts";

export type Failure = Error & { code?: number | string; errors?: readonly (Error & { code?: string })[] };

const texts = {
  closedByBroker: {
    en: "the broker closed the connection; if it goes on, check mqtts:// in url where the broker wants TLS, and that no other gateway has this name",
    zh: "服务器（broker）关闭了连接；若持续如此，请检查服务器要求 TLS 时 url 是否为 mqtts://，以及是否有其他网关使用同一名称",
  },
  nobodyAnswers: {
    en: "nobody answers within {seconds} s; check the network, the address and the firewall",
    zh: "{seconds} 秒内无应答；请检查网络、地址和防火墙",
  },
  notSubscribed: { en: "the broker refused the subscription to {topics}", zh: "服务器（broker）拒绝订阅 {topics}" },
} as const satisfies Record<string, Sentence>;

/** CONNACK return codes [MQTT 3.1.1 §3.2.2.3]. */
const refusals: Readonly<Record<number, Sentence>> = {
  1: {
    en: "the broker does not speak MQTT 3.1.1; look for another of its ports",
    zh: "服务器（broker）不支持 MQTT 3.1.1；请查找其另一端口",
  },
  2: {
    en: "the broker refuses this client id; check that site and gateway are those of its credential",
    zh: "服务器（broker）拒绝此客户端标识；请检查 site 和 gateway 是否与凭据一致",
  },
  3: { en: "the broker is not available now; it is tried again", zh: "服务器（broker）暂不可用；将再次尝试" },
  4: {
    en: "the broker refuses user name or password; check username and password_file",
    zh: "服务器（broker）拒绝用户名或密码；请检查 username 和 password_file",
  },
  5: {
    en: "the broker does not authorise this gateway; check username and password_file, and that site and gateway are those of its credential",
    zh: "服务器（broker）未授权此网关；请检查 username 和 password_file，以及 site 和 gateway 是否与凭据一致",
  },
};

const unvouched = {
  en: "nobody that this gateway trusts vouches for the broker's certificate; check ca_file, and that this is the right broker ({message})",
  zh: "服务器（broker）的证书没有本网关信任的机构担保；请检查 ca_file，并确认服务器无误（{message}）",
};
const outOfTime = {
  en: "the broker's certificate is not valid now; check this gateway's clock, then the certificate ({message})",
  zh: "服务器（broker）的证书此刻无效；请先检查本网关的时钟，再检查证书（{message}）",
};

/** What an operating system or TLS says, by the code of Node's error. */
const failures: readonly (readonly [RegExp, Sentence])[] = [
  [
    /^ECONNREFUSED$/,
    {
      en: "the host is there but nothing listens on this port; check the port in url, and that the broker runs ({message})",
      zh: "主机在线，但该端口无服务监听；请检查 url 中的端口，并确认服务器（broker）在运行（{message}）",
    },
  ],
  [
    /^ENOTFOUND$/,
    {
      en: "the name is not known; check its spelling in url, or write the IP address ({message})",
      zh: "无法解析该主机名；请检查 url 中的拼写，或改用 IP 地址（{message}）",
    },
  ],
  [
    /^EAI_AGAIN$/,
    {
      en: "the name server does not answer; check the network and DNS ({message})",
      zh: "域名服务器无应答；请检查网络和 DNS（{message}）",
    },
  ],
  [
    /^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/,
    {
      en: "no route to the broker; check cable or SIM card, and this gateway's own address and route ({message})",
      zh: "没有到服务器（broker）的路由；请检查网线或 SIM 卡，以及本网关自身的地址和路由（{message}）",
    },
  ],
  [
    /^ETIMEDOUT$/,
    {
      en: "the connection died silently; check the network and the firewall ({message})",
      zh: "连接已无声中断；请检查网络和防火墙（{message}）",
    },
  ],
  [
    /^(ECONNRESET|EPIPE)$/,
    {
      en: "the connection was cut; check that url has the right port, and mqtts:// where the broker wants TLS ({message})",
      zh: "连接被切断；请检查 url 中的端口，服务器（broker）要求 TLS 时应为 mqtts://（{message}）",
    },
  ],
  [/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_)/, unvouched],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, outOfTime],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    {
      en: "the broker's certificate is for another name; write one of its names in url ({message})",
      zh: "服务器（broker）的证书属于其他名称；请在 url 中使用证书中的名称（{message}）",
    },
  ],
  [
    /^ERR_SSL_.*ALERT.*(CERT|CA)/,
    {
      en: "the broker refuses this gateway's certificate; check cert_file and key_file ({message})",
      zh: "服务器（broker）拒绝本网关的证书；请检查 cert_file 和 key_file（{message}）",
    },
  ],
  [
    /^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/,
    {
      en: "what answers there does not speak TLS; check the port in url, or write mqtt:// where the broker has no TLS ({message})",
      zh: "该处的应答不是 TLS；请检查 url 中的端口，服务器（broker）没有 TLS 时应为 mqtt://（{message}）",
    },
  ],
];

export const closedByBroker = texts.closedByBroker.en;

export function nobodyAnswers(withinMs: number): string {
  return say(texts.nobodyAnswers, { seconds: withinMs / 1000 });
}

export function notSubscribed(topics: readonly string[]): string {
  return say(texts.notSubscribed, { topics: topics.join(", ") });
}

/** Why there is no connection and what to check next, or what a library said where that is not known. */
export function reasonOf({ code, message, errors = [] }: Failure): string {
  if (typeof code === "number") return refusals[code]?.en ?? message;
  const words = (errors.length > 0 ? errors.map((each) => each.message).join("; ") : message).trim();
  const known = failures.find(([pattern]) => pattern.test(String(errors[0]?.code ?? code)))?.[1];
  return known ? say(known, { message: words }) : words;
}

const sentences: readonly Sentence[] = [
  ...Object.values(texts),
  ...Object.values(refusals),
  ...failures.map(([, sentence]) => sentence),
];

/** Why the uplink is offline, in the reader's language. */
export const sayUplink = tellerOf(sentences);
