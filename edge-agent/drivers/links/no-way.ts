import type { Sentence } from "@weir/wire/sentences.ts";
import type { LinkErrorCode } from "../driver.ts";

/** Why there is no way to a host, by the system's code, whatever one would have spoken with it. */
export const noWay: Readonly<Record<string, readonly [LinkErrorCode, Sentence]>> = {
  EHOSTUNREACH: [
    "refused",
    {
      en: "no route to the host; check its power, cable and address",
      zh: "没有到该主机的路由；请检查其电源、网线和地址",
    },
  ],
  ENETUNREACH: [
    "refused",
    {
      en: "no route to its network; check this gateway's own address and route",
      zh: "没有到其网络的路由；请检查本网关自身的地址和路由",
    },
  ],
  ENOTFOUND: [
    "refused",
    {
      en: "the name is not known; check its spelling or write the IP address",
      zh: "无法解析该主机名；请检查拼写，或改用 IP 地址",
    },
  ],
  EAI_AGAIN: [
    "refused",
    {
      en: "the name server does not answer; check DNS or write the IP address",
      zh: "域名服务器无应答；请检查 DNS，或改用 IP 地址",
    },
  ],
  ETIMEDOUT: [
    "timeout",
    { en: "the connection died silently; check cable and power", zh: "连接已无声中断；请检查网线和电源" },
  ],
};
