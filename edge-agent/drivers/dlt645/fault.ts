import { type Sentence, say } from "@weir/wire/sentences.ts";
import { LinkError, type LinkErrorCode } from "../driver.ts";
import type { Question } from "./codec.ts";

/** A LinkError that names meter, question and what to check next. */
export function faultOf(code: LinkErrorCode, address: string, question: Question): LinkError {
  return new LinkError(code, `${placeOf(address, question)}: ${adviceOn(code)}`);
}

/** The meter answers and has no such data: bit 1 of the error byte. */
export function isRefusal(code: LinkErrorCode): boolean {
  const error = /^exception-(\d+)$/.exec(code)?.[1];
  return error !== undefined && (Number(error) & 2) !== 0;
}

function placeOf(address: string, question: Question): string {
  if (question.kind === "read-address") return say(readOfAddress, { address });
  const { di } = question;
  return question.kind === "read"
    ? say(readOf, { address, di })
    : say(readOn, { address, di, number: question.number });
}

function adviceOn(code: LinkErrorCode): string {
  const error = /^exception-(\d+)$/.exec(code)?.[1];
  if (error === undefined) return (advices[code] ?? anyOther).en;
  const bits = errorBits.filter(([bit]) => (Number(error) & bit) !== 0).map(([, { en }]) => en);
  return bits.length > 0 ? bits.join("; ") : withoutReason.en;
}

const readOfAddress = { en: "meter {address}, read of the address", zh: "表计 {address}，读地址" } as const;
const readOf = { en: "meter {address}, read of {di}", zh: "表计 {address}，读 {di}" } as const;
const readOn = {
  en: "meter {address}, read of {di}, frame {number}",
  zh: "表计 {address}，读 {di}，第 {number} 帧",
} as const;
const anyOther = { en: "see the meter's manual", zh: "请查阅电表说明书" };
const withoutReason = {
  en: "the meter refuses without a reason; see its manual",
  zh: "电表拒绝且未说明原因；请查阅其说明书",
};
const advices: Readonly<Record<string, Sentence>> = {
  timeout: {
    en: "no answer; check power and the 12 digits of the address, then wiring (A/B), baud rate and parity (meters ship with 2400 or 9600, even), or the serial server in between",
    zh: "无应答；请检查电源和 12 位地址，再检查接线（A/B）、波特率和校验位（出厂为 2400 或 9600，偶校验），或中间的串口服务器",
  },
  crc: {
    en: "the answer fails its checksum; check screen, termination and earth, and that no second master is on the line",
    zh: "应答的校验和错误；请检查屏蔽层、终端电阻和接地，并确认线路上没有第二个主站",
  },
  frame: {
    en: "the answer is cut short or is no DL/T 645 frame; check baud rate and parity, or raise the timeout",
    zh: "应答不完整或不是 DL/T 645 帧；请检查波特率和校验位，或加大 timeout",
  },
  mismatch: {
    en: "an answer to something else; look for a second master, or check the identifier in the profile",
    zh: "收到的是对其他请求的应答；请查找第二个主站，或检查配置档中的数据标识",
  },
} satisfies Partial<Record<LinkErrorCode, Sentence>>;

/** DL/T 645-2007, error byte. */
const errorBits: readonly (readonly [bit: number, text: Sentence])[] = [
  [0x01, { en: "the meter reports another error; look at its display", zh: "电表报告其他错误；请查看其显示屏" }],
  [
    0x02,
    {
      en: "the meter has no such data; check the identifier in the profile and the edition of the standard",
      zh: "电表无此数据；请检查配置档中的数据标识和标准版本",
    },
  ],
  [0x04, { en: "the meter wants a password or does not allow it", zh: "电表要求密码或不允许此操作" }],
  [0x08, { en: "the meter cannot change its baud rate", zh: "电表不能更改通信速率" }],
  [0x10, { en: "more yearly time zones than the meter has", zh: "年时区数超过电表所有" }],
  [0x20, { en: "more daily time slots than the meter has", zh: "日时段数超过电表所有" }],
  [0x40, { en: "more tariffs than the meter has", zh: "费率数超过电表所有" }],
];

const noEnd = {
  en: "meter {address}, read of {di}: more than {most} frames follow; its answer has no end",
  zh: "表计 {address}，读 {di}：后续帧超过 {most} 个；其应答没有结尾",
} as const;

/** The answer goes on and on. */
export function endlessFault(address: string, di: string, most: number): LinkError {
  return new LinkError("frame", say(noEnd, { address, di, most }));
}

export const sentences: readonly Sentence[] = [
  ...[noEnd, readOfAddress, readOn, readOf, anyOther, withoutReason],
  ...Object.values(advices),
  ...errorBits.map(([, text]) => text),
];
