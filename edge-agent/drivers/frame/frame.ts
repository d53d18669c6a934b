import { decodeFrameField, hexBytes, shapeOf } from "@weir/device-profiles/binary-frame.ts";
import { placeOf } from "@weir/device-profiles/place.ts";
import type { FrameAddress, FrameProfile } from "@weir/device-profiles/schema.ts";
import { type Asker, createAsker } from "../asker.ts";
import { type Driver, type Instrument, type Line, LinkError, type Result, type Turn } from "../driver.ts";
import { frameReader } from "./codec.ts";

const noWriting = "instruments with frames of their own are only read; nothing was sent";

/** Instruments whose binary frames the profile describes, alone on a serial line or behind a serial server. */
export const frame: Driver<FrameProfile> = {
  open: (instrument, line) => {
    const { next, stats } = createFrameAsker(instrument, line);
    const missing = new Set<string>();
    let closed = false;

    /** A sound frame that ends before a value shows that this instrument does not send it. */
    function resultOf(bytes: Uint8Array, address: FrameAddress, at: number): Result {
      const raw = decodeFrameField(bytes, address);
      if (raw === undefined) missing.add(placeOf(address));
      else missing.delete(placeOf(address));
      return raw === undefined ? { error: "unsupported" } : { raw, at };
    }

    return {
      read: async (addresses, turn) => {
        if (closed) return addresses.map(() => ({ error: "closed" }));
        try {
          const bytes = await next(turn);
          const at = line.clock.now();
          return addresses.map((address) => resultOf(bytes, address, at));
        } catch (error) {
          if (!(error instanceof LinkError)) throw error;
          return addresses.map(() => ({ error: error.code }));
        }
      },
      write: async () => {
        throw new LinkError("refused", noWriting);
      },
      probe: async (_addresses, turn) => {
        await next(turn);
      },
      stats: () => ({ ...stats(), unsupported: [...missing] }),
      close: () => {
        closed = true;
      },
    };
  },
};

/** The instrument's frames: the answer to its request, asked for once more when spoilt, or the next one that it sends by itself. */
export function createFrameAsker(
  { timeoutMs, profile }: Instrument<FrameProfile>,
  line: Line,
): { next(turn: Turn): Promise<Uint8Array>; readonly stats: Asker["stats"] } {
  const shape = shapeOf(profile.answer);
  const request = profile.request === undefined ? undefined : hexBytes(profile.request);
  const asker = createAsker({ timeoutMs, gapMs: profile.gap, longestAnswer: shape.most }, line);
  const reader = frameReader({ shape, request, model: `${profile.vendor} ${profile.model}` });
  const exchange = { reader, ...(request && { frame: request }) };
  return {
    next: async (turn) => {
      try {
        return await asker.ask(exchange, turn);
      } catch (error) {
        const again = request && error instanceof LinkError && error.code === "crc" && !turn.signal.aborted;
        if (!again) throw error;
        return await asker.ask(exchange, turn);
      }
    },
    stats: asker.stats,
  };
}
