import { type Sentence, say } from "@weir/wire/sentences.ts";
import { LinkError, type LinkErrorCode } from "../driver.ts";
import { noWay } from "../links/no-way.ts";
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
    const text = say(refusals[status]!, { own: shown });
    return new LinkError(status as LinkErrorCode, `${url}: ${text} (${status})`, { cause: error });
  }
  if (network !== undefined && network in reasons) {
    const [code, text] = reasons[network]!;
    return new LinkError(code, `${url}: ${text.en}`, { cause: error });
  }
  if (/timeout|timed out/i.test(message) || status === "BadTimeout")
    return new LinkError("timeout", say(tooLate, { url }), { cause: error });
  const [first = ""] = message.split("\n");
  return new LinkError("closed", `${url}: ${status ?? first.trim()}`, { cause: error });
}

function statusIn(error: unknown): string | undefined {
  const name = (error as { statusCode?: { name?: string } } | undefined)?.statusCode?.name;
  return typeof name === "string" && name.startsWith("Bad") ? name : undefined;
}

const withStatus = { en: "{text} (Bad{status})", zh: "{text}（Bad{status}）" };
const tooLate = {
  en: "{url} did not answer in time; check server and network",
  zh: "{url} 未及时应答；请检查服务器和网络",
} as const;
const untrusted = {
  en: "the server does not take this gateway's certificate; trust it at the server (it lies in {own}), then it connects by itself",
  zh: "服务器不接受本网关的证书；请在服务器上信任它（位于 {own}），之后会自动连接",
};
const user = {
  en: "the server does not let this user in; check username and password_file, or the user's certificate",
  zh: "服务器不允许此用户登录；请检查 username 和 password_file，或用户证书",
};

/** `{own}` is this gateway's certificate. */
const refusals: Readonly<Record<string, Sentence>> = {
  BadSecurityChecksFailed: untrusted,
  BadCertificateUntrusted: untrusted,
  BadCertificateInvalid: untrusted,
  BadCertificateUriInvalid: untrusted,
  BadCertificateUseNotAllowed: untrusted,
  BadCertificateIssuerUseNotAllowed: untrusted,
  BadCertificateTimeInvalid: {
    en: "the server finds this gateway's certificate expired or not yet valid; check both clocks ({own})",
    zh: "服务器认为本网关的证书已过期或尚未生效；请检查双方时钟（{own}）",
  },
  BadIdentityTokenRejected: user,
  BadIdentityTokenInvalid: user,
  BadUserAccessDenied: user,
  BadUserSignatureInvalid: user,
  BadTooManySessions: {
    en: "the server has no session left; close other clients, raise its limit, or wait until sessions that were lost run out",
    zh: "服务器没有空余的会话；请关闭其他客户端、提高其上限，或等待失效的会话超时",
  },
  BadTcpServerTooBusy: {
    en: "the server takes no more connections; close other clients",
    zh: "服务器不再接受连接；请关闭其他客户端",
  },
  BadSecurityPolicyRejected: {
    en: "the server refuses this security policy; look at what it offers: weir-edge opcua browse",
    zh: "服务器拒绝此安全策略；请查看其提供的策略：weir-edge opcua browse",
  },
  BadSecurityModeRejected: {
    en: "the server refuses this security mode; look at what it offers: weir-edge opcua browse",
    zh: "服务器拒绝此安全模式；请查看其提供的模式：weir-edge opcua browse",
  },
  BadTcpEndpointUrlInvalid: {
    en: "the server has nothing at this path; check the url",
    zh: "服务器在此路径下没有内容；请检查 url",
  },
  BadServerUriInvalid: {
    en: "the server does not know itself by this url; check the url",
    zh: "服务器不认此 url 为其自身；请检查 url",
  },
  BadServerHalted: { en: "the server has been halted; check its state", zh: "服务器已停机；请检查其状态" },
  BadShutdown: { en: "the server is shutting down", zh: "服务器正在关闭" },
};

const reasons: Readonly<Record<string, readonly [LinkErrorCode, Sentence]>> = {
  ...noWay,
  ECONNREFUSED: [
    "refused",
    {
      en: "the host is there but nothing listens on this port; check the port and that the server runs",
      zh: "主机在线，但该端口无服务监听；请检查端口，并确认服务器在运行",
    },
  ],
  ECONNRESET: [
    "closed",
    {
      en: "the server cut the connection; its log says why, often a certificate or a limit of connections",
      zh: "服务器断开了连接；其日志会说明原因，常为证书或连接数限制",
    },
  ],
  EPIPE: ["closed", { en: "the server cut the connection", zh: "服务器断开了连接" }],
};

export const sentences: readonly Sentence[] = [
  withStatus,
  tooLate,
  ...Object.values(refusals),
  ...Object.values(reasons).map(([, text]) => text),
];
