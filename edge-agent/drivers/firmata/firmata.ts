import { placeOf } from "@weir/device-profiles/place.ts";
import type { FirmataAddress, FirmataProfile } from "@weir/device-profiles/schema.ts";
import { say } from "@weir/wire/sentences.ts";
import {
  type Connection,
  type Driver,
  type Instrument,
  type Line,
  LinkError,
  type LinkErrorCode,
  type Result,
  type Turn,
} from "../driver.ts";
import type { FirmataBoard } from "./board.ts";
import { type ChipAddress, createChips } from "./chips.ts";
import { modes } from "./encode.ts";
import { codeOf, firmwareFault, resolutionFault, silent, texts } from "./fault.ts";
import { createLevels, reduce } from "./inputs.ts";
import { createPins, needOf, writePin } from "./pins.ts";

const delayWeight = 0.2;
const firstDelayMs = 100;

const isChip = (at: FirmataAddress): at is ChipAddress => "i2c" in at || "one_wire" in at;

/** Boards that run a Firmata sketch, over USB or TCP. */
export const firmata: Driver<FirmataProfile, FirmataBoard> = {
  open: (instrument, line) => connect(instrument, line),
};

function connect(
  { profile, timeoutMs }: Instrument<FirmataProfile>,
  line: Line<FirmataBoard>,
): Connection<FirmataAddress> {
  const { clock } = line;
  const missing = new Map<string, LinkErrorCode>();
  const counts = { requests: 0, replies: 0 };
  let lastReplyAt: number | undefined;
  let replyDelayMs = firstDelayMs;
  let lastError: string | undefined;
  let closed = false;
  const fail = (_: LinkErrorCode, why: string) => {
    lastError = why;
  };
  const chips = createChips({ profile, timeoutMs, line, fail });
  const pins = createPins({ profile, startI2c: chips.start, fail });
  const levels = createLevels();

  function check(board: FirmataBoard): void {
    const fault = firmwareFault(board, profile.firmware);
    if (fault) throw fault;
    board.sample(profile.sampling);
  }

  /** What the board has pins for; the rest is remembered as missing, for as long as this board is there. */
  function usable(board: FirmataBoard, addresses: readonly FirmataAddress[]): readonly FirmataAddress[] {
    return addresses.filter((at) => {
      const need = needOf(board, at);
      if (!need) {
        missing.set(placeOf(at), "unsupported");
        lastError = `${board.place}: ${say(texts.noPlace, { sketch: board.firmware.name, place: placeOf(at) })}`;
        return false;
      }
      missing.delete(placeOf(at));
      const bits = board.pins[need.pin]!.get(modes.analog);
      const fault = "analog" in at && bits !== undefined ? resolutionFault(board, bits, profile.adc_bits) : undefined;
      if (fault) throw fault;
      return true;
    });
  }

  async function readPins(board: FirmataBoard, addresses: readonly FirmataAddress[], signal: AbortSignal) {
    const wait = { timeoutMs, signal };
    check(board);
    const own = usable(board, addresses);
    const results = new Map<FirmataAddress, Result>();
    const startedAt = clock.monotonic();
    counts.requests++;
    const heard = own.length === 0 ? new Map<FirmataAddress, Result>() : await pins.read(board, own, wait);
    if (!heard) throw silent(board);
    if (own.length > 0) replied(clock.monotonic() - startedAt);
    for (const at of own) {
      const found = heard.get(at);
      if (found) results.set(at, await refine(board, at, found, wait));
    }
    return { results, chips: own.filter(isChip) };
  }

  async function refine(
    board: FirmataBoard,
    at: FirmataAddress,
    heard: Result,
    wait: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Result> {
    if ("digital" in at) return levels.settle(board, at, wait);
    if (!("analog" in at) || at.take === "last") return heard;
    return reduce(board, at, profile.sampling, wait).catch((error) => {
      const code = codeOf(error);
      if (code === "closed") throw error;
      fail(code, error.message);
      return { error: code };
    });
  }

  function replied(delayMs: number): void {
    counts.replies++;
    lastReplyAt = clock.now();
    replyDelayMs += delayWeight * (delayMs - replyDelayMs);
  }

  async function read(addresses: readonly FirmataAddress[], turn: Turn): Promise<readonly Result[]> {
    if (closed) return addresses.map(() => ({ error: "closed" }));
    try {
      const first = await line.exchange(turn, (board) => readPins(board, addresses, turn.signal));
      const rest: ReadonlyMap<FirmataAddress, Result> =
        first.chips.length === 0 ? new Map<FirmataAddress, Result>() : await chips.read(first.chips, turn);
      if ([...rest.values()].some((result) => "raw" in result)) replied(replyDelayMs);
      return addresses.map(
        (at) => rest.get(at) ?? first.results.get(at) ?? { error: missing.get(placeOf(at)) ?? "timeout" },
      );
    } catch (error) {
      const code = codeOf(error);
      fail(code, (error as Error).message);
      return addresses.map(() => ({ error: code }));
    }
  }

  return {
    read,
    write: async ({ address, raw }, turn) => {
      if (closed) throw new LinkError("closed", "the connection has been closed");
      if (!("output" in address || "pwm" in address))
        throw new LinkError("refused", `${placeOf(address)} is an input; nothing was sent`);
      await line.exchange(turn, async (board) => {
        const wait = { timeoutMs, signal: turn.signal };
        check(board);
        counts.requests++;
        if (!needOf(board, address))
          throw new LinkError(
            "refused",
            `${board.place}: ${board.firmware.name} has no ${placeOf(address)}; nothing was sent`,
          );
        const heard = await pins.read(board, [address], wait);
        if (!heard?.has(address)) throw new LinkError("refused", lastError ?? silent(board).message);
        await writePin(board, address, raw, wait);
        replied(replyDelayMs);
      });
    },
    probe: async (_, turn) => {
      await line.exchange(turn, async (board) => {
        counts.requests++;
        if (!(await board.isThere({ timeoutMs, signal: turn.signal }))) throw silent(board);
        replied(replyDelayMs);
      });
    },
    stats: () => ({ ...counts, lastReplyAt, replyDelayMs, unsupported: [...missing.keys()], lastError }),
    close: () => {
      closed = true;
      pins.release();
    },
  };
}
