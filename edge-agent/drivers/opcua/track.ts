import { rawOf, severityOf } from "@weir/device-profiles/opcua-values.ts";
import type { LinkErrorCode, Result, Told } from "../driver.ts";
import type { ServerValue } from "./session.ts";
import { stampOf } from "./stamp.ts";

/** What has been told of one point and not yet been handed on. */
export type Track = {
  /** A value that the server told or answered, and when it arrived (epoch ms). */
  put(value: ServerValue, arrivedAt: number): void;
  /**
   * The point as it is, with what it was since the last call. Undefined when nothing is known in this session. A value that has
   * been the same for `steadyMs` is stamped with the last proof that it still holds; a younger one, told again, keeps its time.
   */
  take(proof?: { readonly at: number; readonly steadyMs: number }): Result | undefined;
  /** What is known is so now (epoch ms): it was the answer to a question. */
  prove(at: number): void;
  /** What is known in this session: the last status, and the raw number where it is good or uncertain. */
  status(): string | undefined;
  raw(): number | undefined;
  /** The session has gone: what was told waits, what is now has to be asked anew. */
  forget(): void;
};

/** A point that tells a thousand values between two reads is sampled too fast for its period; the oldest go. */
const mostTold = 1000;

/** onDrop: a value was told faster than it was taken, or the server had to drop it. */
export function createTrack(element: number | undefined, onDrop: () => void): Track {
  let told: Told[] = [];
  let status = "";
  let raw: number | undefined;
  let sourceAt: number | undefined;
  let at = Number.NEGATIVE_INFINITY;
  let changedAt = at;
  let isKnown = false;

  function put(value: ServerValue, arrivedAt: number): void {
    const severity = severityOf(value.status);
    const now = severity === "bad" ? undefined : rawOf(value, element);
    if (value.isAfterLoss) onDrop();
    const isSame = isKnown && value.status === status && Object.is(now, raw) && value.sourceAt === sourceAt;
    if (isSame) return;
    at = at === Number.NEGATIVE_INFINITY ? arrivedAt : stampOf(value, at, arrivedAt);
    changedAt = arrivedAt;
    status = value.status;
    sourceAt = value.sourceAt;
    raw = now;
    isKnown = true;
    if (now === undefined) return;
    if (told.length === mostTold) {
      told.shift();
      onDrop();
    }
    told.push(severity === "uncertain" ? { raw: now, at, quality: "uncertain" } : { raw: now, at });
  }

  function take(proof?: { readonly at: number; readonly steadyMs: number }): Result | undefined {
    if (!isKnown) return undefined;
    if (raw === undefined) return { error: severityOf(status) === "bad" ? (status as LinkErrorCode) : "mismatch" };
    const last = told.pop();
    if (last) {
      if (told.length === 0) return last;
      const earlier = told;
      told = [];
      return { ...last, earlier };
    }
    if (proof !== undefined && proof.at - changedAt >= proof.steadyMs) at = Math.max(at, proof.at);
    return severityOf(status) === "uncertain" ? { raw, at, quality: "uncertain" } : { raw, at };
  }

  return {
    put,
    take,
    prove: (now) => {
      if (told.length === 0) at = Math.max(at, now);
    },
    status: () => (isKnown ? status : undefined),
    raw: () => (isKnown ? raw : undefined),
    forget: () => {
      isKnown = false;
    },
  };
}
