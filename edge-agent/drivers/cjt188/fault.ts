import { type Sentence, say } from "@weir/wire/sentences.ts";
import { LinkError, type LinkErrorCode } from "../driver.ts";
import type { Meter, Question } from "./codec.ts";

/** A LinkError that names meter, question and what to check next. */
export function faultOf(code: LinkErrorCode, { address }: Meter, { kind, di }: Question): LinkError {
  const advice = (advices[code] ?? refusal).en;
  const place = kind === "read" ? say(readOf, { address, di }) : say(readOfAddress, { address });
  return new LinkError(code, `${place}: ${advice}`);
}

/** The meter answers and refuses: its answer to an identifier that it does not have. */
export function isRefusal(code: LinkErrorCode): boolean {
  return code.startsWith("exception-");
}

const readOf = { en: "meter {address}, read of {di}", zh: "表计 {address}，读 {di}" } as const;
const readOfAddress = { en: "meter {address}, read of the address", zh: "表计 {address}，读地址" } as const;
const refusal = {
  en: "the meter refuses; check identifier and meter_type in the profile",
  zh: "表计拒绝；请检查配置档中的数据标识和 meter_type",
};
const advices: Readonly<Record<string, Sentence>> = {
  timeout: {
    en: "no answer; check power, the 14 digits of the address, meter_type and di_order, then wiring (A/B or M-Bus), baud rate and parity (2400, even), or the serial server in between",
    zh: "无应答；请检查电源、14 位地址、meter_type 和 di_order，再检查接线（A/B 或 M-Bus）、波特率和校验位（2400，偶校验），或中间的串口服务器",
  },
  crc: {
    en: "the answer fails its checksum; check screen, termination and earth, and that no second master is on the line",
    zh: "应答的校验和错误；请检查屏蔽层、终端电阻和接地，并确认线路上没有第二个主站",
  },
  frame: {
    en: "the answer is cut short or is no CJ/T 188 frame; check baud rate and parity, or raise the timeout",
    zh: "应答不完整或不是 CJ/T 188 帧；请检查波特率和校验位，或加大 timeout",
  },
  mismatch: {
    en: "an answer to something else; look for a second master, or check the identifier in the profile",
    zh: "收到的是对其他请求的应答；请查找第二个主站，或检查配置档中的数据标识",
  },
} satisfies Partial<Record<LinkErrorCode, Sentence>>;

export const sentences: readonly Sentence[] = [readOfAddress, readOf, refusal, ...Object.values(advices)];
