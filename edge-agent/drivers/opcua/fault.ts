import type { Sentence } from "@weir/wire/sentences.ts";
import type { LinkErrorCode } from "../driver.ts";

/** The server has no such node, or not one alone: it is asked again after a while. */
export function isMissing(status: string): boolean {
  return ["BadNodeIdUnknown", "BadNodeIdInvalid", "BadNoMatch", "BadTooManyMatches"].includes(status);
}

/** The server answers for an instrument that it does not reach itself. */
export function isAway(code: LinkErrorCode): boolean {
  return [
    "BadNoCommunication",
    "BadNotConnected",
    "BadCommunicationError",
    "BadWaitingForInitialData",
    "BadTimeout",
  ].includes(code);
}

/** The status of a node and what to check next. */
export function statusText(place: string, status: string): string {
  return `${place}: ${status}; ${(advices[status] ?? anyOther).en}`;
}

const anyOther = { en: "see the server's documentation of this status", zh: "此状态的含义请查阅服务器文档" };
const noReach = {
  en: "the server does not reach the instrument; check its own link to it",
  zh: "服务器连不到仪表；请检查服务器到仪表的链路",
};
const advices: Readonly<Record<string, Sentence>> = {
  BadNodeIdUnknown: {
    en: "the server has no such node; check the profile and the device's address",
    zh: "服务器没有此节点；请检查配置档和设备的 address",
  },
  BadNodeIdInvalid: {
    en: "the server cannot read this node id; check its kind (i, s, g, b)",
    zh: "服务器不能识别此节点标识；请检查其类型（i、s、g、b）",
  },
  BadNoCommunication: noReach,
  BadNotConnected: noReach,
  BadCommunicationError: noReach,
  BadWaitingForInitialData: { en: "the server has not heard from the instrument yet", zh: "服务器尚未收到仪表的数据" },
  BadSensorFailure: { en: "the sensor has failed; check sensor and cable", zh: "传感器故障；请检查传感器和电缆" },
  BadDeviceFailure: { en: "the instrument reports a failure; look at its display", zh: "仪表报告故障；请查看其显示屏" },
  BadConfigurationError: {
    en: "the server's own configuration of this value is wrong",
    zh: "服务器自身对此值的配置有误",
  },
  BadOutOfService: { en: "the value is switched off at the server", zh: "此值已在服务器上停用" },
  BadNotReadable: { en: "the value cannot be read; check the node", zh: "此值不可读；请检查节点" },
  BadNotWritable: {
    en: "the value cannot be written; check the node, or leave `write` out of the profile",
    zh: "此值不可写；请检查节点，或从配置档中去掉 `write`",
  },
  BadUserAccessDenied: {
    en: "this user may not; give the user the right at the server, or configure another",
    zh: "此用户无权；请在服务器上授权，或配置其他用户",
  },
  BadTypeMismatch: { en: "the server wants another data type", zh: "服务器要求其他数据类型" },
  BadOutOfRange: { en: "the server takes values of another range", zh: "服务器接受的数值范围不同" },
  BadWriteNotSupported: { en: "the server does not take this write", zh: "服务器不接受此写入" },
  BadTooManyOperations: { en: "the server takes fewer nodes at once", zh: "服务器一次接受的节点数更少" },
  BadTooManyMonitoredItems: {
    en: "the server watches no more values; this one is asked for instead",
    zh: "服务器不能再监视更多数值；此值改为轮询",
  },
  BadTooManySubscriptions: {
    en: "the server has no subscription left; values are asked for instead",
    zh: "服务器没有空余的订阅；数值改为轮询",
  },
  BadServiceUnsupported: {
    en: "the server cannot do this; values are asked for instead",
    zh: "服务器不支持此功能；数值改为轮询",
  },
};

export const sentences: readonly Sentence[] = [anyOther, ...Object.values(advices)];
