import { type Parts, type Sentence, say, tellerOf } from "./sentences.ts";

/** Why a command was not done, in a Reply and in the cloud's list. Each is a sentence of sentences.ts; what a driver says stays English beyond its gateway. */
const reasons = {
  notConnected: { en: "{gateway} is not connected; nothing was sent", zh: "{gateway} 未连接；未发送任何内容" },
  noAnswer: { en: "no answer; whether it was carried out is not known", zh: "无应答；是否已执行不得而知" },
  tooLate: { en: "the gateway got it too late and did not carry it out", zh: "网关收到过晚，未执行" },
  longLife: {
    en: "it would stay valid for {minutes} min; at most {most} are accepted",
    zh: "其有效期为 {minutes} 分钟；最多接受 {most} 分钟",
  },
  ofGateway: {
    en: "the gateway has nothing called {metric} to write; commands go to a device",
    zh: "网关本身没有可写的 {metric}；命令应发给设备",
  },
  noFirmware: { en: "this gateway installs no firmware", zh: "此网关不安装固件" },
  noDevice: { en: "this gateway has no device {device}", zh: "此网关没有设备 {device}" },
  noMetric: { en: "{device} has no {metric}; it takes {writable}", zh: "{device} 没有 {metric}；可写的有 {writable}" },
  readOnly: {
    en: "{device} does not let {metric} be written; it takes {writable}",
    zh: "{device} 不允许写 {metric}；可写的有 {writable}",
  },
  nothingWritable: { en: "nothing of {device} may be written", zh: "{device} 没有可写的测点" },
  outside: { en: "{quantity} takes {min} to {max}, not {value}", zh: "{quantity} 可取 {min} 至 {max}，不能是 {value}" },
  noState: { en: "{quantity} takes {states}, not {value}", zh: "{quantity} 可取 {states}，不能是 {value}" },
  noDecimals: {
    en: "its decimals register cannot be read ({code}), so nothing was written",
    zh: "其小数位寄存器无法读取（{code}），因此未写入",
  },
  noReadBack: {
    en: "{metric} was written and cannot be read back ({code})",
    zh: "{metric} 已写入，但无法回读（{code}）",
  },
} as const satisfies Record<string, Sentence>;

/** The sentence for the wire and the list. */
export function commandReason<K extends keyof typeof reasons>(kind: K, parts: Parts<(typeof reasons)[K]>): string {
  return say(reasons[kind], parts);
}

/** The sentence in the reader's language; as it is where it is none of ours. */
export const sayCommandReason = tellerOf(Object.values(reasons));
