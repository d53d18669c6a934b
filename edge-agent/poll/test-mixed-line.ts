import { type VirtualClock, virtualClock } from "@weir/wire/clock.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { type LineSettings, lineSettings, type Transport } from "../drivers/driver.ts";
import { createTestLink, serial9600, type TestLink } from "../drivers/test-link.ts";
import { type DeviceConfig, type PollEvent, type Polling, startPolling } from "./poll.ts";

/** For tests: an instrument on a line, and what it answers to bytes that it hears at its own settings. */
export type MixedInstrument = Omit<DeviceConfig, "bus"> & {
  readonly answer: (bytes: Uint8Array) => Uint8Array | undefined;
};

/** What becomes of a reply on its way: itself, something else, or nothing. */
export type Spoil = (reply: Buffer, from: string, link: TestLink) => Buffer | undefined;

export type MixedLine = {
  readonly clock: VirtualClock;
  readonly polling: Polling;
  readonly events: PollEvent[];
  /** Requests that went out at other settings than those of the instrument they reached, or two at a time. */
  readonly wrong: string[];
  /** The last value of each metric. */
  latest(id: string): Readonly<Record<string, number | null>>;
  /** Every value that was ever emitted. */
  all(id: string): Readonly<Record<string, ReadonlySet<number | null>>>;
  pass(ms: number): Promise<void>;
};

/** Instruments of several protocols on one pair, polled on a virtual clock; each takes 30 ms to answer. */
export function createMixedLine(
  transport: Transport,
  instruments: readonly MixedInstrument[],
  spoil: Spoil = (reply) => reply,
): MixedLine {
  const clock = virtualClock(1_700_000_000_000);
  const forever = new AbortController().signal;
  const emitted: { device: string; samples: readonly Sample[] }[] = [];
  const events: PollEvent[] = [];
  const wrong: string[] = [];
  const usual = serial9600 as Transport & LineSettings;
  let settings: LineSettings = usual;
  let pending = 0;
  const polling = startPolling({
    buses: [{ name: "line", transport, connectTimeoutMs: 1000 }],
    devices: instruments.map(({ answer: _, ...device }) => ({ ...device, bus: "line" })),
    clock,
    random: () => 0,
    signal: forever,
    emit: async (device, _, samples) => void emitted.push({ device, samples }),
    report: (event) => events.push(event),
    openLink: async () => {
      const link = createTestLink(clock, (bytes) => {
        if (pending > 0) wrong.push("two requests at a time");
        for (const { id, line, answer } of instruments) {
          const reply = answer(bytes);
          if (!reply) continue;
          const { baud, parity, dataBits } = { ...usual, ...line };
          if (
            lineSettings(transport) &&
            [settings.baud, settings.parity, settings.dataBits].join() !== [baud, parity, dataBits].join()
          )
            wrong.push(`${id} was asked at ${settings.baud} ${settings.parity}`);
          pending++;
          void clock.sleep(30, forever).then(() => {
            pending--;
            const spoilt = spoil(Buffer.from(reply), id, link);
            if (spoilt) link.push(spoilt);
          });
          return;
        }
      });
      if (!lineSettings(transport)) return link;
      return {
        ...link,
        set: async (wanted: LineSettings) => {
          settings = wanted;
        },
      };
    },
  });
  const samplesOf = (id: string) => emitted.filter(({ device }) => device === id).flatMap(({ samples }) => samples);
  return {
    ...{ clock, polling, events, wrong },
    latest: (id) => Object.fromEntries(samplesOf(id).map(({ metric, value }) => [metric, value as number | null])),
    all: (id) => {
      const values = Map.groupBy(samplesOf(id), ({ metric }) => metric);
      return Object.fromEntries(
        [...values].map(([metric, samples]) => [metric, new Set(samples.map(({ value }) => value as number | null))]),
      );
    },
    pass: async (ms) => {
      for (let i = 0; i < ms / 50; i++) await clock.advance(50);
    },
  };
}
