import { type Sentence, say } from "@weir/wire/sentences.ts";
import { LinkError, type LinkErrorCode } from "../driver.ts";
import { describeRequest, type Request, requestSentences } from "./pdu.ts";

/** A LinkError that names unit, request and what to check next. */
export function faultOf(code: LinkErrorCode, unit: number, request: Request): LinkError {
  const advice = (advices[code] ?? anyOther).en;
  return new LinkError(code, `${say(where, { unit, request: describeRequest(request) })}: ${advice}`);
}

const where = { en: "unit {unit}, {request}", zh: "站号 {unit}，{request}" } as const;
const anyOther = { en: "see the instrument's manual for this exception", zh: "此异常码的含义请查阅仪表说明书" };
const advices: Readonly<Record<string, Sentence>> = {
  timeout: {
    en: "no answer; check power and unit number, then wiring (A/B), baud rate and parity, or the gateway in between",
    zh: "无应答；请检查电源和站号，再检查接线（A/B）、波特率和校验位，或中间的网关",
  },
  crc: {
    en: "the answer fails its CRC; check screen, termination and earth, and that no second master is on the line",
    zh: "应答的 CRC 校验错误；请检查屏蔽层、终端电阻和接地，并确认线路上没有第二个主站",
  },
  frame: {
    en: "the answer is cut short or is no Modbus frame; check baud rate and parity, or raise the timeout",
    zh: "应答不完整或不是 Modbus 帧；请检查波特率和校验位，或加大 timeout",
  },
  mismatch: {
    en: "an answer to something else; look for a second master or two devices with one unit number",
    zh: "收到的是对其他请求的应答；请查找第二个主站，或站号重复的两台设备",
  },
  "exception-1": {
    en: "the device does not offer this function; check the table in the profile (input or holding)",
    zh: "设备不支持此功能码；请检查配置档中的 table（input 或 holding）",
  },
  "exception-2": {
    en: "the device has no such register; check the register and the profile's base (0 or 1)",
    zh: "设备没有该寄存器；请检查寄存器地址和配置档的 base（0 或 1）",
  },
  "exception-3": {
    en: "the device refuses the count or the value; try a smaller registers_per_read, or check the limits",
    zh: "设备拒绝该数量或数值；请减小 registers_per_read，或检查上下限",
  },
  "exception-4": {
    en: "the device failed while doing it; look at its own display or fault register",
    zh: "设备执行时出错；请查看其显示屏或故障寄存器",
  },
  "exception-5": { en: "the device needs more time; poll it less often", zh: "设备需要更多时间；请降低轮询频率" },
  "exception-6": {
    en: "the device is busy; raise its gap or poll it less often",
    zh: "设备忙；请加大 gap，或降低轮询频率",
  },
  "exception-8": { en: "the device found its memory damaged", zh: "设备发现其存储器已损坏" },
  "exception-10": {
    en: "the gateway has no path to this unit; check its routing table",
    zh: "网关没有通往此站号的路径；请检查其路由表",
  },
  "exception-11": {
    en: "the gateway is there, the device behind it is silent; check its power, unit number and wiring",
    zh: "网关在线，其后的设备无应答；请检查设备的电源、站号和接线",
  },
} satisfies Partial<Record<LinkErrorCode, Sentence>>;

export const sentences: readonly Sentence[] = [where, ...requestSentences, anyOther, ...Object.values(advices)];

/** The device answers and will not do this: it has no such function, register or count. */
export function isRefusal(code: LinkErrorCode): boolean {
  return code === "exception-1" || code === "exception-2" || code === "exception-3";
}

/** No sign of life from the device itself; a gateway may have said so. */
export function isSilence(code: LinkErrorCode): boolean {
  return code === "timeout" || code === "exception-10" || code === "exception-11";
}
