import { LinkError, type Reader } from "@weir/edge-agent/drivers/driver.ts";
import type { Budget } from "./fuzz-budget.ts";
import { createRandom } from "./random.ts";

export type Codec = {
  readonly name: string;
  readonly reader: Reader<unknown>;
  readonly seeds: readonly Uint8Array[];
  /** Bytes that mean something to the codec. */
  readonly telling: readonly number[];
  /** Judged anew: may this have been found in these bytes, of which the last is its last? */
  readonly holds: (bytes: Uint8Array, found: unknown) => boolean;
  /** Makes a mutated answer's check fit again, so that what lies behind it is tried too. */
  readonly reseal?: (bytes: number[], random: () => number) => void;
  /** The bytes as an example of a profile: may throw a RangeError. */
  readonly asExample?: (bytes: Uint8Array) => void;
  /** LinkErrorCodes that an instrument may say no with, or that a reader may find. */
  readonly refusals: RegExp;
  /** What a flood consists of. */
  readonly flood: readonly number[];
};

/** Random and mutated bytes against a codec, until so many or so long. A failure is printed with its bytes and ends the process with 1. */
export function fuzz(codec: Codec, { seed, most, budgetMs }: Budget) {
  const { name, reader, seeds, telling, holds, reseal, refusals } = codec;
  const random = createRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const byte = () => (random() < 0.4 ? telling[below(telling.length)]! : below(256));
  const counts = { frames: 0, values: 0, refusals: 0, nothing: 0 };

  function mutated(): Uint8Array {
    const bytes = [...seeds[below(seeds.length)]!];
    if (random() < 0.3) bytes.push(...seeds[below(seeds.length)]!);
    for (let changes = below(4); changes > 0; changes--) {
      const at = below(bytes.length + 1);
      const what = below(4);
      if (what === 0) bytes[Math.min(at, bytes.length - 1)] = byte();
      else if (what === 1) bytes.splice(at, 1 + below(4));
      else if (what === 2) bytes.splice(at, 0, ...Array.from({ length: 1 + below(6) }, byte));
      else bytes.length = Math.max(1, at);
    }
    if (random() < 0.25) reseal?.(bytes, random);
    return Uint8Array.from(bytes);
  }

  function fail(bytes: Uint8Array, why: string): never {
    console.error(`${name}, seed ${seed}, frame ${counts.frames}: ${why}\n${Buffer.from(bytes).toString("hex")}`);
    process.exit(1);
  }

  const startedAt = performance.now();
  const until = startedAt + budgetMs;
  while (counts.frames < most && (counts.frames % 4096 !== 0 || performance.now() < until)) {
    const bytes = random() < 0.25 ? Uint8Array.from({ length: below(80) }, byte) : mutated();
    counts.frames++;
    try {
      const found = reader.find(bytes);
      if (!found) {
        counts.nothing++;
        if (!(reader.fault(bytes) instanceof LinkError)) fail(bytes, "no LinkError says what is wrong");
        reader.spoilt?.(bytes);
      } else {
        counts.values++;
        if (!holds(bytes.subarray(0, found.end), found.value))
          fail(bytes, `${JSON.stringify(found.value)} is in no sound answer`);
      }
    } catch (error) {
      if (!(error instanceof LinkError && refusals.test(error.code))) fail(bytes, `throws ${error}`);
      counts.refusals++;
    }
    if (counts.frames % 64 === 0) tryAsExample(bytes);
  }

  function tryAsExample(bytes: Uint8Array): void {
    try {
      codec.asExample?.(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) fail(bytes, `as an example it throws ${error}`);
    }
  }

  const seconds = (performance.now() - startedAt) / 1000;
  return { name, ...counts, "frames/s": Math.round(counts.frames / seconds), s: Number(seconds.toFixed(1)) };
}

/** The worst that a line can do to a search: 16 KiB of starts, of which none leads anywhere, looked at as they come in. */
export function flood({ name, reader, flood }: Codec) {
  const bytes = Uint8Array.from({ length: 16_384 }, (_, i) => flood[i % flood.length]!);
  const startedAt = performance.now();
  for (let length = 1; length <= bytes.length; length += 16) reader.find(bytes.subarray(0, length));
  const looks = performance.now() - startedAt;
  reader.fault(bytes);
  return {
    name,
    "1024 looks, ms": Math.round(looks),
    "diagnosis, ms": Math.round(performance.now() - startedAt - looks),
  };
}

/** Every codec in turn, then a flood for each; prints both tables. */
export function fuzzAll(codecs: readonly Codec[], budget: Budget): void {
  console.log(`seed ${budget.seed}`);
  console.table(codecs.map((codec) => fuzz(codec, budget)));
  console.log("16 KiB of starts");
  console.table(codecs.map(flood));
}
