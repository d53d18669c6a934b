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
let n = Number(from);
let last = 0;
for (;;) {
  const batch = Array.from({ length: 20 }, () => {
    const id = n++;
    const body = new TextEncoder().encode(`record ${id} `.repeat(1 + (id % 40)));
    return outbox.append({ device: "d", body, samples: 1 }).then((offset) => {
      process.stdout.write(`${outbox.epoch} ${offset} ${id}\n`);
      last = offset;
    });
  });
  await Promise.all(batch);
  const range = [last - 7, last - 5] as const;
  process.stdout.write(`confirming ${range.join(" ")}\n`);
  await outbox.confirm([range]);
  process.stdout.write(`confirmed ${range.join(" ")}\n`);
}
