import type { Sentence } from "@weir/wire/sentences.ts";
import { LinkError, type LinkErrorCode } from "../driver.ts";

/** A LinkError that names the instrument and what to check next. */
export function faultOf(code: LinkErrorCode, model: string, asked: boolean): LinkError {
  const advice = asked ? { ...advices, ...whenAsked }[code] : { ...advices, ...whenListening }[code];
  return new LinkError(code, `${model}: ${(advice ?? seeManual).en}`);
}

const seeManual = { en: "see the instrument's manual", zh: "请查阅仪表说明书" };
const advices: Readonly<Record<string, Sentence>> = {
  crc: {
    en: "a frame came whose checksum is wrong; check screen, cable length and earth, and checksum in the profile",
    zh: "收到一帧，其校验和错误；请检查屏蔽层、电缆长度和接地，以及配置档中的 checksum",
  },
  frame: {
    en: "bytes came, but no whole frame among them; check baud rate and parity, whether TX and RX are swapped, and answer in the profile",
    zh: "收到字节，但其中没有完整的帧；请检查波特率和校验位、TX 与 RX 是否接反，以及配置档中的 answer",
  },
} satisfies Partial<Record<LinkErrorCode, Sentence>>;
const whenAsked: Readonly<Record<string, Sentence>> = {
  timeout: {
    en: "no answer; check power, wiring (TX to RX), baud rate, and that the instrument is set to answer and not to speak by itself",
    zh: "无应答；请检查电源、接线（TX 对 RX）、波特率，并确认仪表设为应答方式而非自动发送",
  },
} satisfies Partial<Record<LinkErrorCode, Sentence>>;
const whenListening: Readonly<Record<string, Sentence>> = {
  timeout: {
    en: "nothing was heard; check power, wiring (TX to RX), that the instrument is set to speak by itself, and that timeout is longer than its period",
    zh: "没有收到任何数据；请检查电源、接线（TX 对 RX），确认仪表设为自动发送，且 timeout 长于其周期",
  },
} satisfies Partial<Record<LinkErrorCode, Sentence>>;

export const sentences: readonly Sentence[] = [
  seeManual,
  ...[advices, whenAsked, whenListening].flatMap((texts) => Object.values(texts)),
];
