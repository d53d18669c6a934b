/**
 * Random and mutated bytes against the decoder of Firmata: nothing may be thrown, nothing may pile up, however the bytes are cut
 * into pieces the messages are the same, and none comes out that does not stand whole among the bytes. What stands there is
 * judged here, apart from the decoder. A failure prints its bytes and seed, and ends the run with 1.
 * usage: node bench/fuzz-firmata.ts [--seconds 15] [--frames 10000000] [--seed n]
 */
import { createFirmataDecoder, type FirmataMessage } from "@weir/device-profiles/firmata.ts";
import { readBudget } from "./fuzz-budget.ts";
import { createRandom } from "./random.ts";

const { seed, most, budgetMs } = readBudget();
const random = createRandom(seed);
const below = (count: number) => Math.floor(random() * count);

const hex = (pairs: string) => [...Buffer.from(pairs.replaceAll(" ", ""), "hex")];
/** As StandardFirmata 2.4 sends them. */
const seeds: readonly (readonly number[])[] = [
  hex("F9 02 04"),
  hex("F0 79 02 04 53 00 74 00 61 00 6E 00 2E 00 69 00 6E 00 6F 00 F7"),
  hex("F0 6C 7F 7F 00 01 01 01 04 0E 7F 00 01 01 01 03 08 04 0E 7F 00 01 01 01 02 0A 04 0E 06 01 7F F7"),
  hex("F0 6A 7F 7F 7F 00 01 02 F7"),
  hex("90 00 01"),
  hex("E0 00 04"),
  hex("F0 6E 09 03 48 01 F7"),
  hex("F0 71 49 00 32 00 43 00 3A 00 F7"),
  hex("F0 77 18 00 05 00 41 01 10 01 F7"),
  hex("F0 73 43 02 00 01 10 05 3C 7F 00 F7"),
];
const telling = [0xf0, 0xf7, 0xf9, 0x90, 0xe0, 0x6c, 0x6e, 0x71, 0x73, 0x77, 0x79, 0x7f, 0x00];
const byte = () => (random() < 0.35 ? telling[below(telling.length)]! : below(256));

function mutated(): number[] {
  const bytes = Array.from({ length: 1 + below(3) }, () => seeds[below(seeds.length)]!).flat();
  for (let changes = below(4); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const what = below(3);
    if (what === 0) bytes[Math.min(at, bytes.length - 1)] = byte();
    else if (what === 1) bytes.splice(at, 1 + below(4));
    else bytes.splice(at, 0, ...Array.from({ length: 1 + below(6) }, byte));
  }
  return bytes;
}

const pairs = (bytes: Iterable<number>) => [...bytes].flatMap((value) => [value & 0x7f, value >> 7]);
const begins = (message: FirmataMessage): readonly (readonly number[])[] => {
  switch (message.kind) {
    case "analog":
      return [[0xe0 | message.channel, message.value & 0x7f, message.value >> 7]];
    case "digital":
      return [[0x90 | message.port, message.levels & 0x7f, message.levels >> 7]];
    case "version":
      return [[0xf9, message.major, message.minor]];
    case "i2c":
      return [[0xf0, 0x77, ...pairs([message.address, message.register, ...message.data]), 0xf7]];
    case "pin": {
      const septets = [0, 1, 2, 3].map((i) => Math.floor(message.state / 2 ** (7 * i)) & 0x7f);
      return [1, 2, 3, 4].map((length) => [0xf0, 0x6e, message.pin, message.mode, ...septets.slice(0, length), 0xf7]);
    }
    case "channels":
      return [[0xf0, 0x6a, ...message.channels.map((channel) => channel ?? 0x7f), 0xf7]];
    case "capabilities":
      return [[0xf0, 0x6c]];
    case "firmware":
      return [[0xf0, 0x79, message.major, message.minor]];
    case "text":
      return [[0xf0, 0x71]];
    case "one-wire":
      return [[0xf0, 0x73, message.about, message.pin]];
  }
};

function fail(bytes: Uint8Array, why: string): never {
  console.error(`seed ${seed}: ${why}\n${Buffer.from(bytes).toString("hex")}`);
  process.exit(1);
}

const counts: Record<string, number> = { inputs: 0, nothing: 0 };
const startedAt = performance.now();
while (counts.inputs! < most && (counts.inputs! % 4096 !== 0 || performance.now() < startedAt + budgetMs)) {
  const bytes = Uint8Array.from(random() < 0.25 ? Array.from({ length: below(80) }, byte) : mutated());
  counts.inputs!++;
  let messages: readonly FirmataMessage[] = [];
  try {
    messages = createFirmataDecoder().push(bytes);
    const decoder = createFirmataDecoder();
    const cut = below(bytes.length + 1);
    const pieces = [...decoder.push(bytes.subarray(0, cut)), ...decoder.push(bytes.subarray(cut))];
    if (pieces.length !== messages.length) fail(bytes, `other messages when cut at ${cut}`);
  } catch (error) {
    fail(bytes, `throws ${error}`);
  }
  const whole = Buffer.from(bytes);
  for (const message of messages) {
    counts[message.kind] = (counts[message.kind] ?? 0) + 1;
    if (!begins(message).some((form) => whole.includes(Buffer.from(form))))
      fail(bytes, `${message.kind} that does not stand in the bytes: ${JSON.stringify(message)}`);
  }
  if (messages.length === 0) counts.nothing!++;
}
const seconds = (performance.now() - startedAt) / 1000;
console.log(`seed ${seed}`);
console.table([{ ...counts, "inputs/s": Math.round(counts.inputs! / seconds), s: Number(seconds.toFixed(1)) }]);

const endless = createFirmataDecoder();
const floodedAt = performance.now();
endless.push(Uint8Array.of(0xf0));
for (let i = 0; i < 2000; i++) endless.push(new Uint8Array(16_384).fill(0x11));
console.log(
  `32 MB of a message without end: ${Math.round(performance.now() - floodedAt)} ms, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
);
