import { writeSync } from "node:fs";
import { systemClock } from "@weir/wire/clock.ts";
import { openOutbox } from "./open.ts";

/** For kill.test.ts: appends numbered records for ever, packs them soon, and prints each offset once its append has resolved. */
const [file, from] = process.argv.slice(2) as [string, string];
const outbox = await openOutbox({
  file,
  clock: systemClock,
  random: Math.random,
  groupMs: 2,
  packAfterMs: 5,
  blockBytes: 2 ** 13,
});
/** Does not return before the reader can have it: process.stdout keeps what a slow reader does not take, and that dies with the process. */
const say = (line: string) => writeSync(1, `${line}\n`);
let n = Number(from);
let last = 0;
for (;;) {
  const batch = Array.from({ length: 20 }, () => {
    const id = n++;
    const body = new TextEncoder().encode(`record ${id} `.repeat(1 + (id % 40)));
    return outbox.append({ device: "d", body, samples: 1 }).then((offset) => {
      say(`${outbox.epoch} ${offset} ${id}`);
      last = offset;
    });
  });
  await Promise.all(batch);
  const range = [last - 7, last - 5] as const;
  say(`confirming ${range.join(" ")}`);
  await outbox.confirm([range]);
  say(`confirmed ${range.join(" ")}`);
}
