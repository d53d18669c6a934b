import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { encodeRecord, openRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { afterAll, expect, test } from "vitest";
import type { ClockBase } from "./dating.ts";
import { rememberClock } from "./known-clocks.ts";
import { openOutbox } from "./open.ts";
import type { Outbox } from "./outbox.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-known-clocks-"));
afterAll(() => rmSync(folder, { recursive: true }));
let names = 0;
const newFile = () => join(folder, `${names++}.db`);

/** An outbox whose records are dated by a clock that began at 0 with the boot `a`. */
async function opened(file: string) {
  const clock = virtualClock();
  const outbox = await openOutbox({ file, clock, random: Math.random });
  const after = async <T>(work: Promise<T>): Promise<T> => {
    await clock.advance(100);
    return work;
  };
  return {
    outbox,
    append: (at: number) => {
      const body = encodeRecord([{ metric: "ph", at, value: 7, quality: "good" }], { kind: "sonde" });
      return after(outbox.append({ device: "d", body, samples: 1, clock: { boot: "a", ms: 0 } }));
    },
    date: (known: ClockBase | undefined) => after(outbox.date(known)),
    close: () => after(outbox.close()),
  };
}

const timesIn = (outbox: Outbox) =>
  outbox.read({ from: 0, before: 1000 }, 1e9).map(({ body }) => {
    const payload = decodePayload(body);
    if ("error" in payload) throw new Error(payload.error);
    const { at, quality } = openRecord(payload).samples[0]!;
    return [at, quality];
  });

test("a record that is dated once more, since the disk has forgotten that it was, gets the same time", async () => {
  const file = newFile();
  const first = await opened(file);
  await first.append(0);
  await first.close();
  cpSync(file, `${file}.forgetful`);
  const second = await opened(file);
  await second.date({ boot: "a", ms: 5_000_000 });
  expect(timesIn(second.outbox)).toEqual([[5_000_000, "good"]]);
  await second.close();
  cpSync(`${file}.forgetful`, file);
  const third = await opened(file);
  await third.date({ boot: "a", ms: 5_000_001.4 });
  expect(timesIn(third.outbox)).toEqual([[5_000_000, "good"]]);
  await third.close();
});

test("a record that had not been dated when the machine booted is dated by what was known of its boot's clock", async () => {
  const file = newFile();
  const first = await opened(file);
  await first.date({ boot: "a", ms: 5_000_000 });
  await first.close();
  const second = await opened(file);
  await second.append(0);
  await second.date({ boot: "b", ms: 9_000_000 });
  expect(timesIn(second.outbox)).toEqual([[5_000_000, "good"]]);
  await second.close();
  const third = await opened(file);
  await third.append(50);
  await third.date(undefined);
  expect(timesIn(third.outbox)).toEqual([
    [5_000_000, "good"],
    [5_000_050, "good"],
  ]);
  await third.close();
});

test("a clock that was set meanwhile takes the place of what was known of its boot, and the newest eight boots are kept", () => {
  const file = newFile();
  rememberClock(file, { boot: "a", ms: 1000 });
  expect(rememberClock(file, { boot: "a", ms: 1999 })).toEqual([{ boot: "a", ms: 1000 }]);
  expect(rememberClock(file, { boot: "a", ms: 61_000 })).toEqual([{ boot: "a", ms: 61_000 }]);
  for (let n = 0; n < 8; n++) rememberClock(file, { boot: `b${n}`, ms: n });
  expect(rememberClock(file, undefined).map(({ boot }) => boot)).toEqual("01234567".split("").map((n) => `b${n}`));
});

test.each(["", "a 1000\n", "a 1000 7\n", "\0\0\n", "a b 3\nno\n"])(
  "a file that holds %j is one that holds nothing",
  (text) => {
    const file = newFile();
    writeFileSync(`${file}.clocks`, text);
    expect(rememberClock(file, undefined)).toEqual([]);
    expect(rememberClock(file, { boot: "c", ms: 0.5 })).toEqual([{ boot: "c", ms: 0.5 }]);
    expect(rememberClock(file, undefined)).toEqual([{ boot: "c", ms: 0.5 }]);
  },
);
