import { rawOf, severityOf } from "@weir/device-profiles/opcua-values.ts";
import type { LinkErrorCode, Result, Told } from "../driver.ts";
import type { ServerValue } from "./session.ts";
import { stampOf } from "./stamp.ts";

/** What has been told of one point and not yet been handed on. */
export type Track = {
  /** A value that the server told or answered, and when it arrived (epoch ms). */
  put(value: ServerValue, arrivedAt: number): void;
  /**
   * The point as it is, with what it was since the last call. Unchanged, it is stamped with the last proof that it still holds.
   * Undefined when nothing is known in this session.
   */
  take(provenAt: number | undefined): Result | undefined;
  /** What is known in this session: the last status, and the raw number where it is good or uncertain. */
  status(): string | undefined;
  raw(): number | undefined;
  /** The session has gone: what was told waits, what is now has to be asked anew. */
  forget(): void;
  /** Values that were told faster than they were taken, or that the server had to drop. */
  dropped(): number;
};

/** A point that tells a thousand values between two reads is sampled too fast for its period; the oldest go. */
const mostTold = 1000;

export function createTrack(element: number | undefined): Track {
  let told: Told[] = [];
  let status = "";
  let raw: number | undefined;
  let sourceAt: number | undefined;
  let at = Number.NEGATIVE_INFINITY;
  let isKnown = false;
  let dropped = 0;

  function put(value: ServerValue, arrivedAt: number): void {
    const severity = severityOf(value.status);
    const now = severity === "bad" ? undefined : rawOf(value, element);
    if (value.isAfterLoss) dropped++;
    const isSame = isKnown && value.status === status && Object.is(now, raw) && value.sourceAt === sourceAt;
    at = isSame || at === Number.NEGATIVE_INFINITY ? arrivedAt : stampOf(value, at, arrivedAt);
    ({ status, sourceAt } = value);
    raw = now;
    isKnown = true;
    if (isSame || now === undefined) return;
    if (told.length === mostTold) {
      told.shift();
      dropped++;
    }
    told.push(severity === "uncertain" ? { raw: now, at, quality: "uncertain" } : { raw: now, at });
  }

  function take(provenAt: number | undefined): Result | undefined {
    if (!isKnown) return undefined;
    if (raw === undefined) return { error: severityOf(status) === "bad" ? (status as LinkErrorCode) : "mismatch" };
    if (provenAt !== undefined) at = Math.max(at, provenAt);
    const last = told.pop();
    const earlier = told;
    if (last) told = [];
    const now: Told = last ?? { raw, at, ...(severityOf(status) === "uncertain" && { quality: "uncertain" }) };
    return earlier.length === 0 ? now : { ...now, earlier };
  }

  return {
    put,
    take,
    status: () => (isKnown ? status : undefined),
    raw: () => (isKnown ? raw : undefined),
    forget: () => {
      isKnown = false;
    },
    dropped: () => dropped,
  };
}
