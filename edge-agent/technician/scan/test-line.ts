import type { Profile } from "@weir/device-profiles/schema.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { discoverers } from "../../drivers/discoverers.ts";
import type { LineSettings } from "../../drivers/driver.ts";
import { createTestLink, serial9600 } from "../../drivers/test-link.ts";
import type { ScanEvent, ScanResult } from "./found.ts";
import { type LineTransport, planScan, type Space } from "./plan.ts";
import { scanLine } from "./run.ts";

/** For tests: an instrument on a line, at its own settings. */
export type Hanging = {
  readonly settings: LineSettings;
  readonly answer: (bytes: Uint8Array) => Uint8Array | undefined;
  readonly delayMs?: number;
};

/** For tests: a whole scan of a line on a virtual clock. Answers that meet on the line spoil each other. */
export async function scanTestLine(
  hanging: readonly Hanging[],
  space: Partial<Space> = {},
  { profiles = [], stopAfterMs, talk }: { profiles?: readonly Profile[]; stopAfterMs?: number; talk?: Uint8Array } = {},
): Promise<{ result: ScanResult; events: readonly ScanEvent[]; sent: readonly Uint8Array[]; at: LineSettings[] }> {
  const clock = virtualClock(1_000_000);
  const stop = new AbortController();
  const sent: Uint8Array[] = [];
  const at: LineSettings[] = [];
  let current = serial9600 as LineSettings;
  const never = new AbortController().signal;
  const link = createTestLink(clock, (bytes) => {
    sent.push(bytes);
    at.push(current);
    const answers = hanging
      .filter(({ settings }) => isSame(settings, current))
      .flatMap(({ answer, delayMs = 30 }) => {
        const reply = answer(bytes);
        return reply ? [{ reply, delayMs }] : [];
      });
    for (const [delayMs, together] of Map.groupBy(answers, (answer) => answer.delayMs))
      void clock.sleep(delayMs, never).then(() => link.push(merged(together.map(({ reply }) => reply))));
  });
  if (talk)
    void (async () => {
      for (;;) {
        await clock.sleep(250, never);
        link.push(talk);
      }
    })();
  const events: ScanEvent[] = [];
  const whole: Space = { kind: "serial", protocols: discoverers, all: false, ...space };
  let result: ScanResult | undefined;
  void scanLine({
    passes: planScan(whole),
    discoveries: whole.protocols,
    profiles,
    link: {
      ...link,
      set: async (settings) => {
        current = settings;
      },
    },
    transport: serial9600 as LineTransport,
    timeoutMs: 200,
    clock,
    signal: stop.signal,
    report: (event) => events.push(event),
  }).then((found) => {
    result = found;
  });
  for (let passed = 0; passed < 3_600_000 && !result; passed += 1000) {
    if (stopAfterMs !== undefined && passed >= stopAfterMs) stop.abort();
    await clock.advance(1000);
  }
  return { result: result!, events, sent, at };
}

/** Two drivers on one pair: a bit is low where one of them pulls it low. */
function merged(replies: readonly Uint8Array[]): Uint8Array {
  const length = Math.max(...replies.map((reply) => reply.length));
  return Uint8Array.from({ length }, (_, i) => replies.reduce((all, reply) => all & (reply[i] ?? 0xff), 0xff));
}

function isSame(a: LineSettings, b: LineSettings): boolean {
  return a.baud === b.baud && a.parity === b.parity && a.dataBits === b.dataBits;
}
