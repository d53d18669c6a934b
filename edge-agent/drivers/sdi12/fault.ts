import { type Sentence, say } from "@weir/wire/sentences.ts";
import { LinkError, type LinkErrorCode } from "../driver.ts";

/** A LinkError that names sensor, command and what to check next. */
export function faultOf(code: LinkErrorCode, address: string, body: string): LinkError {
  return new LinkError(code, `${placeOf(address, body)}: ${(advices[code] ?? seeManual).en}`);
}

/** The sensor has no values behind this command: `a0000`, or an address and nothing more. */
export const nothingThere: LinkErrorCode = "exception-0";

/** The sensor answers and has no such command. */
export function isRefusal(code: LinkErrorCode): boolean {
  return code === nothingThere;
}

/** It wants more time for a measurement than its profile gives it; both in seconds. */
export function tooLongFault(address: string, body: string, promised: number, longest: number): LinkError {
  return new LinkError("frame", `${placeOf(address, body)}: ${say(tooLong, { promised, longest })}`);
}

function placeOf(address: string, body: string): string {
  return say(place, { address, command: `${address}${body}!` });
}

/** Another number of values came than the sensor had promised, or than its profile says. */
export function misfitText(
  command: string,
  { given, promised, expected }: Readonly<Record<"given" | "promised" | "expected", number>>,
): string {
  return promised === expected
    ? say(fewer, { command, given, promised })
    : say(shifted, { command, promised, expected });
}

const place = { en: "sensor {address}, {command}", zh: "传感器 {address}，{command}" } as const;
const seeManual = { en: "see the sensor's manual", zh: "请查阅传感器说明书" };
const tooLong = {
  en: "it promises {promised} s, longer than the {longest} s of the profile; if it is so each time, raise longest",
  zh: "它承诺 {promised} 秒，超过配置档的 {longest} 秒；若每次如此，请加大 longest",
} as const;
const fewer = {
  en: "{command}: the sensor gave {given} values and had promised {promised}; if it is so each time, check that nothing else talks to it while it measures",
  zh: "{command}：传感器给出 {given} 个数值，而承诺的是 {promised} 个；若每次如此，请确认测量期间没有其他设备与其通信",
} as const;
const shifted = {
  en: "{command}: the sensor has {promised} values, the profile says {expected}, so places may have shifted; check how the sensor is set up, and commands in the profile",
  zh: "{command}：传感器有 {promised} 个数值，配置档写的是 {expected} 个，位置可能已错开；请检查传感器的设置和配置档中的 commands",
} as const;
const advices: Readonly<Record<string, Sentence>> = {
  timeout: {
    en: "no answer; check 12 V on the sensor, its address (ask ?! with no other sensor on the line), that the adapter makes the break that wakes sensors up, and its baud rate and parity (1200 7E1, or the adapter's own)",
    zh: "无应答；请检查传感器的 12 V 供电、其地址（线路上只接这一个传感器时发送 ?!）、适配器是否发出唤醒传感器的 break，以及波特率和校验位（1200 7E1，或适配器自身的设置）",
  },
  crc: {
    en: "the answer fails its check characters; check cable length, earth and a sensor that talks out of turn; a sensor before SDI-12 1.3 has none: then crc: false",
    zh: "应答的校验字符错误；请检查电缆长度、接地，以及是否有传感器抢答；SDI-12 1.3 之前的传感器没有校验字符：此时设 crc: false",
  },
  frame: {
    en: "what came is no SDI-12 answer; check baud rate, data bits and parity of the adapter (7E1 read as 8N1 gives such noise)",
    zh: "收到的不是 SDI-12 应答；请检查适配器的波特率、数据位和校验位（以 8N1 读取 7E1 会得到这样的乱码）",
  },
  mismatch: {
    en: "an answer of another sensor; look for two sensors with one address, or a second recorder on the line",
    zh: "收到另一个传感器的应答；请查找地址重复的两个传感器，或线路上的第二台记录仪",
  },
  [nothingThere]: {
    en: "the sensor has no values behind this command; check commands in the profile against its manual",
    zh: "传感器的此命令没有数值；请对照说明书检查配置档中的 commands",
  },
} satisfies Partial<Record<LinkErrorCode, Sentence>>;

export const sentences: readonly Sentence[] = [place, seeManual, tooLong, fewer, shifted, ...Object.values(advices)];
