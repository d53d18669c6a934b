import { hexBytes, shapeOf } from "@weir/device-profiles/binary-frame.ts";
import type { FrameProfile } from "@weir/device-profiles/schema.ts";
import { type OwnWay, settingsOfLink } from "../discover.ts";
import { frameReader } from "./codec.ts";

/** How an instrument with frames of its own is asked; undefined for one that speaks by itself. */
export function frameWay({ id, model, link, timeout, request, answer }: FrameProfile): OwnWay | undefined {
  if (request === undefined) return undefined;
  const shape = shapeOf(answer);
  const frame = hexBytes(request);
  const { find } = frameReader({ shape, request: frame, model });
  const settings = settingsOfLink(link);
  const isAnswer = (bytes: Uint8Array) => find(bytes) !== undefined;
  return { id, model, request: frame, settings, timeoutMs: timeout, longestAnswer: shape.most, isAnswer };
}
