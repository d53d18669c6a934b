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
  return `${place}: ${status}; ${advices[status] ?? "see the server's documentation of this status"}`;
}

const noReach = "the server does not reach the instrument; check its own link to it";
const advices: Readonly<Record<string, string>> = {
  BadNodeIdUnknown: "the server has no such node; check the profile and the device's address",
  BadNodeIdInvalid: "the server cannot read this node id; check its kind (i, s, g, b)",
  BadNoCommunication: noReach,
  BadNotConnected: noReach,
  BadCommunicationError: noReach,
  BadWaitingForInitialData: "the server has not heard from the instrument yet",
  BadSensorFailure: "the sensor has failed; check sensor and cable",
  BadDeviceFailure: "the instrument reports a failure; look at its display",
  BadConfigurationError: "the server's own configuration of this value is wrong",
  BadOutOfService: "the value is switched off at the server",
  BadNotReadable: "the value cannot be read; check the node",
  BadNotWritable: "the value cannot be written; check the node, or leave `write` out of the profile",
  BadUserAccessDenied: "this user may not; give the user the right at the server, or configure another",
  BadTypeMismatch: "the server wants another data type",
  BadOutOfRange: "the server takes values of another range",
  BadWriteNotSupported: "the server does not take this write",
  BadTooManyOperations: "the server takes fewer nodes at once",
  BadTooManyMonitoredItems: "the server watches no more values; this one is asked for instead",
  BadTooManySubscriptions: "the server has no subscription left; values are asked for instead",
  BadServiceUnsupported: "the server cannot do this; values are asked for instead",
};
