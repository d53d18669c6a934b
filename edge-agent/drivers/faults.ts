import type { Sentence } from "@weir/wire/sentences.ts";
import { LinkError } from "./driver.ts";

/** What a driver rejects with when nobody waits for it any more. */
export function pollingStopped(): LinkError {
  return new LinkError("closed", notPolled.en);
}

/** The link went away, or nobody listens any more. */
export function listeningStopped(): LinkError {
  return new LinkError("closed", notHeard.en);
}

const notPolled = { en: "polling of this device has been stopped", zh: "已停止轮询此设备" };
const notHeard = {
  en: "polling of this device has been stopped, or its link went away",
  zh: "已停止轮询此设备，或其链路已断开",
};

/** What stands as it is beside a point: the codes of driver.ts, and what a profile says of a raw number (interpret.ts). */
const codes: readonly Sentence[] = [
  { en: "timeout", zh: "超时" },
  { en: "crc", zh: "校验错误" },
  { en: "frame", zh: "帧错误" },
  { en: "mismatch", zh: "应答不符" },
  { en: "closed", zh: "链路已断开" },
  { en: "refused", zh: "无法打开" },
  { en: "unsupported", zh: "设备无此数据" },
  { en: "busy", zh: "线路忙" },
  { en: "exception-{code}", zh: "异常码 {code}" },
  { en: "doubted", zh: "仪表自身存疑" },
  { en: "not-a-number", zh: "不是数值" },
  { en: "no-value", zh: "仪表无数值" },
  { en: "outside-valid", zh: "超出有效范围" },
  { en: "no-such-state", zh: "无此状态" },
  { en: "decimals", zh: "小数位数无效" },
  { en: "implausible", zh: "数值不合理" },
];

export const sentences: readonly Sentence[] = [notPolled, notHeard, ...codes];
