import type { FirmataAddress } from "@weir/device-profiles/schema.ts";
import { say } from "@weir/wire/sentences.ts";
import { LinkError, type Result } from "../driver.ts";
import type { AskWait, FirmataBoard } from "./board.ts";
import { texts } from "./fault.ts";
import type { Heard } from "./pins.ts";

type AnalogAddress = Extract<FirmataAddress, { analog: number }>;
type DigitalAddress = Extract<FirmataAddress, { digital: number }>;

/** An effective value of fewer reports says nothing. */
const leastReports = 8;

/** The mean or effective value of the reports of a while; waits until there are enough of them. Rejects with a LinkError. */
export async function reduce(
  board: FirmataBoard,
  { analog, take, over }: AnalogAddress,
  samplingMs: number,
  { timeoutMs, signal }: AskWait,
): Promise<Heard> {
  const enough = Math.max(leastReports, Math.floor((0.9 * over) / samplingMs));
  const recent = () => board.history.analogSince(analog, board.clock.monotonic() - over);
  const at = await board.ask(
    new Uint8Array(),
    (message, at) =>
      message.kind === "analog" && message.channel === analog && recent().length >= enough ? at : undefined,
    { timeoutMs: timeoutMs + over, signal },
  );
  if (at === undefined)
    throw new LinkError(
      "timeout",
      `${board.place}: ${say(texts.fewReports, { analog, count: recent().length, over, enough, take: take! })}`,
    );
  const values = recent();
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (take !== "rms") return { raw: mean, at };
  return { raw: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length), at };
}

/** Levels that stood long enough, the newest as the result, those since the last read before it. One a connection. */
export function createLevels() {
  const told = new Map<number, number>();

  /** Waits for the pin to stand still, at most as long as `wait` says. */
  async function settle(board: FirmataBoard, { digital, steady }: DigitalAddress, wait: AskWait): Promise<Result> {
    const { clock } = board;
    const until = clock.monotonic() + wait.timeoutMs;
    for (;;) {
      const changes = board.history.changesOf(digital, 0);
      const last = changes.at(-1);
      const rest = last === undefined ? 0 : steady - (clock.monotonic() - last.monotonic);
      if (last && rest <= 0) return since(digital, steady, changes);
      if (clock.monotonic() >= until) return { error: "timeout" };
      await board.ask(new Uint8Array(), () => undefined, {
        ...wait,
        timeoutMs: Math.max(1, Math.min(rest, until - clock.monotonic())),
      });
    }
  }

  function since(pin: number, steady: number, changes: ReturnType<FirmataBoard["history"]["changesOf"]>): Result {
    const known = told.get(pin);
    const last = changes.at(-1)!;
    told.set(pin, last.number);
    const stood = changes.filter(
      (change, i) => i === changes.length - 1 || changes[i + 1]!.monotonic - change.monotonic >= steady,
    );
    const earlier = stood.filter(({ number }) => known !== undefined && number > known && number < last.number);
    const { raw, at } = last;
    return earlier.length === 0 ? { raw, at } : { raw, at, earlier: earlier.map(({ raw, at }) => ({ raw, at })) };
  }

  return { settle };
}
