/**
 * Random and mutated Telnet streams with RFC 2217 against the parser of a serial server's line: nothing may be thrown, the same
 * must come out however the stream is cut into pieces, and data must be what a second reading of the RFC, written here, makes of it.
 * A failure prints its bytes and seed, and ends the run with 1.
 * usage: node bench/fuzz-telnet.ts [--seconds 15] [--frames 10000000] [--seed n]
 */
import { decodeAnswer, describeSetting } from "@weir/edge-agent/drivers/links/com-port.ts";
import { createTelnetParser } from "@weir/edge-agent/drivers/links/telnet.ts";
import { readBudget } from "./fuzz-budget.ts";
import { createRandom } from "./random.ts";

const { seed, most, budgetMs } = readBudget();
const until = performance.now() + budgetMs;

const random = createRandom(seed);
const below = (count: number) => Math.floor(random() * count);
const telling = [255, 255, 250, 240, 251, 252, 253, 254, 44, 0, 101, 112, 106];
const byte = () => (random() < 0.5 ? telling[below(telling.length)]! : below(256));
const seeds: readonly (readonly number[])[] = [
  [255, 251, 44, 255, 253, 0, 255, 251, 0],
  [255, 250, 44, 101, 0, 0, 0x25, 0x80, 255, 240],
  [255, 250, 44, 112, 1, 255, 240, 1, 3, 2, 0, 255, 255, 0x79, 0x84],
  [104, 255, 255, 22, 255, 241, 13, 0],
];

function stream(): readonly number[] {
  if (random() < 0.25) return Array.from({ length: below(80) }, byte);
  const bytes = [...seeds[below(seeds.length)]!, ...seeds[below(seeds.length)]!];
  for (let changes = below(4); changes > 0; changes--) {
    const at = below(bytes.length);
    const what = below(3);
    if (what === 0) bytes[at] = byte();
    else if (what === 1) bytes.splice(at, 1 + below(4));
    else bytes.splice(at, 0, ...Array.from({ length: 1 + below(6) }, byte));
  }
  return bytes;
}

type Heard = { readonly data: number[]; readonly events: string[] };

function parse(bytes: readonly number[], cuts: number): Heard {
  const heard: Heard = { data: [], events: [] };
  const take = createTelnetParser({
    data: (some) => void heard.data.push(...some),
    option: (verb, option) => void heard.events.push(`${verb} ${option} at ${heard.data.length}`),
    subnegotiation: (option, content) => {
      heard.events.push(`sub ${option} ${content} at ${heard.data.length}`);
      const answer = decodeAnswer(content);
      if (answer)
        for (const name of ["baud", "dataBits", "parity", "stopBits"] as const) describeSetting(name, answer.content);
    },
  });
  let from = 0;
  for (let i = 0; i < cuts; i++) {
    const to = from + below(bytes.length - from + 1);
    take(Uint8Array.from(bytes.slice(from, to)));
    from = to;
  }
  take(Uint8Array.from(bytes.slice(from)));
  return heard;
}

/** The data of a stream, by RFC 854 and 855 once more: what is left when every command is taken out. */
function dataOf(bytes: readonly number[]): readonly number[] {
  const data: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== 255) data.push(bytes[at++]!);
    else if (bytes[at + 1] === 255) {
      data.push(255);
      at += 2;
    } else if (bytes[at + 1] === 250) {
      at += 2;
      while (at < bytes.length && (bytes[at] !== 255 || bytes[at + 1] === 255)) at += bytes[at] === 255 ? 2 : 1;
      if (bytes[at + 1] === 240) at += 2;
    } else at += (bytes[at + 1] ?? 0) > 250 ? 3 : 2;
  }
  return data;
}

function fail(bytes: readonly number[], why: string): never {
  console.error(`seed ${seed}, stream ${streams}: ${why}\n${Buffer.from(bytes).toString("hex")}`);
  process.exit(1);
}

let streams = 0;
let bytesSeen = 0;
let events = 0;
const startedAt = performance.now();
while (streams < most && (streams % 1024 !== 0 || performance.now() < until)) {
  const bytes = stream();
  streams++;
  bytesSeen += bytes.length;
  try {
    const [whole, pieces] = [parse(bytes, 0), parse(bytes, 1 + below(6))];
    events += whole.events.length;
    if (String(whole.data) !== String(dataOf(bytes))) fail(bytes, "data that is not in the stream, or not all of it");
    if (JSON.stringify(whole) !== JSON.stringify(pieces)) fail(bytes, "something else when cut into pieces");
  } catch (error) {
    fail(bytes, `throws ${error}`);
  }
}
const seconds = (performance.now() - startedAt) / 1000;
console.log(`seed ${seed}`);
console.table([
  { streams, bytes: bytesSeen, events, "streams/s": Math.round(streams / seconds), s: Number(seconds.toFixed(1)) },
]);
